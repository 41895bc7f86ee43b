import { fromUtf8, utf8 } from '../../shared/base/bytes.ts';
import type { HashHex } from '../../shared/base/hash.ts';
import { canonicalJson } from '../../shared/base/json.ts';
import { type Millis, toInstant } from '../../shared/base/time.ts';
import { needsNewEpoch, SHARD_RECORDS } from '../../shared/documents/sourceDocument.ts';
import type { ExternalId, SourceId } from '../../shared/model/ids.ts';
import { type CatalogSource, type SourceStatus, sourceStatus } from '../../shared/model/status.ts';
import type { RecordChange, SourceStore } from '../runner/sourceStore.ts';
import type { DocumentRow, SourceRow, StatusRow, Storage } from '../storage/storage.ts';
import type { SharedDocument } from './sharedDocument.ts';
import { type SourceDocumentOptions, SourceDocuments, shardsAfter } from './sourceDocuments.ts';

export interface SourceStoreEvents {
  catalog(source: CatalogSource): void;
  records(source: SourceId, changes: readonly { externalId: ExternalId; bytes: Uint8Array }[]): void;
  status(source: SourceId, status: SourceStatus): void;
}

export interface SourceStoreOptions extends SourceDocumentOptions {
  readonly storage: Storage;
  /** Grows with every start: of two writers of a status that did not see each other the later one wins in Yjs. */
  readonly statusClient: number;
  /** The ledger's epoch. Documents of an earlier one are from before a restore: devices may hold more of them than this store. */
  readonly epoch: number;
  readonly events: SourceStoreEvents;
  readonly clock: () => Millis;
  /**
   * How many ledger entries are on disk before what is written from now on. Writes become durable in the order of the calls, so these
   * are also the entries that were handed to the storage and are not durable yet.
   */
  readonly place: () => number;
}

/** A source as it is at one moment. A run that is being written is not in it: `run` is the last one that is shown. */
export interface SourceCut {
  readonly source: SourceId;
  readonly visibility: 'space' | 'private';
  readonly removed: boolean;
  readonly run: number;
  readonly status: SourceStatus | undefined;
}

interface Held {
  row: SourceRow;
  documents: SourceDocuments;
  status: SourceStatus | undefined;
  /** Epochs that were closed since the start: readable until the next one. */
  readonly closed: SourceDocuments[];
  /** What a run says is on its way to the disk, and not shown yet. */
  writing: boolean;
  /** Commits of a source follow each other. */
  turn: Promise<void>;
}

/** What a steward changes of a source without a run: its age limits decide what counts as stale from then on. */
const settled = ({ kind, label, visibility, mechanism, cadence, levels, lag, note, state }: SourceStatus): string =>
  canonicalJson({ kind, label, visibility, mechanism, cadence, levels, lag, note, paused: state === 'paused' });

/** The newest runs that are kept with the status of a place. */
const RUNS_KEPT = 10;

const statusRow = (source: SourceId): string => `status/${source}`;
const statusDocument = (status: SourceStatus): DocumentRow => ({
  document: statusRow(status.source),
  bytes: utf8(canonicalJson(status)),
  replaces: true,
});

/** What sources said, on disk before anybody sees it. */
export class StoredSources implements SourceStore {
  private readonly options: SourceStoreOptions;
  private readonly sources = new Map<SourceId, Held>();

  constructor(options: SourceStoreOptions) {
    this.options = options;
  }

  /** Loads every source that was ever opened. Call once, before anything else. */
  async load(): Promise<void> {
    for (const row of await this.options.storage.sources()) await this.loadSource(row);
  }

  catalog(): CatalogSource[] {
    return [...this.sources.values()].map(({ row }) => catalogOf(row));
  }

  visibility(source: SourceId): 'space' | 'private' | undefined {
    return this.sources.get(source)?.row.visibility;
  }

  document(source: SourceId, name: string): SharedDocument | undefined {
    const held = this.sources.get(source);
    if (!held) return undefined;
    for (const documents of [held.documents, ...held.closed]) {
      const document = documents.document(name);
      if (document) return document;
    }
    return undefined;
  }

  async open(source: SourceId, visibility: 'space' | 'private'): Promise<CatalogSource> {
    const held = this.sources.get(source);
    const row: SourceRow = held
      ? { ...withoutRemoved(held.row), visibility }
      : { id: source, epoch: this.options.epoch, shards: 1, visibility, durableRun: 0 };
    if (held && canonicalJson(held.row) === canonicalJson(row)) return catalogOf(row);
    const again = held?.row.removed === true ? [this.removedRow(source, false)] : [];
    await this.options.storage.write({ sources: [row], statuses: again });
    if (held) held.row = row;
    else this.sources.set(source, this.fresh(row));
    this.options.events.catalog(catalogOf(row));
    return catalogOf(row);
  }

  *records(source: SourceId): IterableIterator<{ externalId: ExternalId; bytes: Uint8Array }> {
    const held = this.sources.get(source);
    if (held) yield* held.documents.records();
  }

  record(source: SourceId, externalId: ExternalId): Uint8Array | undefined {
    return this.sources.get(source)?.documents.record(externalId);
  }

