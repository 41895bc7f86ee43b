import * as Y from 'yjs';
import { err, ok, type Result } from '../../shared/base/result.ts';
import type { Signer } from '../../shared/base/signature.ts';
import type { Instant } from '../../shared/base/time.ts';
import type { CommitProblem, CommitReply, EngineStatus } from '../../shared/bridge/engine.ts';
import { putOutboxEntries, removeOutboxEntries } from '../../shared/documents/outboxDocument.ts';
import { type SignedEntry, signEntries } from '../../shared/ledger/author.ts';
import type { LedgerState } from '../../shared/ledger/ledgerState.ts';
import type { Act } from '../../shared/model/act.ts';
import { type Entry, type EntryBytes, parseEntry, type Seen } from '../../shared/model/entry.ts';
import type { EntryId, SpaceId } from '../../shared/model/ids.ts';
import { chainedAgain } from './chainedAgain.ts';
import type { KeptEntry, StrictChange, StrictStore } from './strictStore.ts';
import { stepAfter, stepsRenamed } from './undoSteps.ts';

export interface OwnEntriesOptions {
  readonly store: StrictStore;
  readonly signer: Signer;
  readonly space: SpaceId;
  readonly instant: () => Instant;
  readonly ledger: LedgerState;
  /** Acts in words, for what will never have a place. */
  readonly words: (acts: readonly Act[]) => string[];
  /** This device's entries that have no place yet, in order, after each change. */
  readonly onWaiting: (entries: readonly Entry[]) => void;
}

/**
 * What this device has said: signed, stored strictly, offered to the server through the outbox document, and kept until the
 * ledger on this device's disk holds it. One change at a time, because each entry names the one before it.
 */
