import { type HashHex, hashText } from '../base/hash.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { unreachable } from '../base/result.ts';
import type { Instant } from '../base/time.ts';
import type { CoverageId, ExternalId, SourceId } from '../model/ids.ts';
import { decodeRecord, encodeRecord, type Observation, type SourceRecord } from '../model/record.ts';
import type { GuardRule, HeldPart, PlanItem, RunCounts } from '../model/status.ts';
import { markDeleted, markMissing, observationOf, observe, type PlannedRecord } from './observe.ts';
import { OWNER_FIELDS } from './plan.ts';

/** What a held part would do to one record, said so that it can be done to the record as it is when it is released. */
export type HeldAction =
  | { readonly do: 'missing'; readonly externalId: ExternalId; readonly asOf: Instant }
  | {
      readonly do: 'delete';
      readonly externalId: ExternalId;
      readonly deleted: { readonly at: Instant; readonly evidence: 'event' | 'tombstone' };
    }
  /** `owners`: only owner and team; `rest`: everything else; `all`: the whole observation. */
  | {
      readonly do: 'observe';
      readonly part: 'all' | 'owners' | 'rest';
      readonly externalId: ExternalId;
      readonly observation: Observation;
      readonly asOf: Instant;
    };

/** Parts are held and released separately: a steward may accept the new owners and refuse the removals. */
export type HeldGroup = 'everything' | 'removals' | 'owners' | 'changes' | 'additions';

export interface HeldPlan {
  readonly group: HeldGroup;
  readonly part: HeldPart;
  readonly actions: readonly HeldAction[];
  /** All of them; `part.sample` has the first 200. */
  readonly items: readonly PlanItem[];
  /** The coverages that its records belong to. */
  readonly coverages: readonly CoverageId[];
}

const GROUP_OF: Record<GuardRule, HeldGroup> = {
  'wrong place': 'everything',
  empty: 'removals',
  removals: 'removals',
  'slow bleed': 'removals',
  'owner wipe': 'owners',
  'mass change': 'changes',
  flood: 'additions',
  blinded: 'everything',
};

export const groupOf = (part: HeldPart): HeldGroup => GROUP_OF[part.rules[0] ?? 'wrong place'];

export const SAMPLE = 200;

/** How a planned record is written down when it is held. */
export function actionOf(record: PlannedRecord, part: 'all' | 'owners' | 'rest', asOf: Instant): HeldAction {
  const { change, externalId, after } = record;
  if (change === 'missing') return { do: 'missing', externalId, asOf: after.missingSince ?? asOf };
  if (change === 'delete' && after.deleted) return { do: 'delete', externalId, deleted: after.deleted };
  return { do: 'observe', part, externalId, observation: observationOf(after), asOf };
}

/**
 * Exactly what would be done, in canonical form: not when it was first seen, or the same removals would have another name
 * on every run.
 */
export function digestOf(source: SourceId, group: HeldGroup, actions: readonly HeldAction[]): HashHex {
  return hashText(canonicalJson([source, group, actions.map((action) => [action.externalId, action.do, contentOf(action)])]));
}

function contentOf(action: HeldAction): unknown {
  if (action.do !== 'observe') return null;
  const { asOf: _asOf, ...content } = action.observation;
  return action.part === 'owners' ? ownersOf(content.fields) : [action.part, content];
}

const ownersOf = (fields: Record<string, Json>): Record<string, Json | undefined> =>
  Object.fromEntries(OWNER_FIELDS.map((name) => [name, fields[name]]));

/** Does one action to the record as it is now. Undefined when there is nothing left to do. */
export function applyAction(current: Uint8Array | undefined, action: HeldAction): PlannedRecord | undefined {
  const before = current && decodeRecord(current);
  switch (action.do) {
    case 'missing':
      return before && markMissing(before, action.asOf);
    case 'delete':
      return markDeleted(current, action.deleted);
    case 'observe':
      return observe(current, combined(before && observationOf(before), action), action.asOf);
    default:
      return unreachable(action);
  }
}

/** The part of the observation that the action is about, on top of what the record says otherwise. */
function combined(before: Observation | undefined, action: HeldAction & { do: 'observe' }): Observation {
  if (!before || action.part === 'all') return action.observation;
  const owners = action.part === 'owners' ? action.observation : before;
  const rest = action.part === 'owners' ? before : action.observation;
  return { ...rest, fields: withOwners(rest.fields, owners.fields) };
}

function withOwners(fields: Record<string, Json>, owners: Record<string, Json>): Record<string, Json> {
  const merged = { ...fields };
  for (const name of OWNER_FIELDS) {
    const value = owners[name];
    if (value === undefined) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}

/** The record with everything new but its owner and team. Undefined when nothing else changed. */
export function withoutOwnerChange(record: PlannedRecord, asOf: Instant): PlannedRecord | undefined {
  return record.before && applyAction(encodeRecord(record.before), actionOf(record, 'rest', asOf));
}

/** What is applied of the record otherwise (or what was), with the owner and team that the source says now. */
export function withOwnerChange(record: PlannedRecord, applied: SourceRecord | undefined, asOf: Instant): PlannedRecord | undefined {
  if (!record.before) return record;
  const base = observationOf(applied ?? record.before);
  return observe(encodeRecord(record.before), { ...base, fields: withOwners(base.fields, record.after.fields) }, asOf);
}

export interface HeldDraft {
  readonly group: HeldGroup;
  readonly rules: readonly GuardRule[];
  readonly explanation: string;
  readonly actions: readonly HeldAction[];
  readonly items: readonly PlanItem[];
  readonly counts: RunCounts;
  readonly coverages: readonly CoverageId[];
}

/** `since` is the first time that this was held, over any number of runs that found the same or more of the same kind. */
export function heldPlan(source: SourceId, draft: HeldDraft, known: readonly HeldPart[], asOf: Instant): HeldPlan {
  const digest = digestOf(source, draft.group, draft.actions);
  const earlier = known.find((part) => part.digest === digest) ?? known.find((part) => groupOf(part) === draft.group);
  const since = earlier?.since ?? asOf;
  const same = earlier?.digest === digest;
  return {
    group: draft.group,
    actions: same ? draft.actions.map((action) => (action.do === 'missing' ? { ...action, asOf: since } : action)) : draft.actions,
    items: draft.items,
    coverages: draft.coverages,
    part: {
      digest,
      rules: [...draft.rules],
      explanation: draft.explanation,
      since,
      counts: draft.counts,
      sample: draft.items.slice(0, SAMPLE),
    },
  };
}
