import { MINUTE, type Millis, parseTime } from '../../shared/base/time.ts';
import type { RunCounts, SourceStatus } from '../../shared/model/status.ts';
import { ageText } from '../parts/age.ts';

/** A length of time in one short word: `40 s`, `4 min`, `3 h`, `12 d`, `14 months`. Never negative. */
export function duration(millis: Millis): string {
  const length = Math.max(0, millis);
  return length < MINUTE ? `${Math.round(length / 1_000)} s` : ageText(length);
}

/** The bar of a source's evidence: where its age and both levels lie between 0 and 1. */
export interface EvidenceBar {
  readonly age: number;
  readonly reporting: number;
  readonly control?: number;
}

/**
 * Logarithmic, from a minute to four times the reporting level (older is unknown, DOMAIN I): minutes and months must both be
 * readable on sixty pixels.
 */
export function evidenceBar(age: Millis, levels: SourceStatus['levels']): EvidenceBar {
  const end = Math.log1p((4 * levels.reporting) / MINUTE);
  const at = (length: Millis): number => (end === 0 ? 1 : Math.min(1, Math.log1p(Math.max(0, length) / MINUTE) / end));
  const bar = { age: at(age), reporting: at(levels.reporting) };
  return levels.control === null ? bar : { ...bar, control: at(levels.control) };
}

/** `+3 ~12 −0`: came (or came back), changed, went. */
export const runFigures = (counts: RunCounts): string =>
  `+${counts.added + counts.returned} ~${counts.changed} −${counts.missing + counts.deleted}`;

/** When a source runs next, from now on; undefined when nobody planned a run. */
export function nextRunWords(status: Pick<SourceStatus, 'state' | 'nextRun'>, now: Millis): string | undefined {
  if (status.state === 'running') return 'running now';
  if (status.state === 'paused') return 'paused';
  const next = status.nextRun === undefined ? undefined : parseTime(status.nextRun);
  if (next === undefined) return undefined;
  return next <= now ? 'due now' : `in ${duration(next - now)}`;
}

export type SourceHealth = 'held' | 'failed' | 'running' | 'paused' | 'never run' | 'partial' | 'ok';

/** One word for a source, worst first. */
export function healthOf(status: SourceStatus): SourceHealth {
  if (status.held.length > 0) return 'held';
  if (status.state !== 'idle') return status.state;
  if (status.follow?.state === 'broken') return 'failed';
  return status.coverage.some((coverage) => coverage.outcome !== 'complete') ? 'partial' : 'ok';
}

/** A source whose run is held comes first; the rest keep the order they have. */
export const heldFirst = <T extends { readonly status: SourceStatus }>(sources: readonly T[]): readonly T[] => [
  ...sources.filter((source) => source.status.held.length > 0),
  ...sources.filter((source) => source.status.held.length === 0),
];
