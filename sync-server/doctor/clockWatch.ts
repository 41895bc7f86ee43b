import { uptime } from 'node:os';
import type { Clock } from '../../shared/base/clock.ts';
import type { Millis } from '../../shared/base/time.ts';

/** Notices that the clock was set while the server ran: the time since the computer started goes on by itself, also through sleep. */
export class ClockWatch {
  private readonly clock: Clock;
  private readonly sinceStart: () => Millis;
  private readonly difference: Millis;

  constructor(clock: Clock, sinceStart: () => Millis = () => uptime() * 1_000) {
    this.clock = clock;
    this.sinceStart = sinceStart;
    this.difference = clock() - sinceStart();
  }

  /** How far the clock was moved since then: positive is forward. */
  get moved(): Millis {
    return this.clock() - this.sinceStart() - this.difference;
  }
}
