import * as Y from 'yjs';

export interface DocumentReader {
  /** One update that the server's own document emitted. Never a frame that somebody sent. */
  update(update: Uint8Array): void;
}

/** What a connection asks of its document. */
export interface ServedDocument {
  /** @returns a disposer. */
  join(reader: DocumentReader): () => void;
  /** Calls back at once, or as soon as what is held is durable. */
  whenSettled(callback: () => void): void;
  missingIn(stateVector: Uint8Array): Uint8Array;
}

/**
 * A document that the server holds and relays. While a durable step is going on it is held: what it emits waits, and so do
 * joiners, so that nobody sees what is not on disk yet.
 */
export class SharedDocument implements ServedDocument {
  readonly name: string;
  private current: Y.Doc;
  private readonly readers = new Set<DocumentReader>();
  private encoding: Uint8Array | undefined;
  private held: Uint8Array[] | undefined;
  private joiners: (() => void)[] = [];

  constructor(name: string, doc: Y.Doc = new Y.Doc()) {
    this.name = name;
    this.current = doc;
    this.listen();
  }

  get doc(): Y.Doc {
    return this.current;
  }

  get readerCount(): number {
    return this.readers.size;
  }

  /** @returns a disposer. */
  join(reader: DocumentReader): () => void {
    this.readers.add(reader);
    return () => void this.readers.delete(reader);
  }

  /** Calls back at once, or as soon as what is held is durable. */
  whenSettled(callback: () => void): void {
    if (this.held) this.joiners.push(callback);
    else callback();
  }

  /** Joiners with nothing get one cached encoding: ten of them cost one pass over the document, not ten. */
  missingIn(stateVector: Uint8Array): Uint8Array {
    const empty = stateVector.length === 1 && stateVector[0] === 0;
    if (!empty) return Y.encodeStateAsUpdate(this.current, stateVector);
    this.encoding ??= Y.encodeStateAsUpdate(this.current);
    return this.encoding;
  }

  hold(): void {
    this.held ??= [];
  }

  /** What waits, as one update; undefined when nothing changed. */
  heldUpdate(): Uint8Array | undefined {
    const updates = this.held ?? [];
    return updates.length > 1 ? Y.mergeUpdates(updates) : updates[0];
  }

  release(): void {
    const update = this.heldUpdate();
    this.held = undefined;
    if (update) this.emit(update, undefined);
    this.admitJoiners();
  }

  /** After a failed durable step: back to what is on disk. Readers have seen nothing of it. */
  rollBack(doc: Y.Doc): void {
    this.current.destroy();
    this.current = doc;
    this.encoding = undefined;
    this.held = undefined;
    this.listen();
    this.admitJoiners();
  }

  destroy(): void {
    this.readers.clear();
    this.current.destroy();
  }

  private admitJoiners(): void {
    const joiners = this.joiners;
    this.joiners = [];
    for (const join of joiners) join();
  }

  private listen(): void {
    this.current.on('update', (update: Uint8Array, origin: unknown) => {
      this.encoding = undefined;
      if (this.held) this.held.push(update);
      else this.emit(update, origin);
    });
  }

  private emit(update: Uint8Array, origin: unknown): void {
    for (const reader of this.readers) if (reader !== origin) reader.update(update);
  }
}
