import { visibleText } from '../base/text.ts';
import { type Millis, toInstant } from '../base/time.ts';
import type { CoverageState, RunCounts, SourceStatus } from '../model/status.ts';
import type { FreshnessLevel } from '../model/vocabulary.ts';
import { evidenceOf, freshnessOf } from '../observed/freshness.ts';
import type { SourceView } from '../register/view.ts';

/** A part of a run that the guard holds, as it explains it. */
export interface HeldRun {
  readonly source: string;
  readonly label: string;
  readonly digest: string;
  readonly rules: readonly string[];
  readonly explanation: string;
  /** An instant. */
  readonly since: string;
  readonly counts: RunCounts;
}

/** `stale` and `unknown` are said of reports; `gap in events`: events were lost, and no full listing followed. */
export type CoverageGapKind = 'never complete' | 'gap in events' | 'failed' | 'partial' | 'stale' | 'unknown';

/** A part of a source that one listing covers, where something is wanting. */
export interface CoverageGap {
  readonly coverage: string;
  readonly label: string;
  readonly kinds: readonly CoverageGapKind[];
  readonly records: number;
  /** An instant. */
  readonly lastAttempt: string;
  readonly outcome: CoverageState['outcome'];
  /** Of the last complete listing. Absent: never complete. */
  readonly asOf?: string;
  /** Milliseconds. */
  readonly age?: number;
  readonly problem?: string;
}

export interface SourceGaps {
  readonly source: string;
  readonly label: string;
  readonly kind: string;
  readonly mechanism: SourceStatus['mechanism'];
  readonly visibility: SourceStatus['visibility'];
  readonly state: SourceStatus['state'];
  readonly records: number;
  readonly reporting: FreshnessLevel;
  /** For certifying. */
  readonly control: FreshnessLevel | 'not for control';
  readonly reportingOnly: boolean;
  readonly coverageComplete: number;
  readonly coverageTotal: number;
  /** Of the oldest complete coverage: an instant, and milliseconds. */
  readonly asOf?: string;
  readonly age?: number;
  /** What its evidence is good for, in words. */
  readonly sentence: string;
  readonly coverage: readonly CoverageGap[];
}

export const heldOf = ({ source, label, held }: SourceStatus): HeldRun[] =>
  held.map(({ digest, rules, explanation, since, counts }) => ({
    source,
    label: visibleText(label),
    digest,
    rules,
    explanation: visibleText(explanation, 2_048),
    since,
    counts,
  }));

export function sourceGapsOf({ status, freshness, ...view }: SourceView, now: Millis): SourceGaps {
  return {
    source: status.source,
    label: visibleText(status.label),
    kind: status.kind,
    mechanism: status.mechanism,
    visibility: status.visibility,
    state: status.state,
    records: view.records,
    reporting: freshness.reporting,
    control: freshness.control,
    reportingOnly: status.levels.control === null,
    coverageComplete: view.coverageComplete,
    coverageTotal: view.coverageTotal,
    sentence: visibleText(view.sentence, 4_096),
    coverage: status.coverage.flatMap((coverage) => coverageGapOf(coverage, status, now) ?? []),
    ...(view.asOf === undefined ? {} : { asOf: view.asOf, age: view.age ?? 0 }),
  };
}

function coverageGapOf(coverage: CoverageState, status: SourceStatus, now: Millis): CoverageGap | undefined {
  const { asOf } = evidenceOf(status, coverage);
  const kinds = kindsOf(coverage, status, now);
  if (kinds.length === 0) return undefined;
  return {
    coverage: coverage.id,
    label: visibleText(coverage.label),
    kinds,
    records: coverage.records,
    lastAttempt: coverage.lastAttempt,
    outcome: coverage.outcome,
    ...(asOf === undefined ? {} : { asOf: toInstant(asOf), age: now - asOf }),
    ...(coverage.problem ? { problem: visibleText(coverage.problem.message, 2_048) } : {}),
  };
}

/** Every reason why it is wanting; never complete is unknown anyway, and said as what it is. */
function kindsOf(coverage: CoverageState, status: SourceStatus, now: Millis): CoverageGapKind[] {
  const evidence = evidenceOf(status, coverage);
  const { reporting } = status.levels;
  const level = freshnessOf(evidence, reporting, { reporting, cadence: status.cadence }, now);
  const never = evidence.asOf === undefined;
  return [
    ...(never ? (['never complete'] as const) : []),
    ...(evidence.gap ? (['gap in events'] as const) : []),
    ...(coverage.outcome === 'complete' ? [] : [coverage.outcome]),
    ...(level === 'stale' || (level === 'unknown' && !never) ? [level] : []),
  ];
}
