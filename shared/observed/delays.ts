import type { Millis } from '../base/time.ts';
import { MOST_DELAYS } from '../model/status.ts';

/** The last delays with these behind them. A clock of the source that is ahead of ours gives 0, never less. */
export const withDelays = (known: readonly Millis[] | undefined, more: readonly Millis[]): Millis[] =>
  [...(known ?? []), ...more.map((delay) => Math.max(0, Math.round(delay)))].slice(-MOST_DELAYS);

/** The delay that a share of them does not exceed (nearest rank). @returns undefined where there is none. */
export function percentile(delays: readonly Millis[], share: number): Millis | undefined {
  const ordered = [...delays].sort((a, b) => a - b);
  return ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)];
}
