import { Cron } from 'croner';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { MINUTE, type Millis } from '../../shared/base/time.ts';
import { parseDuration } from './duration.ts';

export interface Schedule {
  /** The first moment after `now` at which a run is due. */
  next(now: Millis): Millis;
  /** Milliseconds between two runs; of a cron expression, between the next two. */
  readonly cadence: Millis;
}

export const everyMillis = (cadence: Millis): Schedule => ({ cadence, next: (now) => now + cadence });

/** `every 15m`, or a cron expression of five or six parts in the machine's time zone. */
export function parseSchedule(text: string, now: Millis): Result<Schedule, string> {
  const every = /^every\s+(.+)$/i.exec(text.trim());
  if (every) {
    const cadence = parseDuration(every[1] ?? '');
    return cadence === undefined ? err(`"${text.slice(0, 60)}" is not a schedule: write "every 15m"`) : ok(everyMillis(cadence));
  }
  return parseCron(text, now);
}

function parseCron(text: string, now: Millis): Result<Schedule, string> {
  try {
    const cron = new Cron(text, { paused: true });
    const [first, second] = cron.nextRuns(2, new Date(now));
    if (!first) return err(`the schedule "${text.slice(0, 60)}" never runs`);
    const cadence = second ? second.getTime() - first.getTime() : MINUTE;
    return ok({ cadence, next: (from) => cron.nextRun(new Date(from))?.getTime() ?? Number.POSITIVE_INFINITY });
  } catch {
    return err(`"${text.slice(0, 60)}" is not a schedule: write "every 15m" or a cron expression such as "0 6 * * *"`);
  }
}

/** Retry after a failure that may pass by itself: 5 s, doubled each time, never slower than the schedule. */
export const retryDelay = (failures: number, cadence: Millis): Millis =>
  Math.min(cadence, 5_000 * 2 ** Math.min(20, Math.max(0, failures - 1)));