export class OwnEntries {
  readonly outbox = new Y.Doc();
  readonly #options: OwnEntriesOptions;
  #waiting: readonly KeptEntry[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: OwnEntriesOptions) {
    this.#options = options;
  }

  /** At a start, with the ledger as the disk holds it: what it has may leave the strict store, the rest is offered again. */
  restore(): Promise<void> {
    return this.#inTurn(async () => {
      const { store } = this.#options;
      const placed = [...store.entries.keys()].filter((id) => this.#isPlaced(id));
      if (placed.length > 0) await store.write({ remove: placed });
      this.#offer();
    });
  }

  /** @returns once the entries are on disk; then they are saved here whatever happens. */
  commit(acts: readonly Act[], seen: Seen, label: string, undoes?: number): Promise<Result<CommitReply, CommitProblem>> {
    return this.#inTurn(async () => {
      const signed = await this.#sign(acts, seen);
      if (!signed.ok) return signed;
      const change = this.#changeOf(signed.value, label, undoes);
      try {
        await this.#options.store.write(change);
      } catch {
        return err(STORAGE);
      }
      this.#offer();
      return ok({ entries: signed.value.map(({ id }) => id) });
    });
  }

  async #sign(acts: readonly Act[], seen: Seen): Promise<Result<readonly SignedEntry[], CommitProblem>> {
    const { store, signer, space, instant } = this.#options;
    const signed = await signEntries({ space, prev: store.head, at: instant(), seen, acts }, signer);
    return signed.ok ? signed : err({ code: 'not valid', message: signed.error });
  }

  #changeOf(signed: readonly SignedEntry[], label: string, undoes: number | undefined): StrictChange {
    const { store } = this.#options;
    const order = store.nextOrder;
    const step = undoes === undefined ? stepAfter(signed, label, order) : undefined;
    return {
      put: signed.map(({ id, bytes }, index) => ({ id, bytes, label, order: order + index })),
      head: signed.at(-1)?.id ?? store.head,
      ...(step ? { putSteps: [step] } : {}),
      ...(undoes === undefined ? {} : { removeSteps: [undoes] }),
    };
  }

  /** The ledger has grown: what it holds now need not be offered any more. It stays in the strict store until a later start. */
  ledgerGrew(): void {
    const placed = this.#waiting.filter(({ id }) => this.#isPlaced(id));
    if (placed.length > 0) this.#offer();
  }

  /**
   * The server refused an entry for good: it is set aside and shown, and what this device said after it is signed again on
   * the entry before it, with what its author had seen then. Nothing is lost, and nothing waits behind it.
   */
  refuse(reason: string, id: EntryId): Promise<KeptEntry | undefined> {
    return this.#inTurn(async () => {
      const { store, instant } = this.#options;
      const entry = store.entries.get(id);
      if (!entry || this.#isPlaced(id)) return undefined;
      if (reason === 'unknown prev' && !entry.signedAgain) {
        await this.#chainAgain([...this.#waiting], this.#lastPlaced(), {});
        return undefined;
      }
      const refused: KeptEntry = { ...entry, refused: { reason, at: instant() } };
      const later = this.#waiting.filter(({ order }) => order > entry.order);
      await this.#chainAgain(later, prevOf(entry), { put: [refused] });
      return refused;
    });
  }

  async #chainAgain(entries: readonly KeptEntry[], base: EntryId | null, change: StrictChange): Promise<void> {
    const { store, signer } = this.#options;
    const { put, renamed, head } = await chainedAgain(entries, base, signer);
    const steps = stepsRenamed(store.steps, renamed, change.put ?? []);
    await store.write({ ...steps, put: [...(change.put ?? []), ...put], remove: [...renamed.keys()], head });
    this.#offer();
  }

  /** Entries that a restore of the server cut off are offered again, unless they wait already. */
  recover(lost: readonly { readonly entry: Entry; readonly bytes: EntryBytes }[]): Promise<void> {
    return this.#inTurn(async () => {
      const { store, signer } = this.#options;
      const own = lost.filter(({ entry }) => entry.device === signer.publicKey && !store.entries.has(entry.id));
      const order = store.nextOrder;
      const put = own.map(({ entry, bytes }, index) => ({
        id: entry.id,
        bytes,
        label: 'A change from before the restore',
        order: order + index,
      }));
      if (put.length > 0) await store.write({ put });
      this.#offer();
    });
  }

  /** The key that signed them is given up: what waits is kept to be read, and the next key begins a chain of its own. */
  setAllAside(reason: string): Promise<void> {
    return this.#inTurn(async () => {
      const { store, instant } = this.#options;
      const put = this.#waiting.map((entry) => ({ ...entry, refused: { reason, at: instant() } }));
      await store.write({ put, removeSteps: store.steps.map(({ order }) => order), head: null });
      this.#offer();
    });
  }

  dismiss(id: EntryId): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#options.store.entries.get(id)?.refused) await this.#options.store.write({ remove: [id] });
    });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get refused(): EngineStatus['refused'] {
    const lines: EngineStatus['refused'][number][] = [];
    for (const { id, label, bytes, refused } of this.#options.store.entries.values()) {
      if (refused) lines.push({ id, label, ...refused, said: this.#options.words(actsOf(bytes)) });
    }
    return lines;
  }

  /** Makes outbox document and fold show exactly what is kept, not refused and not placed. */
  #offer(): void {
    const { store, onWaiting } = this.#options;
    const before = this.#waiting;
    this.#waiting = [...store.entries.values()]
      .filter((entry) => !entry.refused && !this.#isPlaced(entry.id))
      .sort((a, b) => a.order - b.order);
    const now = new Set(this.#waiting.map(({ id }) => id));
    const gone = before.filter(({ id }) => !now.has(id));
    const known = new Set(before.map(({ id }) => id));
    const added = this.#waiting.filter(({ id }) => !known.has(id));
    if (gone.length === 0 && added.length === 0) return;
    if (gone.length > 0)
      removeOutboxEntries(
        this.outbox,
        gone.map(({ id }) => id),
      );
    if (added.length > 0) putOutboxEntries(this.outbox, added);
    onWaiting(this.#waiting.map(entryOf));
  }

  #isPlaced(id: EntryId): boolean {
    return this.#options.ledger.placeOf(id) !== undefined;
  }

  /** After a restore from backup the server may not know the head that this device remembers. */
  #lastPlaced(): EntryId | null {
    const device = this.#options.signer.publicKey;
    const lines = this.#options.ledger.lines({ limit: Number.MAX_SAFE_INTEGER });
    return lines.find(({ place, entry }) => place !== undefined && entry.device === device)?.entry.id ?? null;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  close(): void {
    this.outbox.destroy();
  }
}

const STORAGE: CommitProblem = {
  code: 'storage',
  message: 'This device could not store the change, so nothing was changed.',
  wayOut: 'Free some disk space, or allow this site to store data, and try again.',
};

/** @throws when an entry that this device stored is not an entry: its disk is damaged. */
export function entryOf({ bytes }: Pick<KeptEntry, 'bytes'>): Entry {
  const parsed = parseEntry(bytes);
  if (!parsed.ok) throw new Error(`a stored entry is damaged: ${parsed.error}`);
  return parsed.value;
}

const prevOf = (entry: KeptEntry): EntryId | null => entryOf(entry).prev;

function actsOf(bytes: EntryBytes): readonly Act[] {
  const parsed = parseEntry(bytes);
  return parsed.ok ? parsed.value.acts : [];
}
