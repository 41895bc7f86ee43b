import { fetchUpdates, type IndexeddbPersistence, PREFERRED_TRIM_SIZE, storeState } from 'y-indexeddb';
import * as Y from 'yjs';
import { answered, committed, openDatabase } from './database.ts';
import type { EngineHost } from './host.ts';

/** A document as this device holds it on disk. */
export interface Replica {
  readonly name: string;
  readonly doc: Y.Doc;
  /** The copy on disk was damaged and has been thrown away. */
  readonly damaged: boolean;
  /** Resolves once what has arrived is on disk. */
  close(): Promise<void>;
}

/** What `y-indexeddb` works on: its loader and its trimming take this part of its persistence. */
type Stored = Pick<IndexeddbPersistence, 'doc' | 'db' | '_dbref' | '_dbsize' | '_destroyed'>;

/**
 * Loads a document from IndexedDB and keeps what arrives later. A damaged copy is thrown away: every document that is opened
 * here has the server as its writer, so it can be fetched again. Own entries are not in documents but in the strict store.
 *
 * Loading and trimming are `y-indexeddb`'s own. Only its class is not used: there a damaged update is an unhandled
 * rejection after which it never resolves, each update is a transaction of its own, and nothing says when data is on disk.
 */
export async function openReplica(host: Pick<EngineHost, 'indexedDB'>, database: string, name: string): Promise<Replica> {
  try {
    return await load(host, database, name);
  } catch {
    await answered(host.indexedDB.deleteDatabase(database)).catch(() => undefined);
    return fresh(host, database, name);
  }
}

async function fresh(host: Pick<EngineHost, 'indexedDB'>, database: string, name: string): Promise<Replica> {
  try {
    return { ...(await load(host, database, name)), damaged: true };
  } catch {
    // No disk at all: the document lives in memory, and is said to be damaged.
    const doc = new Y.Doc();
    return { name, doc, damaged: true, close: async () => doc.destroy() };
  }
}

async function load(host: Pick<EngineHost, 'indexedDB'>, name: string, document: string): Promise<Replica> {
  const database = await openDatabase(host.indexedDB, name, { updates: { autoIncrement: true }, custom: {} });
  const doc = new Y.Doc();
  const stored: Stored = { doc, db: database, _dbref: 0, _dbsize: 0, _destroyed: false };
  try {
    await fetchUpdates(stored as IndexeddbPersistence);
    const writer = new UpdateWriter(database, stored);
    return { name: document, doc, damaged: false, close: () => writer.close() };
  } catch (error) {
    database.close();
    doc.destroy();
    throw error;
  }
}

/** Writes what arrives, a burst in one transaction. */
class UpdateWriter {
  readonly #database: IDBDatabase;
  readonly #stored: Stored;
  #waiting: Uint8Array[] = [];
  #writing: Promise<void> | undefined;

  constructor(database: IDBDatabase, stored: Stored) {
    this.#database = database;
    this.#stored = stored;
    stored.doc.on('update', this.#arrived);
  }

  readonly #arrived = (update: Uint8Array, origin: unknown): void => {
    // What comes from disk need not be written to it again.
    if (origin === this.#stored) return;
    this.#waiting.push(update);
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  };

  async #writeAll(): Promise<void> {
    // What arrives in the same turn goes into the same transaction.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        await this.#write(batch);
      } catch {
        // A full disk loses no edit, only this copy's newest part: the server sends it again at the next start.
        return;
      }
    }
  }

  async #write(batch: readonly Uint8Array[]): Promise<void> {
    const transaction = this.#database.transaction('updates', 'readwrite');
    const store = transaction.objectStore('updates');
    for (const update of batch) store.add(update);
    await committed(transaction);
    this.#stored._dbsize += batch.length;
    // Each start reads every update: now and then they become one.
    if (this.#stored._dbsize >= PREFERRED_TRIM_SIZE) await storeState(this.#stored as IndexeddbPersistence);
  }

  async close(): Promise<void> {
    this.#stored.doc.off('update', this.#arrived);
    await this.#writing;
    this.#stored._destroyed = true;
    this.#database.close();
    this.#stored.doc.destroy();
  }
}
