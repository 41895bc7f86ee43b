import type { HashHex } from '../base/hash.ts';
import type { Instant } from '../base/time.ts';
import type { CoverageId, SourceId } from '../model/ids.ts';
import type { CoverageState, GuardRule, HeldPart, RunSummary } from '../model/status.ts';
import { actionOf, type HeldDraft, type HeldGroup, type HeldPlan, heldPlan, withOwnerChange, withoutOwnerChange } from './heldPlan.ts';
import { isLive, type PlannedRecord } from './observe.ts';
import { countRecords, type ListedCoverage, liveAfter, losesOwner, type Plan } from './plan.ts';
import { toPlanItem } from './planItem.ts';
import type { Thresholds } from './thresholds.ts';
import { isUrgent } from './urgent.ts';

export interface GuardInput {
  readonly source: SourceId;
  readonly plan: Plan;
  readonly asOf: Instant;
  readonly listed: readonly ListedCoverage[];
  /** Coverages, runs and held parts as the last status says. */
  readonly known: readonly CoverageState[];
  readonly runs: readonly RunSummary[];
  readonly held: readonly HeldPart[];
  /** Which system answered last time and this time. */
  readonly lastPlace: string | undefined;
  readonly place: string | undefined;
  readonly thresholds: Thresholds;
  /** What stewards decided about held parts, by digest. */
  readonly decisions: ReadonlyMap<HashHex, 'release' | 'discard'>;
  /** What a stream applied little by little in the last minutes: it counts with what comes now. */
  readonly recent?: RecentCounts;
}

/** Changes that were applied one by one, as the thresholds count them. */
export interface RecentCounts {
  readonly owners: number;
  readonly changes: number;
  readonly additions: number;
}

