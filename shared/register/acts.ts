import type { Json } from '../base/json.ts';
import { DAY, type Instant, type Millis, toInstant } from '../base/time.ts';
import type { Act } from '../model/act.ts';
import type { Anchor } from '../model/ids.ts';
import type { Authority } from './authority.ts';
import type { Decision } from './decide.ts';
import { valueHash } from './recordStore.ts';
import { days, type Thresholds } from './thresholds.ts';

const MAX_ANCHORS = 64;

/** An act names every anchor of the identity as its author sees it (DESIGN 7). */
const named = (anchors: readonly Anchor[]): Anchor[] => anchors.slice(0, MAX_ANCHORS);

/** Keeping a value against exactly what the sources say now. */
export function acknowledgements(decision: Decision): { source: Extract<Act, { kind: 'set' }>['acknowledges'] } {
  const seen = decision.sources.filter((said) => !said.unread && said.value !== undefined);
  return { source: seen.slice(0, MAX_ANCHORS).map((said) => ({ source: said.from.stored.source, hash: valueHash(said.value as Json) })) };
}

export const setAct = (anchors: readonly Anchor[], field: string, value: Json, why?: string): Act => ({
  kind: 'set',
  anchors: named(anchors),
  field,
  value,
  ...(why === undefined ? {} : { why }),
});

/** An override ends (DOMAIN H): in 90 days, unless its author or policy says otherwise. */
export const overrideEnd = (
  { rule }: Authority,
  { now, thresholds }: { readonly now: Millis; readonly thresholds: Thresholds },
): Instant | undefined => (rule === 'override' ? toInstant(now + days(thresholds, 'override') * DAY) : undefined);

export const keepAct = (anchors: readonly Anchor[], field: string, value: Json, decision: Decision, until?: Instant): Act => ({
  kind: 'set',
  anchors: named(anchors),
  field,
  value,
  acknowledges: acknowledgements(decision).source,
  ...(until === undefined ? {} : { until }),
});

export const clearAct = (anchors: readonly Anchor[], field: string): Act => ({ kind: 'clear', anchors: named(anchors), field });
export const acceptAct = (anchors: readonly Anchor[]): Act => ({ kind: 'accept', anchors: named(anchors) });
export const excludeAct = (anchors: readonly Anchor[]): Act => ({
  kind: 'exclude',
  anchors: named(anchors),
  reason: 'not a machine identity',
});
