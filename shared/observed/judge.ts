import { DAY, type Instant, type Millis, parseTime } from '../base/time.ts';
import type { CoverageId } from '../model/ids.ts';
import type { ConnectorProblem, CoverageState, GuardRule, HeldPart, RunCounts } from '../model/status.ts';
import { carriedOn } from './carriedOn.ts';
import { type GuardInput, type GuardVerdict, guard } from './guard.ts';
import { groupOf } from './heldPlan.ts';
import type { PlannedRecord } from './observe.ts';
import { countRecords, isShrunk, type ListedCoverage, liveAfter, NOT_LISTED, type Plan } from './plan.ts';
import type { Thresholds } from './thresholds.ts';

export interface Judgement extends GuardVerdict {
  readonly counts: RunCounts;
  readonly coverage: readonly CoverageState[];
  readonly outcome: 'complete' | 'delta' | 'partial' | 'failed';
  readonly problems: readonly ConnectorProblem[];
}

export interface JudgeInput extends GuardInput {
  /** How old a complete listing may be for deltas to be believed on top of it. */
  readonly listingLife: Millis;
}

/** From what was listed to what is applied, held, and said of each coverage. */
export function judge(input: JudgeInput, runProblems: readonly ConnectorProblem[] = []): Judgement {
  const blinded = blindedCoverages(input.plan, input.thresholds);
  const listed = input.listed.map((coverage) => (blinded.has(coverage.id) ? asBlinded(coverage, blinded) : coverage));
  const records = input.plan.records.filter((record) => record.change !== 'missing' || !blinded.has(record.after.coverage));
  const verdict = guard({ ...input, listed, plan: { ...input.plan, records } });
  const held = [...verdict.held, ...verdict.discarded].reduce((sum, plan) => sum + plan.items.length, 0);
  return {
    ...verdict,
    counts: countRecords(verdict.apply, { unchanged: input.plan.unchanged, held }),
    coverage: coverageStates(input, listed, verdict, runProblems[0]),
    outcome: outcomeOf(listed, runProblems.length > 0 || isShrunk(input.known, listed)),
    problems: [...runProblems, ...listed.flatMap((coverage) => coverage.problems)].slice(0, 20),
  };
}

function outcomeOf(listed: readonly ListedCoverage[], doubtful: boolean): Judgement['outcome'] {
  if (listed.every((coverage) => coverage.outcome === 'failed')) return 'failed';
  if (doubtful || !listed.every(({ outcome }) => outcome === 'complete' || outcome === 'delta')) return 'partial';
  return listed.some(({ outcome }) => outcome === 'delta') ? 'delta' : 'complete';
}

/** Fields that turned unread on more records of a coverage than the threshold: somebody took a right away from the connector. */
function blindedCoverages(plan: Plan, { blinded }: Thresholds): ReadonlyMap<CoverageId, string> {
  const found = new Map<CoverageId, string>();
  if (!blinded) return found;
  const counts = new Map<CoverageId, Map<string, number>>();
  for (const record of plan.records) for (const field of newlyUnread(record)) increment(counts, record.after.coverage, field);
  for (const [coverage, fields] of counts) {
    const live = plan.liveBefore.get(coverage) ?? 0;
    for (const [field, count] of fields) if (count > blinded.share * live) found.set(coverage, field);
  }
  return found;
}

const newlyUnread = ({ before, after }: PlannedRecord): readonly string[] =>
  before ? (after.unread ?? []).filter((name) => !before.unread?.includes(name)) : [];

function increment(counts: Map<CoverageId, Map<string, number>>, coverage: CoverageId, field: string): void {
  const fields = counts.get(coverage) ?? new Map<string, number>();
  counts.set(coverage, fields.set(field, (fields.get(field) ?? 0) + 1));
}

function asBlinded(coverage: ListedCoverage, blinded: ReadonlyMap<CoverageId, string>): ListedCoverage {
  const problem: ConnectorProblem = {
    code: 'forbidden',
    message: `"${blinded.get(coverage.id)?.slice(0, 64)}" could be read before and cannot be read now`,
    retry: false,
    wayOut: 'Give the connector its rights back, or accept that this cannot be judged.',
  };
  return { ...coverage, outcome: coverage.outcome === 'failed' ? 'failed' : 'partial', problems: [...coverage.problems, problem] };
}

/** Held parts that stay: what this run holds, and what an incomplete run could not look at again. */
export function stillHeld(known: readonly HeldPart[], judgement: Judgement): readonly HeldPart[] {
  const now = judgement.held.map((plan) => plan.part);
  if (judgement.outcome === 'complete') return now;
  const decided = new Set([...judgement.held, ...judgement.released, ...judgement.discarded].map((plan) => plan.group));
  return [...now, ...known.filter((part) => !decided.has(groupOf(part)))].slice(0, 20);
}

