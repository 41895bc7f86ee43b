import type { HashHex } from '../base/hash.ts';
import { type Instant, MINUTE, type Millis } from '../base/time.ts';
import type { CoverageId, ExternalId, SourceId } from '../model/ids.ts';
import { decodeRecord, type Observation } from '../model/record.ts';
import type { CoverageState, RunSummary, WriteReceipt } from '../model/status.ts';
import { type GuardInput, guard, type RecentCounts } from './guard.ts';
import { isLive, observe, type PlannedRecord } from './observe.ts';
import { hasOwner, liveAfter, losesOwner, type PreviousRecords, startPlan } from './plan.ts';
import { isEcho } from './receipts.ts';
import type { Thresholds } from './thresholds.ts';
import { isUrgent } from './urgent.ts';

/** What a stream says of one record. */
export type StreamEvent =
  | { readonly kind: 'record'; readonly record: Observation }
  | { readonly kind: 'deleted'; readonly externalId: ExternalId; readonly evidence: 'event' | 'tombstone'; readonly at: Instant };

/** How many records are live, and how many of them name an owner: counted once, then moved along with each step. */
export interface Standing {
  readonly live: ReadonlyMap<CoverageId, number>;
  readonly owned: number;
}

export function standingOf(previous: Pick<PreviousRecords, 'all'>): Standing {
  const live = new Map<CoverageId, number>();
  let owned = 0;
  for (const { bytes } of previous.all()) {
    const record = decodeRecord(bytes);
    if (!record || !isLive(record)) continue;
    live.set(record.coverage, (live.get(record.coverage) ?? 0) + 1);
    if (hasOwner(record)) owned++;
  }
  return { live, owned };
}

export const standingAfter = ({ live, owned }: Standing, applied: readonly PlannedRecord[]): Standing => ({
  live: liveAfter(live, applied),
  owned: applied.reduce((sum, { before, after }) => sum - owns(before) + owns(after), owned),
});

const owns = (record: PlannedRecord['before']): number => (record && isLive(record) && hasOwner(record) ? 1 : 0);

/** One durable step of a stream before it is taken. */
export interface StreamStep {
  readonly source: SourceId;
  readonly events: readonly StreamEvent[];
  readonly previous: Pick<PreviousRecords, 'get'>;
  readonly standing: Standing;
  readonly known: readonly CoverageState[];
  readonly runs: readonly RunSummary[];
  readonly lastPlace: string | undefined;
  readonly place: string | undefined;
  readonly thresholds: Thresholds;
  readonly recent: RecentCounts;
  /** Records of which something is held: only what must not wait changes them until that is decided. */
  readonly held: ReadonlySet<ExternalId>;
  /** What was written to the source: when it comes back it is no news, and no threshold counts it. */
  readonly receipts: readonly WriteReceipt[];
  readonly now: Instant;
}

/** `dangerous`: a part of it is for a full listing to judge, and is not in `apply`. */
export interface StreamVerdict {
  readonly apply: readonly PlannedRecord[];
  /** Of `apply`: what the source did by itself, and not because it was written to. */
  readonly news: readonly PlannedRecord[];
  readonly dangerous: boolean;
}

const NO_DECISIONS: ReadonlyMap<HashHex, 'release' | 'discard'> = new Map();

/**
 * What of a step is applied. It costs what its events cost, whatever the source holds. The guard is the one of a listing, over what came
 * now and in the last minutes; what it would hold is left to a full listing, which is held, explained and decided as a whole.
 */
export function judgeStep(step: StreamStep): StreamVerdict {
  const planner = startPlan({ get: (id) => step.previous.get(id), all: () => [] });
  for (const event of step.events) {
    if (event.kind === 'record') planner.observed(event.record, step.now);
    else planner.deleted(event.externalId, { at: event.at, evidence: event.evidence });
  }
  const planned = planner.finish(new Map());
  const free = planned.records.filter((record) => !step.held.has(record.externalId) || isUrgent(record));
  const elsewhere = step.place !== undefined && step.lastPlace !== undefined && step.place !== step.lastPlace;
  const echoes = new Set(elsewhere ? [] : free.filter((record) => isEcho(record, step.receipts)));
  const records = free.filter((record) => !echoes.has(record));
  const { apply, held } = guard(
    guardInput(step, { ...planned, records, liveBefore: step.standing.live, ownedBefore: step.standing.owned }),
  );
  return { apply: [...apply, ...echoes], news: apply, dangerous: held.length > 0 };
}

const guardInput = (step: StreamStep, plan: GuardInput['plan']): GuardInput => ({
  source: step.source,
  plan,
  asOf: step.now,
  listed: [],
  known: step.known,
  runs: step.runs,
  held: [],
  lastPlace: step.lastPlace,
  place: step.place,
  thresholds: step.thresholds,
  decisions: NO_DECISIONS,
  recent: step.recent,
});

/** DOMAIN I: what must reach people at once. Only a change that gives nobody any power may wait for others to join it. */
export function mustNotWait(event: StreamEvent, previous: Uint8Array | undefined, now: Instant): boolean {
  if (event.kind === 'deleted') return true;
  const planned = observe(previous, event.record, now);
  return planned !== undefined && (planned.change !== 'change' || isUrgent(planned) || leaves(planned));
}

/** An owner who left. */
const leaves = ({ before, after }: PlannedRecord): boolean =>
  after.type === 'party' && (after.fields.active !== before?.fields.active || after.fields.leftOn !== before?.fields.leftOn);

/** How long what was applied little by little counts as "at once". */
const WINDOW: Millis = 10 * MINUTE;

/** What was applied in the last ten minutes: a wipe that comes in drops is a wipe. */
export class RecentChanges {
  #steps: { readonly at: Millis; readonly counts: RecentCounts }[] = [];

  add(applied: readonly PlannedRecord[], now: Millis): void {
    const counts = {
      owners: applied.filter((record) => record.change !== 'delete' && losesOwner(record)).length,
      changes: applied.filter(({ change }) => change === 'change').length,
      additions: applied.filter(({ change }) => change === 'add').length,
    };
    this.#steps.push({ at: now, counts });
  }

  counts(now: Millis): RecentCounts {
    this.#steps = this.#steps.filter(({ at }) => now - at <= WINDOW);
    const sum = (name: keyof RecentCounts): number => this.#steps.reduce((total, { counts }) => total + counts[name], 0);
    return { owners: sum('owners'), changes: sum('changes'), additions: sum('additions') };
  }
}
