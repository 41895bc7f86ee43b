import { type Millis, parseTime, SECOND } from '../../shared/base/time.ts';
import type { SourceStatus } from '../../shared/model/status.ts';
import { percentile } from '../../shared/observed/delays.ts';
import { duration } from './evidence.ts';

/** Below ten seconds a tenth counts: `0.4 s`. */
const fine = (millis: Millis): string => (millis < 10 * SECOND ? `${(millis / SECOND).toFixed(1)} s` : duration(millis));

/** How long a change takes from the source to this register, as measured; undefined where no event carried a time. */
export function arrivalWords({ delays = [] }: Pick<SourceStatus, 'delays'>): string | undefined {
  const half = percentile(delays, 0.5);
  const most = percentile(delays, 0.95);
  if (half === undefined || most === undefined) return undefined;
  const counted = delays.length === 1 ? 'the last event' : `the last ${delays.length} events`;
  return `half within ${fine(half)}, 95 of 100 within ${fine(most)} (${counted})`;
}

/** What the source itself adds before it says anything. */
export const lagWords = ({ lag }: Pick<SourceStatus, 'lag'>): string => (lag === 0 ? 'none stated' : `about ${duration(lag)}`);

/** Whether changes are heard between the listings; undefined for a source that is only listed. */
export function followWords({ follow, heartbeat }: Pick<SourceStatus, 'follow' | 'heartbeat'>, now: Millis): string | undefined {
  if (!follow) return undefined;
  const heard = heartbeat === undefined ? undefined : parseTime(heartbeat);
  const ago = heard === undefined ? 'nothing heard yet' : `last heard ${duration(now - heard)} ago`;
  const count = follow.events === 1 ? '1 change' : `${follow.events} changes`;
  if (follow.state === 'live') return `live, ${count}, ${ago}`;
  if (follow.state === 'connecting') return `connecting, ${ago}`;
  return `broken, ${ago}: ${follow.problem?.message ?? 'the stream ended'}`;
}
