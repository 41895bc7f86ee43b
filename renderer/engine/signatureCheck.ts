import { signedMessage, type Verify } from '../../shared/base/signature.ts';
import type { LedgerValue } from '../../shared/ledger/ledgerState.ts';
import { bodyOf, decodeLedgerValue, signatureOf } from '../../shared/model/entry.ts';
import type { SpaceId } from '../../shared/model/ids.ts';
import { openDatabase, readOne, writeOne } from './database.ts';
import type { EngineHost } from './host.ts';

const BATCH = 64;
/** A closed window loses at most this much checking. */
const REMEMBER_EVERY = 2_048;

/** Up to which place this device has checked every signature, and the places that failed. */
interface Checked {
  readonly upTo: number;
  readonly wrong: readonly number[];
}

export interface SignatureEvents {
  readonly onProgress: () => void;
  readonly onWrong: (place: number) => void;
}

const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Checks every signature of the ledger in the background: what the server vouches for is shown at once, and counted until checked. */
export class SignatureCheck {
  readonly #database: IDBDatabase;
  #key: string;
  readonly #verify: Verify;
  readonly #events: SignatureEvents;
  readonly #wrong: Set<number>;
  #upTo: number;
  #remembered: number;
  #queue: LedgerValue[] = [];
  #sorted = true;
  #checking = 0;
  #running = false;
  #closed = false;

  private constructor(database: IDBDatabase, epoch: number, checked: Checked, verify: Verify, events: SignatureEvents) {
    this.#database = database;
    this.#key = String(epoch);
    this.#verify = verify;
    this.#events = events;
    this.#upTo = checked.upTo;
    this.#remembered = checked.upTo;
    this.#wrong = new Set(checked.wrong);
  }

  /** Reads what was checked before; the events are named once whoever listens exists. */
  static async opener(
    host: EngineHost,
    space: SpaceId,
    epoch: number,
    verify: Verify,
  ): Promise<(events: SignatureEvents) => SignatureCheck> {
    const database = await openDatabase(host.indexedDB, `${host.databases}/${space}/checked`, { epochs: {} });
    const checked = (await readOne<Checked>(database, 'epochs', String(epoch))) ?? { upTo: 0, wrong: [] };
    return (events) => new SignatureCheck(database, epoch, checked, verify, events);
  }

  push(values: readonly LedgerValue[]): void {
    for (const value of values) if (value.place > this.#upTo) this.#queue.push(value);
    this.#sorted = false;
    if (!this.#running && this.#queue.length > 0) void this.#run();
  }

  /** After a restore of the server: what is past the cut is checked anew, because something else stands there now. */
  restored(epoch: number, at: number): void {
    this.#key = String(epoch);
    this.#upTo = Math.min(this.#upTo, at);
    this.#remembered = 0;
    this.#queue = this.#queue.filter(({ place }) => place <= at);
    for (const place of this.#wrong) if (place > at) this.#wrong.delete(place);
  }

  /** Places whose entry is not its author's. */
  get wrong(): ReadonlySet<number> {
    return this.#wrong;
  }

  /** Not checked yet, or checked and wrong: what stands in the ledger on the server's word alone. */
  get unverified(): number {
    return this.#queue.length + this.#checking + this.#wrong.size;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#queue.length > 0 && !this.#closed) {
      if (!this.#sorted) this.#queue.sort((a, b) => a.place - b.place);
      this.#sorted = true;
      const batch = this.#queue.splice(0, BATCH);
      this.#checking = batch.length;
      await Promise.all(batch.map((value) => this.#check(value)));
      this.#checking = 0;
      this.#advance(batch);
      if (this.#upTo - this.#remembered >= REMEMBER_EVERY) await this.#remember();
      await breathe();
    }
    if (!this.#closed) await this.#remember();
    this.#running = false;
    if (!this.#closed && this.#queue.length > 0) await this.#run();
  }

  async #check({ place, value }: LedgerValue): Promise<void> {
    const decoded = decodeLedgerValue(value);
    const right =
      decoded !== undefined &&
      (await this.#verify(decoded.entry.device, signedMessage('muster/entry/1', bodyOf(decoded.bytes)), signatureOf(decoded.bytes)));
    if (right || this.#wrong.has(place)) return;
    this.#wrong.add(place);
    if (!this.#closed) this.#events.onWrong(place);
  }

  /** Only a stretch without holes is remembered: places may arrive in any order. */
  #advance(batch: readonly LedgerValue[]): void {
    for (const { place } of batch) if (place === this.#upTo + 1) this.#upTo = place;
    this.#events.onProgress();
  }

  async #remember(): Promise<void> {
    if (this.#remembered === this.#upTo) return;
    this.#remembered = this.#upTo;
    await writeOne(this.#database, 'epochs', this.#key, { upTo: this.#upTo, wrong: [...this.#wrong] }).catch(() => undefined);
  }

  close(): void {
    this.#closed = true;
    this.#database.close();
  }
}