  status(source: SourceId): SourceStatus | undefined {
    return this.sources.get(source)?.status;
  }

  /** Readers of source documents and of statuses, those of closed epochs included. */
  readerCounts(): { readonly source: number; readonly status: number } {
    const all = [...this.sources.values()].flatMap(({ documents, closed }) => [documents, ...closed]);
    const sum = (documents: readonly SharedDocument[]): number => documents.reduce((count, one) => count + one.readerCount, 0);
    return { source: sum(all.flatMap(({ shards }) => shards)), status: sum(all.map(({ status }) => status)) };
  }

  memory(source: SourceId): { readonly cursor?: string; readonly place?: string; readonly durableRun: number } {
    const row = this.sources.get(source)?.row;
    return { ...memoryOf(row ?? {}), durableRun: row?.durableRun ?? 0 };
  }

  commit(
    source: SourceId,
    changes: readonly RecordChange[],
    status: SourceStatus,
    memory: { readonly run: number; readonly cursor?: string; readonly place?: string },
  ): Promise<void> {
    const held = this.held(source);
    const done = held.turn.then(() => this.commitNow(held, changes, status, memory));
    held.turn = done.catch(() => undefined);
    return done;
  }

  publishStatus(source: SourceId, status: SourceStatus): void {
    const held = this.held(source);
    const before = held.status;
    held.status = { ...status, needs: before?.needs ?? held.documents.needs() };
    held.documents.showStatus(held.status);
    this.options.events.status(source, held.status);
    if (!held.writing && (!before || settled(before) !== settled(held.status))) this.keep(held.status);
  }

  /** Every source that was ever opened, as it is now. */
  cut(): SourceCut[] {
    return [...this.sources.values()].map(({ row, status }) => ({
      source: row.id,
      visibility: row.visibility,
      removed: row.removed === true,
      run: row.durableRun,
      status,
    }));
  }

  /** Keeps what a cut says as what holds from this place on: progress and heartbeats are otherwise only in memory. */
  async keepCut(cut: readonly SourceCut[], place: number): Promise<void> {
    // What a run says that is being written is newer than what is shown, and must not be replaced by it.
    const settledNow = cut.filter(({ source }) => this.sources.get(source)?.writing !== true);
    const statuses = settledNow.flatMap(({ status }) => (status ? [this.keptRow(status, place)] : []));
    await this.options.storage.write({ statuses });
  }

  async versions(source: SourceId, externalId: ExternalId) {
    const found: { hash: HashHex; run: number; at: string; bytes: Uint8Array }[] = [];
    for (const { hash, run, at } of await this.options.storage.versions(source, externalId)) {
      const bytes = await this.options.storage.evidence(hash);
      if (bytes) found.push({ hash, run, at, bytes });
    }
    return found;
  }

  evidence(hash: HashHex): Promise<Uint8Array | undefined> {
    return this.options.storage.evidence(hash);
  }

  /** Whether these bytes are a version of that record in a source that the whole space may read. */
  async isOfSharedSource(externalId: ExternalId, hash: HashHex): Promise<boolean> {
    for (const { row } of this.sources.values()) {
      if (row.visibility === 'private') continue;
      const versions = await this.options.storage.versions(row.id, externalId);
      if (versions.some((version) => version.hash === hash)) return true;
    }
    return false;
  }

  async remove(source: SourceId): Promise<void> {
    const held = this.sources.get(source);
    if (!held) return;
    const row = { ...held.row, removed: true };
    await this.options.storage.write({ sources: [row], statuses: [this.removedRow(source, true)] });
    held.row = row;
    this.options.events.catalog(catalogOf(row));
  }

  destroy(): void {
    for (const { documents, closed } of this.sources.values()) for (const one of [documents, ...closed]) one.destroy();
  }

  private async commitNow(
    held: Held,
    changes: readonly RecordChange[],
    status: SourceStatus,
    memory: { readonly run: number; readonly cursor?: string; readonly place?: string },
  ): Promise<void> {
    const added = changes.reduce((sum, { externalId }) => sum + (held.documents.record(externalId) ? 0 : 1), 0);
    const full = held.documents.live + added > held.documents.shards.length * SHARD_RECORDS;
    const target = full || needsNewEpoch(held.documents.structs, held.documents.live) ? this.nextEpoch(held, added) : held.documents;
    target.hold(target === held.documents ? changes : [...held.documents.records(), ...changes]);
    const rows = target.rows();
    const stated = { ...status, needs: target.needs() };
    const row: SourceRow = {
      ...catalogOf(held.row),
      epoch: target.epoch,
      shards: target.shards.length,
      durableRun: memory.run,
      ...memoryOf(memory),
    };
    held.writing = true;
    try {
      await this.writeRun(held, changes, stated, row, rows, target);
    } catch (error) {
      await this.undo(held, target);
      throw error;
    } finally {
      held.writing = false;
    }
    this.show(held, changes, stated, row, rows, target);
  }

