import type { HashHex } from '../../shared/base/hash.ts';
import type { ExternalId, SourceId } from '../../shared/model/ids.ts';
import type { CatalogSource, SourceStatus } from '../../shared/model/status.ts';

/** One changed record of a commit. The bytes are canonical JSON of a `SourceRecord`. */
export interface RecordChange {
  readonly externalId: ExternalId;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly hash: HashHex;
}

/**
 * Where the runner keeps what sources said: the documents `source/…` and `status/…`, every version of every record, and the
 * durable run id and cursor. Implemented by the server (`sync-server/documents/`); remote runners will implement it over
 * the network. Only the holder of a source's lease calls it.
 */
export interface SourceStore {
  /** Registers the source in the catalog if it is not there. */
  open(source: SourceId, visibility: 'space' | 'private'): Promise<CatalogSource>;
  records(source: SourceId): IterableIterator<{ externalId: ExternalId; bytes: Uint8Array }>;
  record(source: SourceId, externalId: ExternalId): Uint8Array | undefined;
  status(source: SourceId): SourceStatus | undefined;
  /** The cursor and place that the last durable run left. */
  memory(source: SourceId): { readonly cursor?: string; readonly place?: string; readonly durableRun: number };
  /**
   * One durable step: versions and documents on disk, then the documents' updates to readers, then the run id in the catalog,
   * then the cursor. `status.needs` is filled in by the store. Nothing of it is visible when it rejects.
   */
  commit(
    source: SourceId,
    changes: readonly RecordChange[],
    status: SourceStatus,
    memory: { readonly run: number; readonly cursor?: string; readonly place?: string },
  ): Promise<void>;
  /** Progress and heartbeat only: not durable, not a version. */
  publishStatus(source: SourceId, status: SourceStatus): void;
  versions(
    source: SourceId,
    externalId: ExternalId,
  ): Promise<readonly { readonly hash: HashHex; readonly run: number; readonly at: string; readonly bytes: Uint8Array }[]>;
  evidence(hash: HashHex): Promise<Uint8Array | undefined>;
  /** Marks the source as removed in the catalog; its records and history stay. */
  remove(source: SourceId): Promise<void>;
}
