import { compareCodeUnits, type Json, sameJson } from '../base/json.ts';
import type { Instant } from '../base/time.ts';
import type { CoverageId, ExternalId } from '../model/ids.ts';
import { decodeRecord, type Observation, type SourceRecord } from '../model/record.ts';
import type { ConnectorProblem, CoverageState, RunCounts } from '../model/status.ts';
import { isLive, markDeleted, markMissing, observeAfter, type PlannedRecord } from './observe.ts';

/** A coverage as one run listed it. */
export interface ListedCoverage {
  readonly id: CoverageId;
  readonly label: string;
  readonly asOf: Instant;
  readonly outcome: 'complete' | 'delta' | 'partial' | 'failed';
  readonly problems: readonly ConnectorProblem[];
  /** Events were lost and no complete listing followed. */
  readonly gap: boolean;
}

/** What a source is known to hold, as the store has it. */
export interface PreviousRecords {
  get(id: ExternalId): Uint8Array | undefined;
  all(): Iterable<{ readonly externalId: ExternalId; readonly bytes: Uint8Array }>;
}

/** What a run would do to the records, before the guard judges it. */
export interface Plan {
  readonly records: readonly PlannedRecord[];
  readonly unchanged: number;
  /** Records of each coverage before the plan that are neither missing nor deleted. */
  readonly liveBefore: ReadonlyMap<CoverageId, number>;
  /** How many of them name an owner or a team. */
  readonly ownedBefore: number;
}

/**
 * Takes the messages of a run one by one and keeps only what changes, so that an unchanged pass over any number of
 * records holds their ids and nothing else.
 */
export interface Planner {
  observed(observation: Observation, asOf: Instant): void;
  deleted(id: ExternalId, evidence: { readonly at: Instant; readonly evidence: 'event' | 'tombstone' }): void;
  /** `complete` decides what may go missing; see `mayGoMissing`. */
  finish(complete: ReadonlyMap<CoverageId, Instant>): Plan;
}

export function startPlan(previous: PreviousRecords): Planner {
  const pass: Pass = { seen: new Set(), changed: new Map(), liveBefore: new Map(), ownedBefore: 0 };
  const keep = (id: ExternalId, record: PlannedRecord | undefined): void => {
    if (record) pass.changed.set(id, record);
    else pass.changed.delete(id);
  };
  return {
    observed(observation, asOf) {
      const id = observation.externalId;
      const bytes = previous.get(id);
      const before = bytes && decodeRecord(bytes);
      if (before && !pass.seen.has(id)) countBefore(pass, before);
      pass.seen.add(id);
      keep(id, observeAfter(before, observation, asOf));
    },
    deleted(id, evidence) {
      const added = pass.changed.get(id)?.change === 'add';
      if (added) pass.seen.delete(id);
      keep(id, added ? undefined : markDeleted(previous.get(id), evidence));
    },
    finish: (complete) => finishPlan(previous, pass, complete),
  };
}

/** What a planner gathers. `seen`: listed, and counted already if it was known. */
interface Pass {
  readonly seen: Set<ExternalId>;
  readonly changed: Map<ExternalId, PlannedRecord>;
  readonly liveBefore: Map<CoverageId, number>;
  ownedBefore: number;
}

function countBefore(pass: Pass, before: SourceRecord): void {
  if (!isLive(before)) return;
  add(pass.liveBefore, before.coverage, 1);
  if (hasOwner(before)) pass.ownedBefore++;
}

function finishPlan(previous: PreviousRecords, pass: Pass, complete: ReadonlyMap<CoverageId, Instant>): Plan {
  const { seen, changed, liveBefore } = pass;
  for (const { externalId, bytes } of previous.all()) {
    const before = seen.has(externalId) ? undefined : decodeRecord(bytes);
    if (!before) continue;
    countBefore(pass, before);
    const asOf = complete.get(before.coverage);
    const missing = asOf === undefined || changed.has(externalId) ? undefined : markMissing(before, asOf);
    if (missing) changed.set(externalId, missing);
  }
  const records = [...changed.values()].sort((a, b) => compareCodeUnits(a.externalId, b.externalId));
  let unchanged = 0;
  for (const id of seen) if (!changed.has(id)) unchanged++;
  return { records, unchanged, liveBefore, ownedBefore: pass.ownedBefore };
}

export const OWNER_FIELDS = ['owner', 'team'] as const;
const isBlank = (value: Json | undefined): boolean => value === undefined || value === null || value === '';
export const hasOwner = (record: SourceRecord): boolean => OWNER_FIELDS.some((name) => !isBlank(record.fields[name]));

/** True when an owner or a team that was known would be another or none. */
export const losesOwner = ({ before, after }: PlannedRecord): boolean =>
  before !== undefined &&
  OWNER_FIELDS.some((name) => !isBlank(before.fields[name]) && !sameJson(before.fields[name] ?? null, after.fields[name] ?? null));

/** Live records of each coverage once `records` are applied. */
export function liveAfter(liveBefore: ReadonlyMap<CoverageId, number>, records: readonly PlannedRecord[]): ReadonlyMap<CoverageId, number> {
  const live = new Map(liveBefore);
  for (const { before, after } of records) {
    if (before && isLive(before)) add(live, before.coverage, -1);
    if (isLive(after)) add(live, after.coverage, 1);
  }
  return live;
}

const add = (counts: Map<CoverageId, number>, id: CoverageId, by: number): void => void counts.set(id, (counts.get(id) ?? 0) + by);

/** What the status says of a coverage that the source did not list any more. */
export const NOT_LISTED = 'The source did not list this part any more.';

/** A run that lists fewer coverages than the last one looked at less: its silence proves nothing (DESIGN 6). */
export function isShrunk(known: readonly CoverageState[], listed: readonly ListedCoverage[]): boolean {
  const ids = new Set(listed.map((coverage) => coverage.id));
  return known.some((coverage) => !ids.has(coverage.id) && coverage.problem?.message !== NOT_LISTED);
}

/** The coverages in which absence counts, with their as-of. */
export function mayGoMissing(known: readonly CoverageState[], listed: readonly ListedCoverage[]): ReadonlyMap<CoverageId, Instant> {
  if (isShrunk(known, listed)) return new Map();
  return new Map(listed.filter((coverage) => coverage.outcome === 'complete').map((coverage) => [coverage.id, coverage.asOf]));
}

export const NO_COUNTS: RunCounts = { added: 0, changed: 0, missing: 0, returned: 0, deleted: 0, unchanged: 0, held: 0 };

const COUNTER: Record<PlannedRecord['change'], keyof RunCounts> = {
  add: 'added',
  change: 'changed',
  missing: 'missing',
  return: 'returned',
  delete: 'deleted',
};

export function countRecords(records: readonly PlannedRecord[], rest: { unchanged?: number; held?: number } = {}): RunCounts {
  const counts = { ...NO_COUNTS, unchanged: rest.unchanged ?? 0, held: rest.held ?? 0 };
  for (const record of records) counts[COUNTER[record.change]]++;
  return counts;
}