  private writeRun(
    held: Held,
    changes: readonly RecordChange[],
    status: SourceStatus,
    row: SourceRow,
    rows: readonly DocumentRow[],
    target: SourceDocuments,
  ): Promise<void> {
    const at = status.runs.find((run) => run.id === row.durableRun)?.asOf ?? toInstant(this.options.clock());
    const place = this.options.place();
    const versionOf = ({ externalId, hash }: RecordChange) => ({ source: row.id, externalId, hash, run: row.durableRun, at, place });
    return this.options.storage.write({
      versions: changes.map(versionOf),
      evidence: changes.map((change) => ({ hash: change.hash, bytes: change.bytes })),
      statuses: [this.keptRow(status, place)],
      documents: [...rows, statusDocument(status)],
      dropDocuments: target === held.documents ? [] : held.documents.shards.map(({ name }) => name),
      sources: [row],
    });
  }

  /** Readers see the records, then the status that speaks of them, then the run as durable. */
  private show(
    held: Held,
    changes: readonly RecordChange[],
    status: SourceStatus,
    row: SourceRow,
    rows: readonly DocumentRow[],
    target: SourceDocuments,
  ): void {
    target.release(rows);
    if (target !== held.documents) {
      held.closed.push(held.documents);
      held.documents = target;
    }
    held.row = row;
    held.status = status;
    target.showStatus(status);
    this.options.events.records(row.id, changes);
    this.options.events.status(row.id, status);
    this.options.events.catalog(catalogOf(row));
  }

  private async undo(held: Held, target: SourceDocuments): Promise<void> {
    if (target !== held.documents) return target.destroy();
    held.documents.rollBack(await Promise.all(held.documents.shards.map(({ name }) => this.options.storage.document(name))));
  }

  private nextEpoch(held: Held, added: number): SourceDocuments {
    return new SourceDocuments(held.row.id, held.row.epoch + 1, shardsAfter(held.documents, added), this.options);
  }

  /** Not waited for: what a status says is durable with the next run at the latest, and a failing disk is told by those. */
  private keep(status: SourceStatus): void {
    const { storage, place } = this.options;
    storage.write({ statuses: [this.keptRow(status, place())] }).catch(() => undefined);
  }

  /** Earlier runs were kept with earlier statuses; there may be one for each run and place, for years. */
  private keptRow(status: SourceStatus, place: number): StatusRow {
    const kept = { ...status, runs: status.runs.slice(-RUNS_KEPT), needs: [] };
    const at = toInstant(this.options.clock());
    return { source: status.source, place, at, kind: 'status', bytes: utf8(canonicalJson(kept)) };
  }

  private removedRow(source: SourceId, removed: boolean): StatusRow {
    const { place, clock } = this.options;
    return { source, place: place(), at: toInstant(clock()), kind: 'removed', bytes: utf8(String(removed)) };
  }

  private held(source: SourceId): Held {
    const held = this.sources.get(source);
    if (!held) throw new Error(`source ${source} was not opened`);
    return held;
  }

  private fresh(row: SourceRow): Held {
    const documents = new SourceDocuments(row.id, row.epoch, row.shards, this.options);
    return { row, documents, status: undefined, closed: [], writing: false, turn: Promise.resolve() };
  }

  private async loadSource(row: SourceRow): Promise<void> {
    const held = this.fresh(row);
    for (const [shard, { name }] of held.documents.shards.entries()) held.documents.load(shard, await this.options.storage.document(name));
    const [bytes] = await this.options.storage.document(statusRow(row.id));
    held.status = bytes && parseStatus(bytes);
    if (row.epoch < this.options.epoch) await this.leaveEpoch(held);
    if (held.status) held.documents.showStatus(held.status);
    this.sources.set(row.id, held);
  }

  /** After a restore: the same records in documents that nobody has seen, on disk before anybody does. */
  private async leaveEpoch(held: Held): Promise<void> {
    const before = held.documents;
    const target = new SourceDocuments(held.row.id, this.options.epoch, shardsAfter(before, 0), this.options);
    target.hold([...before.records()]);
    const rows = target.rows();
    const row = { ...held.row, epoch: target.epoch, shards: target.shards.length };
    held.status = held.status && { ...held.status, needs: target.needs() };
    await this.options.storage.write({
      documents: [...rows, ...(held.status ? [statusDocument(held.status)] : [])],
      dropDocuments: before.shards.map(({ name }) => name),
      sources: [row],
    });
    target.release(rows);
    before.destroy();
    held.row = row;
    held.documents = target;
  }
}

function parseStatus(bytes: Uint8Array): SourceStatus | undefined {
  const parsed = sourceStatus.safeParse(JSON.parse(fromUtf8(bytes)));
  return parsed.success ? parsed.data : undefined;
}

const memoryOf = ({ cursor, place }: { readonly cursor?: string; readonly place?: string }) => ({
  ...(cursor === undefined ? {} : { cursor }),
  ...(place === undefined ? {} : { place }),
});

const withoutRemoved = ({ removed: _, ...row }: SourceRow): SourceRow => row;

const catalogOf = ({ id, epoch, shards, visibility, durableRun, removed }: SourceRow): CatalogSource =>
  removed === true ? { id, epoch, shards, visibility, durableRun, removed } : { id, epoch, shards, visibility, durableRun };
