import type { HashHex } from '../../shared/base/hash.ts';
import type { EntryId, ExternalId, Place, SourceId } from '../../shared/model/ids.ts';
import type { CatalogSource } from '../../shared/model/status.ts';

/** A placed entry as the ledger document holds it: receipt, signature and body (`encodeLedgerValue`). */
export interface EntryRow {
  readonly epoch: number;
  readonly place: Place;
  readonly id: EntryId;
  readonly value: Uint8Array;
}

/** An entry that was refused. Its bytes are not kept: they may hold anything. */
export interface RefusedRow {
  readonly device: string;
  readonly entry: string;
  readonly problem: string;
  readonly at: string;
}

export interface VersionRow {
  readonly source: SourceId;
  readonly externalId: ExternalId;
  readonly hash: HashHex;
  readonly run: number;
  readonly at: string;
  /** How many ledger entries were on disk when this version got there. 0: it is older than this being kept. */
  readonly place: number;
}

/** Where a page of versions ended. Versions are in the order of place, source, record and run. */
export type VersionKey = Pick<VersionRow, 'source' | 'externalId' | 'run' | 'place'>;

export interface VersionWithBytes extends VersionRow {
  readonly bytes: Uint8Array;
}

/**
 * What held of a source from a place of the ledger on. A later row of the same source, place and kind replaces the earlier one: within
 * one place only the last counts.
 */
export interface StatusRow {
  readonly source: SourceId;
  readonly place: number;
  readonly at: string;
  /** `status`: `bytes` are its canonical JSON. `removed`: they are `true`, or `false` when the source counts again. */
  readonly kind: 'status' | 'removed';
  readonly bytes: Uint8Array;
}

export interface NumberedStatus extends StatusRow {
  /** Grows with every write. */
  readonly n: number;
}

/** Where a page of statuses ended. They are in the order of place, and within one in that of the writes. */
export type StatusKey = Pick<NumberedStatus, 'place' | 'n'>;

export interface EvidenceRow {
  readonly hash: HashHex;
  readonly bytes: Uint8Array;
}

/** One Yjs update of a document; `replaces`: a snapshot that stands for everything stored before it. */
export interface DocumentRow {
  readonly document: string;
  readonly bytes: Uint8Array;
  readonly replaces?: boolean;
}

/** What is known of a source besides its documents. */
export interface SourceRow extends CatalogSource {
  readonly cursor?: string;
  readonly place?: string;
}

/** What one durable step writes. All of it is on disk together, or none. */
export interface StorageWrite {
  readonly meta?: Readonly<Record<string, string>>;
  readonly entries?: readonly EntryRow[];
  readonly refused?: readonly RefusedRow[];
  readonly versions?: readonly VersionRow[];
  readonly statuses?: readonly StatusRow[];
  readonly evidence?: readonly EvidenceRow[];
  readonly documents?: readonly DocumentRow[];
  readonly sources?: readonly SourceRow[];
  /** Documents of a closed epoch, removed with everything they hold. */
  readonly dropDocuments?: readonly string[];
}

/** A part of the look at a store: how many rows were looked at, and what is damaged, in words (document, place). */
export interface AuditStep {
  readonly rows: number;
  readonly damage: readonly string[];
}

/**
 * Where the server keeps what must survive it. One contract suite runs on every implementation (test/contract/storage).
 * Rejections are broken invariants: a full or failing disk, a place written twice.
 */
export interface Storage {
  /** Resolves when everything of `write` is on disk. Writes become durable in the order of the calls. */
  write(write: StorageWrite): Promise<void>;
  meta(key: string): Promise<string | undefined>;
  /** Rows of an epoch in place order, from `from` on, at most `limit`. */
  entries(epoch: number, from: number, limit: number): Promise<EntryRow[]>;
  /** Updates of a document in the order in which they were written; the first may be a snapshot. */
  document(name: string): Promise<Uint8Array[]>;
  sources(): Promise<SourceRow[]>;
  /** Oldest first. */
  versions(source: SourceId, externalId: ExternalId): Promise<VersionRow[]>;
  /** Versions of all sources with the bytes that they are of, after `after`, up to that place, at most `limit`. */
  versionsPage(after: VersionKey | undefined, upTo: number, limit: number): Promise<VersionWithBytes[]>;
  /** Statuses of all sources, after `after`, up to that place, at most `limit`. */
  statusesPage(after: StatusKey | undefined, upTo: number, limit: number): Promise<NumberedStatus[]>;
  /** How many records of a source the ledger held evidence of at that place. */
  recordCount(source: SourceId, upTo: number): Promise<number>;
  evidence(hash: HashHex): Promise<Uint8Array | undefined>;
  /** Looks at every row, and at what the store itself is made of, in steps that keep no write waiting for long. */
  audit(): AsyncIterable<AuditStep>;
  /** The newest first. */
  refused(limit: number): Promise<RefusedRow[]>;
  /** Waits for pending writes, then closes. */
  close(): Promise<void>;
}

/** Makes a defect visible that would otherwise fork the ledger. */
export class PlaceTaken extends Error {
  override readonly name = 'PlaceTaken';
}
