import type { Millis } from '../../shared/base/time.ts';
import { MINUTE } from '../../shared/base/time.ts';
import type { SourceId } from '../../shared/model/ids.ts';

const LONGEST: Millis = 60 * MINUTE;

/** Tries again what could not be sent: after a minute, then after twice as long each time, at most an hour. A run of the source tries, too. */
export class Retries {
  readonly #again: (id: SourceId) => void;
  readonly #waiting = new Map<SourceId, { readonly timer: NodeJS.Timeout; readonly delay: Millis }>();

  constructor(again: (id: SourceId) => void) {
    this.#again = again;
  }

  /** @param waits whether something is left to be sent. */
  after(id: SourceId, waits: boolean): void {
    const before = this.#waiting.get(id);
    clearTimeout(before?.timer);
    if (!waits) {
      this.#waiting.delete(id);
      return;
    }
    const delay = Math.min(LONGEST, before ? before.delay * 2 : MINUTE);
    this.#waiting.set(id, { timer: setTimeout(() => this.#again(id), delay).unref(), delay });
  }

  stop(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }
}
