import type { Clock } from '../../shared/base/clock.ts';
import { type Instant, type Millis, parseTime, toInstant } from '../../shared/base/time.ts';

/** A moment at which both clocks were known. Kept on disk, so that freshness goes on decaying while the server is away. */
export interface ClockMark {
  readonly server: Millis;
  readonly wall: Millis;
}

/** The clock in force: last server time + what has passed here since, never backwards (DESIGN 9). */
export class ServerClock {
  readonly #wall: Clock;
  #mark: ClockMark | undefined;
  #heard = false;

  constructor(wall: Clock, mark: ClockMark | undefined) {
    this.#wall = wall;
    this.#mark = mark;
  }

  /** @returns the mark to keep; undefined when the server's time is not a time. */
  hear(serverTime: string): ClockMark | undefined {
    const server = parseTime(serverTime);
    if (server === undefined) return undefined;
    this.#heard = true;
    this.#mark = { server, wall: this.#wall() };
    return this.#mark;
  }

  silence(): void {
    this.#heard = false;
  }

  get now(): Millis {
    const mark = this.#mark;
    return mark ? mark.server + Math.max(0, this.#wall() - mark.wall) : this.#wall();
  }

  get instant(): Instant {
    return toInstant(this.now);
  }

  /** False: only this device's clock says so since the server was last heard. */
  get fromServer(): boolean {
    return this.#heard;
  }
}
