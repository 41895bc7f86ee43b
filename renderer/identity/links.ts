import type { LinkView } from '../../shared/register/view.ts';

export interface LinkGroup {
  readonly words: string;
  readonly links: readonly LinkView[];
}

type Words = readonly [out: string, incoming: string];

/** Each relation as it reads from this identity outwards, and from the other end. */
const WORDS: Record<LinkView['relation'], Words> = {
  'has-credential': ['has credential', 'credential of'],
  'issued-by': ['issued by', 'issued'],
  'stored-in': ['stored in', 'stores'],
  'presented-at': ['presented at', 'presents'],
  'runs-as': ['runs as', 'run by'],
  'uses-credential': ['uses credential', 'credential used by'],
  'can-assume': ['can assume', 'can be assumed by'],
  'acts-for': ['acts for', 'is acted for by'],
  'calls-tool': ['calls tool', 'called by'],
  'can-access': ['can access', 'accessed by'],
  'member-of': ['member of', 'members'],
  'part-of': ['part of', 'consists of'],
  'supplied-by': ['supplied by', 'supplies'],
  'created-by': ['created by', 'created'],
  succeeds: ['succeeds', 'succeeded by'],
  'same-as': ['same as', 'same as'],
};

export const relationWords = (link: Pick<LinkView, 'relation' | 'direction'>): string =>
  WORDS[link.relation][link.direction === 'out' ? 0 : 1];

function grouped(links: readonly LinkView[]): readonly LinkGroup[] {
  const byWords = Map.groupBy(links, relationWords);
  return [...byWords].map(([words, members]) => ({ words, links: members }));
}

/** Who uses this identity (links that point at it) and what it reaches (links that leave it). Credentials have a section of their own. */
export function usedByAndReaches(links: readonly LinkView[]): {
  readonly usedBy: readonly LinkGroup[];
  readonly reaches: readonly LinkGroup[];
} {
  const others = links.filter((link) => !(link.relation === 'has-credential' && link.direction === 'out'));
  return {
    usedBy: grouped(others.filter((link) => link.direction === 'in')),
    reaches: grouped(others.filter((link) => link.direction === 'out')),
  };
}
