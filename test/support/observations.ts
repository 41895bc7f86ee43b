import type { Instant } from '../../shared/base/time.ts';
import type { CoverageId, ExternalId, SourceId } from '../../shared/model/ids.ts';
import type { Observation } from '../../shared/model/record.ts';
import type { CoverageState } from '../../shared/model/status.ts';
import type { GuardInput } from '../../shared/observed/guard.ts';
import { type ListedCoverage, mayGoMissing, type Plan, type PreviousRecords, startPlan } from '../../shared/observed/plan.ts';
import { DEFAULT_THRESHOLDS } from '../../shared/observed/thresholds.ts';

export const SOURCE = 'source' as SourceId;
export const at = (minute: number): Instant => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString() as Instant;

export const observed = (
  externalId: string,
  rest: Partial<Omit<Observation, 'externalId' | 'coverage'>> & { coverage?: string } = {},
): Observation => ({
  type: 'identity',
  kind: 'service account',
  keys: [],
  aliases: [],
  fields: {},
  ...rest,
  externalId: externalId as ExternalId,
  coverage: (rest.coverage ?? 'production') as CoverageId,
});

export const listed = (id: string, minute: number, outcome: ListedCoverage['outcome'] = 'complete'): ListedCoverage => ({
  id: id as CoverageId,
  label: id,
  asOf: at(minute),
  outcome,
  problems: [],
  gap: false,
});

export const knownCoverage = (id: string, records: number, high = records): CoverageState => ({
  id: id as CoverageId,
  label: id,
  completeAsOf: at(0),
  lastAttempt: at(0),
  outcome: 'complete',
  records,
  high: { records: high, at: at(0) },
});

/** Records in memory, as a store has them. */
export class RecordShelf implements PreviousRecords {
  readonly #bytes = new Map<ExternalId, Uint8Array>();

  get(id: ExternalId): Uint8Array | undefined {
    return this.#bytes.get(id);
  }
  *all(): Generator<{ externalId: ExternalId; bytes: Uint8Array }> {
    for (const [externalId, bytes] of this.#bytes) yield { externalId, bytes };
  }
  apply(records: Plan['records']): void {
    for (const { externalId, bytes } of records) this.#bytes.set(externalId, bytes);
  }
}

/** One listing planned against what is known. */
export function planOf(
  shelf: PreviousRecords,
  observations: readonly Observation[],
  coverages: readonly ListedCoverage[],
  known: readonly CoverageState[] = [],
): Plan {
  const planner = startPlan(shelf);
  for (const observation of observations) planner.observed(observation, coverages[0]?.asOf ?? at(0));
  return planner.finish(mayGoMissing(known, coverages));
}

export const guardInput = (plan: Plan, rest: Partial<GuardInput> = {}): GuardInput => ({
  source: SOURCE,
  plan,
  asOf: at(5),
  listed: [listed('production', 5)],
  known: [knownCoverage('production', 0)],
  runs: [],
  held: [],
  lastPlace: undefined,
  place: undefined,
  thresholds: DEFAULT_THRESHOLDS,
  decisions: new Map(),
  ...rest,
});
