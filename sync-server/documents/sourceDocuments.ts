import * as Y from 'yjs';
import { formatDocumentName } from '../../shared/documents/names.ts';
import {
  eachRecord,
  putRecords,
  recordBytes,
  recordCount,
  shardOf,
  shardsFor,
  structCount,
} from '../../shared/documents/sourceDocument.ts';
import { putStatus } from '../../shared/documents/statusDocument.ts';
import type { ExternalId, SourceId } from '../../shared/model/ids.ts';
import type { SourceStatus } from '../../shared/model/status.ts';
import type { DocumentRow } from '../storage/storage.ts';
import { SharedDocument } from './sharedDocument.ts';

/**
 * The one Yjs client that writes source documents. Fixed, because nothing of them is seen before it is on disk: the clock goes on after a
 * restart where it stopped, and `needs` names one clock for each shard.
 */
export const SOURCE_CLIENT = 1;

/** After this many updates a shard is stored as one snapshot. */
const UPDATES_BEFORE_SNAPSHOT = 64;

export interface SourceDocumentOptions {
  readonly statusClient: number;
  /** For tests that want compaction often. */
  readonly updatesBeforeSnapshot?: number | undefined;
}

/** The documents of one source in one epoch. */
export class SourceDocuments {
  readonly epoch: number;
  readonly shards: readonly SharedDocument[];
  readonly status: SharedDocument;
  private readonly stored: number[];
  private readonly updatesBeforeSnapshot: number;

  constructor(source: SourceId, epoch: number, shards: number, options: SourceDocumentOptions) {
    this.epoch = epoch;
    this.shards = Array.from(
      { length: shards },
      (_, shard) => new SharedDocument(formatDocumentName({ kind: 'source', source, epoch, shard })),
    );
    this.stored = this.shards.map(() => 0);
    this.status = new SharedDocument(formatDocumentName({ kind: 'status', source, epoch }));
    this.status.doc.clientID = options.statusClient;
    this.updatesBeforeSnapshot = options.updatesBeforeSnapshot ?? UPDATES_BEFORE_SNAPSHOT;
  }

  get live(): number {
    return this.shards.reduce((sum, { doc }) => sum + recordCount(doc), 0);
  }

  get structs(): number {
    return this.shards.reduce((sum, { doc }) => sum + structCount(doc), 0);
  }

  *records(): Generator<{ externalId: ExternalId; bytes: Uint8Array }> {
    for (const { doc } of this.shards) yield* eachRecord(doc);
  }

  record(id: ExternalId): Uint8Array | undefined {
    const shard = this.shards[shardOf(id, this.shards.length)];
    return shard && recordBytes(shard.doc, id);
  }

  load(shard: number, updates: readonly Uint8Array[]): void {
    const document = this.shards[shard];
    if (!document) return;
    for (const update of updates) Y.applyUpdate(document.doc, update);
    this.stored[shard] = updates.length;
  }

  /** Writes into the documents without showing it to anybody. Ends with `release` or `rollBack`. */
  hold(changes: readonly { externalId: ExternalId; bytes: Uint8Array }[]): void {
    const byShard = Map.groupBy(changes, ({ externalId }) => shardOf(externalId, this.shards.length));
    this.shards.forEach((document, shard) => {
      document.hold();
      document.doc.clientID = SOURCE_CLIENT;
      const records = byShard.get(shard);
      if (records) putRecords(document.doc, records);
    });
  }

  /** What of the held changes goes to disk: an update a shard, or a snapshot in its place. */
  rows(): DocumentRow[] {
    return this.shards.flatMap((document, shard) => {
      const update = document.heldUpdate();
      if (!update) return [];
      const replaces = (this.stored[shard] ?? 0) >= this.updatesBeforeSnapshot;
      return [{ document: document.name, bytes: replaces ? Y.encodeStateAsUpdate(document.doc) : update, replaces }];
    });
  }

  release(rows: readonly DocumentRow[]): void {
    this.shards.forEach((document, shard) => {
      const row = rows.find((one) => one.document === document.name);
      if (row) this.stored[shard] = row.replaces === true ? 1 : (this.stored[shard] ?? 0) + 1;
      document.release();
    });
  }

  /** After a failed durable step. `updates` are what the disk holds of each shard. */
  rollBack(updates: readonly (readonly Uint8Array[])[]): void {
    this.shards.forEach((document, shard) => {
      const doc = new Y.Doc();
      for (const update of updates[shard] ?? []) Y.applyUpdate(doc, update);
      document.rollBack(doc);
    });
  }

  /** The clock of each shard that a reader needs before the status may be believed. */
  needs(): SourceStatus['needs'] {
    return this.shards.map(({ doc }) => [SOURCE_CLIENT, Y.getState(doc.store, SOURCE_CLIENT)]);
  }

  showStatus(status: SourceStatus): void {
    putStatus(this.status.doc, status);
  }

  document(name: string): SharedDocument | undefined {
    return this.status.name === name ? this.status : this.shards.find((shard) => shard.name === name);
  }

  destroy(): void {
    for (const document of [...this.shards, this.status]) document.destroy();
  }
}

/** Shards for what a commit leaves behind, never fewer than there are. */
export const shardsAfter = (documents: SourceDocuments, added: number): number =>
  Math.max(documents.shards.length, shardsFor(documents.live + added));
