import { DAY, HOUR, MINUTE, type Millis, SECOND } from '../../shared/base/time.ts';
import { type Diagnosis, failed, fine, warning } from './diagnosis.ts';

export interface ClockFacts {
  readonly now: Millis;
  /** The newest time that the ledger or a source's status holds; undefined: nothing was ever said. */
  readonly newest: Millis | undefined;
  /** How far the clock was moved while the server ran. */
  readonly moved: Millis;
  /** Whether something should have been said within the last day: the server runs, and a source is not paused. */
  readonly expectsNews: boolean;
}

/** What two clocks may differ by without anybody noticing. */
const TOLERANCE = MINUTE;
const JUMP = 5 * SECOND;
const SET_IT = 'Let the system set its clock by itself (NTP), then restart Muster.';

/** Freshness, expiry and the order of edits within a device hang on this computer's clock. */
export function checkClock({ now, newest, moved, expectsNews }: ClockFacts): Diagnosis {
  const shown = new Date(now).toISOString();
  if (newest !== undefined && newest - now > TOLERANCE)
    return failed(
      'clock',
      `The clock says ${shown}, which is ${lengthOf(newest - now)} before the newest thing that is known here.`,
      SET_IT,
    );
  if (Math.abs(moved) > JUMP)
    return warning(
      'clock',
      `The clock was moved ${lengthOf(Math.abs(moved))} ${moved > 0 ? 'ahead' : 'back'} while the server ran.`,
      SET_IT,
    );
  if (newest === undefined) return fine('clock', `The clock says ${shown}; nothing is known here to compare it with.`);
  const behind = `The clock says ${shown}; the newest thing that is known here is ${lengthOf(now - newest)} old`;
  if (now - newest < DAY || !expectsNews) return fine('clock', `${behind}.`);
  return warning('clock', `${behind}, though sources run: either they do not, or the clock is ahead.`, `See the sources below. ${SET_IT}`);
}

function lengthOf(millis: Millis): string {
  const units: readonly [Millis, string][] = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
  ];
  const [length, unit] = units.find(([one]) => millis >= one) ?? [SECOND, 's'];
  return `${Math.max(0, Math.floor(millis / length))} ${unit}`;
}