export interface GuardVerdict {
  readonly apply: readonly PlannedRecord[];
  /** Waiting for a steward. */
  readonly held: readonly HeldPlan[];
  /** Held before and released now: they are in `apply`. */
  readonly released: readonly HeldPlan[];
  /** A steward said that this part of the listing is wrong: neither applied nor asked again while it stays the same. */
  readonly discarded: readonly HeldPlan[];
}

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / Math.max(1, whole))} %`;

/** Judges a plan by the rules of DOMAIN J. Pure: the same input has the same digests. */
export function guard(input: GuardInput): GuardVerdict {
  if (isWrongPlace(input)) return settle(input, [], [[wrongPlace(input), input.plan.records]]);
  if (isFirst(input)) return settle(input, input.plan.records, []);
  const removals = holdRemovals(input, input.plan.records);
  const owners = holdOwners(input, removals.rest);
  const changes = holdChanges(input, owners.rest);
  const additions = holdAdditions(input, changes.rest);
  return settle(
    input,
    additions.rest,
    [removals, owners, changes, additions].flatMap(({ part, held }) => (part ? [[part, held] as const] : [])),
  );
}

interface Step {
  readonly rest: readonly PlannedRecord[];
  readonly held: readonly PlannedRecord[];
  readonly part?: HeldDraft;
}
const nothingHeld = (records: readonly PlannedRecord[]): Step => ({ rest: records, held: [] });

/** A first complete run has nothing to be compared with. */
const isFirst = ({ known }: GuardInput): boolean => !known.some((coverage) => coverage.completeAsOf);
const isWrongPlace = ({ thresholds, lastPlace, place, plan }: GuardInput): boolean =>
  thresholds.wrongPlace && lastPlace !== undefined && place !== undefined && lastPlace !== place && plan.records.length > 0;

function draft(
  input: GuardInput,
  group: HeldGroup,
  rules: readonly GuardRule[],
  explanation: string,
  records: readonly PlannedRecord[],
): HeldDraft {
  const part = group === 'owners' ? 'owners' : group === 'changes' ? 'rest' : 'all';
  return {
    group,
    rules,
    explanation: explanation.slice(0, 2_000),
    actions: records.map((record) => actionOf(record, part, input.asOf)),
    items: records.map(toPlanItem),
    counts: countRecords(records),
    coverages: [...new Set(records.map((record) => record.after.coverage))],
  };
}

function wrongPlace(input: GuardInput): HeldDraft {
  const explanation = `This listing comes from ${input.place?.slice(0, 200)}; the last one came from ${input.lastPlace?.slice(0, 200)}. Nothing of it was applied.`;
  return draft(input, 'everything', ['wrong place'], explanation, input.plan.records);
}

/** Parts that a steward released go to the others; discarded ones are left out of both. */
function settle(
  input: GuardInput,
  apply: readonly PlannedRecord[],
  drafts: readonly (readonly [HeldDraft, readonly PlannedRecord[]])[],
): GuardVerdict {
  const parts = drafts.map(([part, records]) => ({ plan: heldPlan(input.source, part, input.held, input.asOf), records }));
  const decided = (decision: 'release' | 'discard' | undefined) =>
    parts.filter((part) => input.decisions.get(part.plan.part.digest) === decision);
  const released = decided('release');
  return {
    apply: mergeReleased(apply, released, input.asOf),
    held: decided(undefined).map((part) => part.plan),
    released: released.map((part) => part.plan),
    discarded: decided('discard').map((part) => part.plan),
  };
}

/** Released records join what is applied; released owners are put on top of whatever else is applied of the record. */
function mergeReleased(
  apply: readonly PlannedRecord[],
  released: readonly { readonly plan: HeldPlan; readonly records: readonly PlannedRecord[] }[],
  asOf: Instant,
): readonly PlannedRecord[] {
  const whole = released.filter(({ plan }) => plan.group !== 'owners').flatMap(({ records }) => records);
  const byId = new Map([...apply, ...whole].map((record) => [record.externalId, record]));
  for (const record of released.filter(({ plan }) => plan.group === 'owners').flatMap(({ records }) => records)) {
    const merged = withOwnerChange(record, byId.get(record.externalId)?.after, asOf);
    if (merged) byId.set(record.externalId, merged);
  }
  return [...byId.values()];
}

// --- removals -------------------------------------------------------------------------------------------------------------

function holdRemovals(input: GuardInput, records: readonly PlannedRecord[]): Step {
  const removals = groupByCoverage(records.filter((record) => record.change === 'missing'));
  const live = liveAfter(input.plan.liveBefore, records);
  const reasons = [...removals].flatMap(([coverage, gone]) => {
    const reason = judgeRemovals(input, coverage, gone.length, live.get(coverage) ?? 0);
    return reason ? [{ coverage, ...reason }] : [];
  });
  if (reasons.length === 0) return nothingHeld(records);
  const held = new Set(reasons.flatMap(({ coverage }) => removals.get(coverage) ?? []));
  const explanation = reasons.map((reason) => reason.explanation).join(' ');
  const rules = [...new Set(reasons.map((reason) => reason.rule))];
  return {
    rest: records.filter((record) => !held.has(record)),
    held: [...held],
    part: draft(input, 'removals', rules, explanation, [...held]),
  };
}

function groupByCoverage(records: readonly PlannedRecord[]): Map<CoverageId, PlannedRecord[]> {
  const groups = new Map<CoverageId, PlannedRecord[]>();
  for (const record of records) groups.set(record.after.coverage, [...(groups.get(record.after.coverage) ?? []), record]);
  return groups;
}

function judgeRemovals(
  input: GuardInput,
  coverage: CoverageId,
  gone: number,
  left: number,
): { rule: GuardRule; explanation: string } | undefined {
  const { empty, removals, slowBleed } = input.thresholds;
  const before = input.plan.liveBefore.get(coverage) ?? 0;
  const label = labelOf(input, coverage);
  const least = removals ? (before < removals.small ? removals.leastSmall : removals.least) : 3;
  if (empty && before >= empty.least && gone === before) {
    return { rule: 'empty', explanation: `${label} returned none of its ${before} records.` };
  }
  if (removals && gone >= least && gone > removals.share * before) {
    const limit = percent(removals.share, 1);
    return {
      rule: 'removals',
      explanation: `${gone} of ${before} records of ${label} are gone from this listing (${percent(gone, before)}, more than ${limit}).`,
    };
  }
  const high = input.known.find((state) => state.id === coverage)?.high?.records ?? before;
  if (slowBleed && high - left >= least && left < (1 - slowBleed.share) * high) {
    const lost = percent(high - left, high);
    return {
      rule: 'slow bleed',
      explanation: `${label} would be down to ${left} records from ${high} within 7 days (${lost}), little by little.`,
    };
  }
  return undefined;
}

const labelOf = (input: GuardInput, coverage: CoverageId): string =>
  (input.listed.find((listed) => listed.id === coverage)?.label ?? coverage).slice(0, 200);

// --- owners, changes, additions --------------------------------------------------------------------------------------------

function holdOwners(input: GuardInput, records: readonly PlannedRecord[]): Step {
  const rule = input.thresholds.ownerWipe;
  const held = records.filter((record) => record.change !== 'delete' && losesOwner(record));
  const whole = input.plan.ownedBefore;
  const count = held.length + (input.recent?.owners ?? 0);
  if (!rule || held.length === 0 || count < rule.least || count <= rule.share * whole) return nothingHeld(records);
  const explanation = `${count} of ${whole} owners or teams would change or be blanked (${percent(count, whole)}, more than ${percent(rule.share, 1)}).`;
  const wiped = new Set(held);
  const rest = records.flatMap((record) => {
    const kept = wiped.has(record) ? withoutOwnerChange(record, input.asOf) : record;
    return kept ? [kept] : [];
  });
  return { rest, held, part: draft(input, 'owners', ['owner wipe'], explanation, held) };
}

function holdChanges(input: GuardInput, records: readonly PlannedRecord[]): Step {
  const rule = input.thresholds.massChange;
  const changes = records.filter((record) => record.change === 'change' && record.before && isLive(record.before));
  const whole = [...input.plan.liveBefore.values()].reduce((sum, live) => sum + live, 0);
  const count = changes.length + (input.recent?.changes ?? 0);
  if (!rule || count < rule.least || count <= rule.share * whole) return nothingHeld(records);
  const explanation = `${count} of ${whole} records changed at once (${percent(count, whole)}, more than ${percent(rule.share, 1)}).`;
  return holdAllBut(input, records, new Set(changes), 'changes', 'mass change', explanation);
}

function holdAdditions(input: GuardInput, records: readonly PlannedRecord[]): Step {
  const rule = input.thresholds.flood;
  const listedBefore = new Set(input.known.filter((coverage) => coverage.completeAsOf).map((coverage) => coverage.id));
  const additions = records.filter((record) => record.change === 'add' && listedBefore.has(record.after.coverage));
  const usual = usualAdditions(input.runs);
  const count = additions.length + (input.recent?.additions ?? 0);
  if (!rule || count < rule.least || count <= rule.times * usual) return nothingHeld(records);
  const explanation = `${count} new records in one run; ${usual} is usual.`;
  return holdAllBut(input, records, new Set(additions), 'additions', 'flood', explanation);
}

function holdAllBut(
  input: GuardInput,
  records: readonly PlannedRecord[],
  suspects: ReadonlySet<PlannedRecord>,
  group: HeldGroup,
  rule: GuardRule,
  explanation: string,
): Step {
  const held = records.filter((record) => suspects.has(record) && !isUrgent(record));
  if (held.length === 0) return nothingHeld(records);
  const kept = new Set(held);
  return { rest: records.filter((record) => !kept.has(record)), held, part: draft(input, group, [rule], explanation, held) };
}

/** The median over earlier runs but the first, which found everything. */
function usualAdditions(runs: readonly RunSummary[]): number {
  const added = runs
    .filter((run) => run.outcome === 'complete' && run.id > 1)
    .map((run) => run.counts.added)
    .sort((a, b) => a - b);
  return added[Math.floor(added.length / 2)] ?? 0;
}