// --- coverage states -------------------------------------------------------------------------------------------------------

function coverageStates(
  input: JudgeInput,
  listed: readonly ListedCoverage[],
  verdict: GuardVerdict,
  broken: ConnectorProblem | undefined,
): readonly CoverageState[] {
  const live = liveAfter(input.plan.liveBefore, verdict.apply);
  const doubted = doubtedCoverages(verdict);
  const confirmed = verdict.released.some((plan) => plan.part.rules.some(isRemovalRule));
  const states = listed.map((coverage) => {
    const known = input.known.find((state) => state.id === coverage.id);
    const records = live.get(coverage.id) ?? 0;
    if (coverage.outcome === 'delta') return afterDelta(known, coverage, records, doubted(coverage.id), input.listingLife);
    return nextState(known, { ...coverage, outcome: coverage.outcome }, records, doubted(coverage.id), confirmed);
  });
  const ids = new Set(listed.map((coverage) => coverage.id));
  const silent = input.known.filter((state) => !ids.has(state.id)).map((state) => notListed(state, input.asOf, broken));
  return [...states, ...silent].slice(0, 2_000);
}

const isRemovalRule = (rule: GuardRule): boolean => rule === 'removals' || rule === 'empty' || rule === 'slow bleed';

/** A listing whose removals are in doubt is no evidence that what it left out is still there: its as-of does not advance. */
function doubtedCoverages(verdict: GuardVerdict): (id: CoverageId) => boolean {
  const plans = [...verdict.held, ...verdict.discarded];
  if (plans.some((plan) => plan.group === 'everything')) return () => true;
  const coverages = new Set(plans.filter((plan) => plan.group === 'removals').flatMap((plan) => plan.coverages));
  return (id) => coverages.has(id);
}

/** What a delta does not name is as it was: it carries a complete listing on, and never makes one. */
function afterDelta(
  known: CoverageState | undefined,
  listed: ListedCoverage,
  records: number,
  doubted: boolean,
  listingLife: Millis,
): CoverageState {
  const { problem: _solved, ...before } = known ?? { id: listed.id };
  const state: CoverageState = {
    ...before,
    label: listed.label,
    lastAttempt: listed.asOf,
    outcome: known?.completeAsOf === undefined ? 'partial' : 'complete',
    records,
    ...(listed.problems[0] ? { problem: listed.problems[0] } : {}),
    ...(listed.gap || known?.gap ? { gap: true } : {}),
  };
  return doubted ? state : carriedOn(state, listed.asOf, listingLife);
}

function nextState(
  known: CoverageState | undefined,
  listed: ListedCoverage & { readonly outcome: CoverageState['outcome'] },
  records: number,
  doubted: boolean,
  confirmed: boolean,
): CoverageState {
  const trusted = listed.outcome === 'complete' && !doubted;
  const completeAsOf = trusted ? listed.asOf : known?.completeAsOf;
  const listedAsOf = trusted ? undefined : known?.listedAsOf;
  const gap = listed.gap || (known?.gap === true && !trusted);
  const high = listed.outcome === 'complete' ? nextHigh(known?.high, records, listed.asOf, confirmed) : known?.high;
  return {
    id: listed.id,
    label: listed.label,
    ...(completeAsOf ? { completeAsOf } : {}),
    ...(listedAsOf ? { listedAsOf } : {}),
    lastAttempt: listed.asOf,
    outcome: listed.outcome,
    records,
    ...(gap ? { gap: true } : {}),
    ...(listed.problems[0] ? { problem: listed.problems[0] } : {}),
    ...(high ? { high } : {}),
  };
}

/** The most records within seven days; a person who confirmed removals starts it again. */
function nextHigh(known: CoverageState['high'], records: number, asOf: Instant, confirmed: boolean): CoverageState['high'] {
  const age = known ? (parseTime(asOf) ?? 0) - (parseTime(known.at) ?? 0) : 0;
  const holds = known !== undefined && !confirmed && known.records > records && age <= 7 * DAY;
  return holds ? known : { records, at: asOf };
}

function notListed(state: CoverageState, asOf: Instant, broken: ConnectorProblem | undefined): CoverageState {
  if (broken) return { ...state, lastAttempt: asOf, outcome: 'failed', problem: broken };
  return {
    ...state,
    lastAttempt: asOf,
    outcome: 'failed',
    problem: {
      code: 'not found',
      message: NOT_LISTED,
      retry: false,
      wayOut: 'Check the rights and the settings of the source.',
    },
  };
}
