import type { Anchor } from './ids.ts';
import { type LinkRelation, linkRelation } from './vocabulary.ts';

/** The field that holds what people assert of links: an element at each end, so that either end knows it without looking for the other. */
export const ASSERTED_LINKS = 'links';

/** A link that a person asserts, as one of its ends holds it. */
export interface AssertedLink {
  readonly relation: LinkRelation;
  readonly direction: 'out' | 'in';
  /** An anchor of the other end. */
  readonly other: Anchor;
}

const ELEMENT = /^([a-z-]{1,32}) (to|from) ([0-9a-f]{32})$/;

export const assertedElement = ({ relation, direction, other }: AssertedLink): string =>
  `${relation} ${direction === 'out' ? 'to' : 'from'} ${other}`;

/** @returns undefined for a text that no version of this program writes. */
export function readAsserted(element: string): AssertedLink | undefined {
  const [, name = '', way, other = ''] = ELEMENT.exec(element) ?? [];
  const relation = linkRelation.safeParse(name);
  return relation.success ? { relation: relation.data, direction: way === 'to' ? 'out' : 'in', other: other as Anchor } : undefined;
}
