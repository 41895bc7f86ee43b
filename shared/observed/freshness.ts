import { DAY, HOUR, MINUTE, type Millis, parseTime, SECOND } from '../base/time.ts';
import type { CoverageState, SourceStatus } from '../model/status.ts';
import type { FreshnessLevel } from '../model/vocabulary.ts';

/** What the clock is compared with: the evidence of one coverage, or of one record that its source dates itself. */
export interface Evidence {
  /** As-of of the last complete listing, or the record's own date. Undefined: never complete. */
  readonly asOf: Millis | undefined;
  /** A silent source is unknown, not fresh. Undefined: the mechanism has no heartbeat to miss. */
  readonly heartbeat: Millis | undefined;
  /** How often a stream says something; absent: the cadence of the source's runs. */
  readonly every?: Millis;
  readonly gap: boolean;
}

/** Heartbeats that may be missed before silence means that nothing is known. */
const MISSED_HEARTBEATS = 3;
/** Beyond this many reporting levels a value is not stale but unknown. */
const UNKNOWN_AFTER = 4;

/** DOMAIN I. `level` is the one asked about, `reporting` and `cadence` belong to the source. All in milliseconds. */
export function freshnessOf(
  evidence: Evidence,
  level: Millis,
  source: { readonly reporting: Millis; readonly cadence: Millis },
  now: Millis,
): FreshnessLevel {
  if (evidence.asOf === undefined || evidence.gap) return 'unknown';
  const age = now - evidence.asOf;
  if (age > UNKNOWN_AFTER * source.reporting) return 'unknown';
  if (evidence.heartbeat !== undefined && silent(evidence.heartbeat, evidence.every ?? source.cadence, now)) return 'unknown';
  return age <= level ? 'fresh' : 'stale';
}

function silent(heartbeat: Millis, cadence: Millis, now: Millis): boolean {
  return cadence > 0 && now - heartbeat > MISSED_HEARTBEATS * cadence;
}

/** The evidence that a status gives of one of its coverages. A batch (a file, an upload) has no heartbeat. */
export function evidenceOf(status: SourceStatus, coverage: CoverageState | undefined): Evidence {
  const live = status.mechanism === 'event' || status.mechanism === 'stream' || status.mechanism === 'poll';
  return {
    asOf: timeOf(coverage?.completeAsOf),
    heartbeat: live ? timeOf(status.heartbeat) : undefined,
    gap: coverage?.gap === true,
    ...(status.follow ? { every: status.follow.every } : {}),
  };
}

const timeOf = (text: string | undefined): Millis | undefined => (text === undefined ? undefined : parseTime(text));

/** The next moment at which the answer of `freshnessOf` may differ; infinite when only new evidence can change it. */
export function nextFreshnessChange(
  evidence: Evidence,
  level: Millis,
  source: { readonly reporting: Millis; readonly cadence: Millis },
  now: Millis,
): Millis {
  if (evidence.asOf === undefined || evidence.gap) return Number.POSITIVE_INFINITY;
  const moments = [evidence.asOf + level, evidence.asOf + UNKNOWN_AFTER * source.reporting];
  const every = evidence.every ?? source.cadence;
  if (evidence.heartbeat !== undefined && every > 0) moments.push(evidence.heartbeat + MISSED_HEARTBEATS * every);
  return Math.min(...moments.filter((moment) => moment >= now).map((moment) => moment + 1));
}

/**
 * A level that the source cannot keep is refused with the sum (DOMAIN I). All in milliseconds.
 * @returns the refusal in one sentence, or undefined when the level can be kept.
 */
export function validateLevels(cadence: Millis, runTime: Millis, lag: Millis, level: Millis): string | undefined {
  const least = cadence + runTime + lag;
  if (level >= least) return undefined;
  const sum = `${span(cadence)} cadence + ${span(runTime)} run time + ${span(lag)} provider lag = ${span(least)}`;
  return `a level of ${span(level)} cannot be kept: ${sum}`;
}

/** `15 min`, `1.5 h`, `3 d`: exact enough to add up by eye. */
function span(millis: Millis): string {
  if (millis >= 2 * DAY) return `${round(millis / DAY)} d`;
  if (millis >= HOUR) return `${round(millis / HOUR)} h`;
  if (millis >= MINUTE) return `${round(millis / MINUTE)} min`;
  return `${round(millis / SECOND)} s`;
}

const round = (value: number): string => String(Math.round(value * 10) / 10);
