import type { Clock } from '../../shared/base/clock.ts';
import { HOUR, type Millis } from '../../shared/base/time.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import type { RunSummary } from '../../shared/model/status.ts';
import { watchPaths } from './fileWatch.ts';
import { retryDelay } from './schedule.ts';
import type { ConfiguredSource } from './settings.ts';

interface Line {
  readonly configured: ConfiguredSource;
  readonly stopWatching: () => void;
  timer: NodeJS.Timeout | undefined;
  next: Millis;
}

/** A longer wait is taken in pieces: timers count in 31 bits, and laptops sleep. */
const LONGEST_WAIT: Millis = HOUR;

/** When each source is due: its schedule, sooner after a failure that may pass, at once when something it watches changed. */
export class Timetable {
  readonly #lines = new Map<SourceId, Line>();
  readonly #clock: Clock;
  readonly #due: (id: SourceId, trigger: RunSummary['trigger']) => void;

  constructor(clock: Clock, due: (id: SourceId, trigger: RunSummary['trigger']) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  put(configured: ConfiguredSource): void {
    const { id, paused } = configured.settings;
    this.remove(id);
    if (paused) return;
    const stopWatching = watchPaths(configured.traits.watch, () => this.#due(id, 'watch'));
    const line: Line = { configured, stopWatching, timer: undefined, next: configured.schedule.next(this.#clock()) };
    this.#lines.set(id, line);
    this.#wait(id, line);
  }

  /** A run ended: when is the next? */
  ran(id: SourceId, failures: number): void {
    const line = this.#lines.get(id);
    if (!line) return;
    const now = this.#clock();
    const due = line.configured.schedule.next(now);
    line.next = failures === 0 ? due : Math.min(due, now + retryDelay(failures, line.configured.schedule.cadence));
    this.#wait(id, line);
  }

  nextRun(id: SourceId): Millis | undefined {
    return this.#lines.get(id)?.next;
  }

  remove(id: SourceId): void {
    const line = this.#lines.get(id);
    clearTimeout(line?.timer);
    line?.stopWatching();
    this.#lines.delete(id);
  }

  stop(): void {
    for (const id of [...this.#lines.keys()]) this.remove(id);
  }

  #wait(id: SourceId, line: Line): void {
    clearTimeout(line.timer);
    // After the clock was set back, what is due would else lie as far ahead as the clock went back.
    line.next = Math.min(line.next, line.configured.schedule.next(this.#clock()));
    const wait = Math.min(LONGEST_WAIT, Math.max(0, line.next - this.#clock()));
    line.timer = setTimeout(() => (this.#clock() >= line.next ? this.#due(id, 'schedule') : this.#wait(id, line)), wait).unref();
  }
}
