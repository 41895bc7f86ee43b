import * as Y from 'yjs';
import type { HashHex } from '../../shared/base/hash.ts';
import { toInstant } from '../../shared/base/time.ts';
import {
  eachRecord,
  needsNewEpoch,
  putRecords,
  recordBytes,
  recordCount,
  shardOf,
  shardsFor,
  structCount,
} from '../../shared/documents/sourceDocument.ts';
import { putStatus, readStatus } from '../../shared/documents/statusDocument.ts';
import type { ExternalId, SourceId } from '../../shared/model/ids.ts';
import { type CatalogSource, type SourceStatus, sourceStatus } from '../../shared/model/status.ts';
import type { RecordChange, SourceStore } from '../../sync-server/runner/sourceStore.ts';

interface Version {
  readonly externalId: ExternalId;
  readonly hash: HashHex;
  readonly run: number;
  readonly at: string;
  readonly bytes: Uint8Array;
}

interface Kept {
  catalog: CatalogSource;
  shards: Y.Doc[];
  status: Y.Doc;
  memory: { cursor?: string; place?: string; durableRun: number };
  readonly versions: Version[];
}

/** `SourceStore` over real documents in memory. It outlives a runner, as the server's storage does. */
export class MemorySourceStore implements SourceStore {
  readonly #kept = new Map<SourceId, Kept>();
  /** Bytes written as record changes, and how often something was committed: what an unchanged pass must not move. */
  recordsWritten = 0;
  commits = 0;
  /** Set to make the next commits fail, as a full disk does. */
  broken = false;

  async open(source: SourceId, visibility: 'space' | 'private'): Promise<CatalogSource> {
    const known = this.#kept.get(source);
    if (known) return known.catalog;
    const catalog: CatalogSource = { id: source, epoch: 0, shards: shardsFor(0), visibility, durableRun: 0 };
    this.#kept.set(source, { catalog, shards: [new Y.Doc()], status: new Y.Doc(), memory: { durableRun: 0 }, versions: [] });
    return catalog;
  }

  *records(source: SourceId): IterableIterator<{ externalId: ExternalId; bytes: Uint8Array }> {
    for (const doc of this.#kept.get(source)?.shards ?? []) yield* eachRecord(doc);
  }

  record(source: SourceId, externalId: ExternalId): Uint8Array | undefined {
    const kept = this.#kept.get(source);
    const doc = kept?.shards[shardOf(externalId, kept.shards.length)];
    return doc && recordBytes(doc, externalId);
  }

  status(source: SourceId): SourceStatus | undefined {
    const kept = this.#kept.get(source);
    return kept && readStatus(kept.status);
  }

  memory(source: SourceId): { readonly cursor?: string; readonly place?: string; readonly durableRun: number } {
    return this.#kept.get(source)?.memory ?? { durableRun: 0 };
  }

  async commit(
    source: SourceId,
    changes: readonly RecordChange[],
    status: SourceStatus,
    memory: { readonly run: number; readonly cursor?: string; readonly place?: string },
  ): Promise<void> {
    const kept = this.#require(source);
    sourceStatus.parse(status);
    if (this.broken) throw new Error('the disk is full');
    if (memory.run <= kept.memory.durableRun) throw new Error(`run ${memory.run} is not after ${kept.memory.durableRun}`);
    this.commits++;
    this.recordsWritten += changes.length;
    const { run, ...rest } = memory;
    this.#write(kept, changes, run, status);
    putStatus(kept.status, { ...status, needs: kept.shards.map((doc) => [doc.clientID, Y.getState(doc.store, doc.clientID)]) });
    kept.catalog = { ...kept.catalog, shards: kept.shards.length, durableRun: run };
    kept.memory = { ...rest, durableRun: run };
  }

  #write(kept: Kept, changes: readonly RecordChange[], run: number, status: SourceStatus): void {
    for (const [shard, doc] of kept.shards.entries()) {
      const own = changes.filter((change) => shardOf(change.externalId, kept.shards.length) === shard);
      if (own.length > 0) putRecords(doc, own);
    }
    const at = status.runs.at(-1)?.ended ?? toInstant(0);
    kept.versions.push(...changes.map(({ externalId, hash, bytes }) => ({ externalId, hash, run, at, bytes })));
    if (kept.shards.some((doc) => needsNewEpoch(structCount(doc), recordCount(doc)))) this.#newEpoch(kept);
  }

  #newEpoch(kept: Kept): void {
    const all = kept.shards.flatMap((doc) => [...eachRecord(doc)]);
    const shards = Array.from({ length: shardsFor(all.length) }, () => new Y.Doc());
    for (const [shard, doc] of shards.entries())
      putRecords(
        doc,
        all.filter(({ externalId }) => shardOf(externalId, shards.length) === shard),
      );
    kept.shards = shards;
    kept.catalog = { ...kept.catalog, epoch: kept.catalog.epoch + 1 };
  }

  publishStatus(source: SourceId, status: SourceStatus): void {
    sourceStatus.parse(status);
    putStatus(this.#require(source).status, status);
  }

  async versions(source: SourceId, externalId: ExternalId): Promise<readonly Version[]> {
    return this.#require(source).versions.filter((version) => version.externalId === externalId);
  }

  async evidence(hash: HashHex): Promise<Uint8Array | undefined> {
    return [...this.#kept.values()].flatMap((kept) => kept.versions).find((version) => version.hash === hash)?.bytes;
  }

  async remove(source: SourceId): Promise<void> {
    const kept = this.#require(source);
    kept.catalog = { ...kept.catalog, removed: true };
  }

  catalog(source: SourceId): CatalogSource | undefined {
    return this.#kept.get(source)?.catalog;
  }

  #require(source: SourceId): Kept {
    const kept = this.#kept.get(source);
    if (!kept) throw new Error(`the source ${source} was not opened`);
    return kept;
  }
}
