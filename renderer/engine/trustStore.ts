import type { DeviceId, SpaceId } from '../../shared/model/ids.ts';
import type { SignedRestore } from '../../shared/model/status.ts';
import { committed, openDatabase, readOne } from './database.ts';
import type { EngineHost } from './host.ts';

/** A moment of the ledger that a server's key vouched for and this device agreed with. */
export interface Mark {
  readonly epoch: number;
  readonly place: number;
  readonly root: string;
}

/** What this device holds the server of one space to. */
export interface Pin {
  readonly serverKey?: DeviceId;
  /** The newest head that was verified here. */
  readonly head?: Mark;
  /** The restores that were verified here, the oldest first: no other one counts. */
  readonly restores: readonly SignedRestore[];
}

const EMPTY: Pin = { restores: [] };

/** What a device pinned must outlive a crash: it is written strictly, and one write follows another. */
export class TrustStore {
  readonly #database: IDBDatabase;
  #pin: Pin;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(database: IDBDatabase, pin: Pin) {
    this.#database = database;
    this.#pin = pin;
  }

  static async open(host: EngineHost, space: SpaceId): Promise<TrustStore> {
    const database = await openDatabase(host.indexedDB, `${host.databases}/${space}/trust`, { pins: {} });
    return new TrustStore(database, (await readOne<Pin>(database, 'pins', 'server')) ?? EMPTY);
  }

  get pin(): Pin {
    return this.#pin;
  }

  /** In force at once, also where the disk refuses it: then only this start knows. */
  change(part: Partial<Pin>): Promise<void> {
    // Whoever still thinks after the register was closed has nothing to say any more.
    if (this.#closed) return this.#turn.then(() => undefined);
    this.#pin = { ...this.#pin, ...part };
    const write = this.#turn.then(() => this.#write());
    this.#turn = write.catch(() => undefined);
    return write;
  }

  async #write(): Promise<void> {
    const transaction = this.#database.transaction('pins', 'readwrite', { durability: 'strict' });
    transaction.objectStore('pins').put(this.#pin, 'server');
    await committed(transaction);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
    this.#database.close();
  }
}
