import type { Instant } from '../../shared/base/time.ts';
import type { ActRef } from '../../shared/model/act.ts';
import type { EntryBytes } from '../../shared/model/entry.ts';
import type { EntryId, SpaceId } from '../../shared/model/ids.ts';
import { answered, committed, openDatabase, readAll } from './database.ts';
import type { EngineHost } from './host.ts';

/** An entry of this device, kept until the ledger on this device's disk holds it. */
export interface KeptEntry {
  readonly id: EntryId;
  readonly bytes: EntryBytes;
  readonly label: string;
  /** The order in which they were made. */
  readonly order: number;
  readonly refused?: { readonly reason: string; readonly at: Instant };
  /** It was signed again on another head once: a second refusal sets it aside. */
  readonly signedAgain?: true;
}

/** What one undo takes back. */
export interface UndoStep {
  readonly order: number;
  readonly label: string;
  readonly acts: readonly ActRef[];
}

/** Everything that one act of the person changes on disk: it is written together or not at all. */
export interface StrictChange {
  readonly put?: readonly KeptEntry[];
  readonly remove?: readonly EntryId[];
  readonly putSteps?: readonly UndoStep[];
  readonly removeSteps?: readonly number[];
  /** The last own entry that is not refused: `prev` of the next one. */
  readonly head?: EntryId | null;
}

/** More undo than anybody takes back one by one. */
const STEPS_KEPT = 200;

/**
 * The small database that an edit reaches before anything else does. `y-indexeddb` reports its data stored before it is on
 * disk; here `write` resolves only after a strict commit (DESIGN 5).
 */
export class StrictStore {
  readonly #database: IDBDatabase;
  readonly entries = new Map<EntryId, KeptEntry>();
  #steps: UndoStep[] = [];
  #head: EntryId | null = null;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  static async open(host: EngineHost, space: SpaceId): Promise<StrictStore> {
    const name = `${host.databases}/${space}/strict`;
    const store = new StrictStore(await openDatabase(host.indexedDB, name, { entries: {}, steps: {}, chain: {} }));
    await store.#load();
    return store;
  }

  async #load(): Promise<void> {
    const kept = await readAll<KeptEntry>(this.#database, 'entries');
    for (const entry of kept.sort((a, b) => a.order - b.order)) this.entries.set(entry.id, entry);
    this.#steps = (await readAll<UndoStep>(this.#database, 'steps')).sort((a, b) => a.order - b.order);
    const chain = this.#database.transaction('chain', 'readonly').objectStore('chain');
    this.#head = ((await answered(chain.get('head'))) as EntryId | undefined) ?? null;
  }

  get head(): EntryId | null {
    return this.#head;
  }

  get steps(): readonly UndoStep[] {
    return this.#steps;
  }

  get nextOrder(): number {
    const last = Math.max(0, this.#steps.at(-1)?.order ?? 0, ...[...this.entries.values()].map((entry) => entry.order));
    return last + 1;
  }

  /** @throws when the disk is full or gone: nothing of the change is kept then, neither here nor in memory. */
  async write(change: StrictChange): Promise<void> {
    const forgotten = this.#steps.slice(0, Math.max(0, this.#steps.length - STEPS_KEPT)).map((step) => step.order);
    const removeSteps = [...(change.removeSteps ?? []), ...forgotten];
    const transaction = this.#database.transaction(['entries', 'steps', 'chain'], 'readwrite', { durability: 'strict' });
    const entries = transaction.objectStore('entries');
    const steps = transaction.objectStore('steps');
    for (const id of change.remove ?? []) entries.delete(id);
    for (const entry of change.put ?? []) entries.put(entry, entry.id);
    for (const order of removeSteps) steps.delete(order);
    for (const step of change.putSteps ?? []) steps.put(step, step.order);
    if (change.head !== undefined) transaction.objectStore('chain').put(change.head, 'head');
    await committed(transaction);
    this.#apply({ ...change, removeSteps });
  }

  #apply(change: StrictChange): void {
    for (const id of change.remove ?? []) this.entries.delete(id);
    for (const entry of change.put ?? []) this.entries.set(entry.id, entry);
    const gone = new Set([...(change.removeSteps ?? []), ...(change.putSteps ?? []).map((step) => step.order)]);
    this.#steps = [...this.#steps.filter((step) => !gone.has(step.order)), ...(change.putSteps ?? [])].sort((a, b) => a.order - b.order);
    if (change.head !== undefined) this.#head = change.head;
  }

  close(): void {
    this.#database.close();
  }
}
