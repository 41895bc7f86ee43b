import { ok, type Result } from '../../shared/base/result.ts';
import { type OutboxItem, type OutboxProblem, readOutboxUpdate } from './outboxUpdate.ts';
import type { ServedDocument } from './sharedDocument.ts';

/** No structs, no deletes: what Yjs encodes of a new document. */
const EMPTY_UPDATE = Uint8Array.of(0, 0);
/** Entries that are handed on before somebody else has a turn: some 3 ms of promises. */
const AT_ONCE = 500;
/** Entries that are handed on and have no end yet: below what may wait for a place (`LIMITS.waitingEntries`). */
const AHEAD = 22_000;

/**
 * `outbox/<device>` as the server has it: a letter box. It speaks the sync protocol, takes the entries out of what its device sends, hands them
 * on, and holds nothing. The device keeps what waits, and is asked for all of it at every connection.
 */
export class Outbox implements ServedDocument {
  /** Resolves when the entry came to its end. */
  private readonly hand: (item: OutboxItem) => Promise<void>;
  private queue: OutboxItem[] = [];
  private ahead = 0;
  private isDue = false;
  private emptied: (() => void)[] = [];

  /** A connection came; what it gives back is called when it leaves. */
  private readonly opened: () => () => void;

  constructor(hand: (item: OutboxItem) => Promise<void>, opened: () => () => void = () => () => undefined) {
    this.hand = hand;
    this.opened = opened;
  }

  /** Nobody hears anything of an outbox but the acknowledgement, which is the ledger's. */
  join(): () => void {
    return this.opened();
  }

  whenSettled(callback: () => void): void {
    callback();
  }

  missingIn(): Uint8Array {
    return EMPTY_UPDATE;
  }

  /** How many entries are not handed on yet. */
  get backlog(): number {
    return this.queue.length;
  }

  receive(update: Uint8Array): Result<void, OutboxProblem> {
    const read = readOutboxUpdate(update);
    if (!read.ok) return read;
    this.queue.push(...read.value);
    if (!this.isDue) this.handOn();
    return ok(undefined);
  }

  /** Calls back when nothing is left to hand on. */
  whenEmpty(callback: () => void): void {
    if (this.queue.length === 0) callback();
    else this.emptied.push(callback);
  }

  /** Its connection ends because of what it sent: the rest is not handed on. */
  stop(): void {
    this.queue = [];
  }

  private handOn(): void {
    for (const item of this.queue.splice(0, Math.min(AT_ONCE, AHEAD - this.ahead))) {
      this.ahead++;
      void this.hand(item).finally(() => {
        this.ahead--;
        this.handOnSoon();
      });
    }
    if (this.queue.length > 0) this.handOnSoon();
    else for (const callback of this.emptied.splice(0)) callback();
  }

  private handOnSoon(): void {
    if (this.isDue || this.queue.length === 0 || this.ahead >= AHEAD) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      this.handOn();
    });
  }
}
