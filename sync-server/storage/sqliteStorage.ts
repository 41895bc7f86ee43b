import { Worker } from 'node:worker_threads';
import type { HashHex } from '../../shared/base/hash.ts';
import type { ExternalId, SourceId } from '../../shared/model/ids.ts';
import { summedTables } from './rowSum.ts';
import type { AuditKey, AuditPage } from './sqliteAudit.ts';
import type { ReadArgument, SqliteRead, SqliteReply, SqliteRequest } from './sqliteMessages.ts';
import {
  type AuditStep,
  type EntryRow,
  type NumberedStatus,
  PlaceTaken,
  type RefusedRow,
  type SourceRow,
  type StatusKey,
  type Storage,
  type StorageWrite,
  type VersionKey,
  type VersionRow,
  type VersionWithBytes,
} from './storage.ts';
import { StoreDamaged } from './storeDamaged.ts';

/** Rows: some milliseconds of the worker's time. */
const AUDITED_AT_ONCE = 500;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The worker beside this file, as source or as built. */
const workerUrl = (): URL => new URL(import.meta.url.endsWith('.ts') ? './sqliteWorker.ts' : './sqliteWorker.js', import.meta.url);

/**
 * Durable storage in one SQLite file. Group commit: everything that arrived until `setImmediate`, and while the previous
 * transaction was being synced, becomes one transaction and one fsync. There is no timer: an idle server answers at once.
 */
export class SqliteStorage implements Storage {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private queue: { write: StorageWrite; waiting: Waiting }[] = [];
  private flushing = false;
  private failure: Error | undefined;

  constructor(path: string) {
    this.worker = new Worker(workerUrl(), { workerData: { path }, execArgv: ['--disable-warning=ExperimentalWarning'] });
    this.worker.on('message', (reply: SqliteReply) => this.settle(reply));
    this.worker.on('error', (error) => this.fail(error instanceof Error ? error : new Error(String(error))));
    this.worker.on('exit', () => this.fail(new Error('the storage is closed')));
  }

  write(write: StorageWrite): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.queue.push({ write, waiting: { resolve: () => resolve(), reject } });
      if (!this.flushing) this.scheduleFlush();
    });
  }

  meta(key: string): Promise<string | undefined> {
    return this.read('meta', key);
  }
  entries(epoch: number, from: number, limit: number): Promise<EntryRow[]> {
    return this.read('entries', epoch, from, limit);
  }
  document(name: string): Promise<Uint8Array[]> {
    return this.read('document', name);
  }
  sources(): Promise<SourceRow[]> {
    return this.read('sources');
  }
  versions(source: SourceId, externalId: ExternalId): Promise<VersionRow[]> {
    return this.read('versions', source, externalId);
  }
  versionsPage(after: VersionKey | undefined, upTo: number, limit: number): Promise<VersionWithBytes[]> {
    return this.read('versionsPage', after, upTo, limit);
  }
  statusesPage(after: StatusKey | undefined, upTo: number, limit: number): Promise<NumberedStatus[]> {
    return this.read('statusesPage', after, upTo, limit);
  }
  recordCount(source: SourceId, upTo: number): Promise<number> {
    return this.read('recordCount', source, upTo);
  }
  evidence(hash: HashHex): Promise<Uint8Array | undefined> {
    return this.read('evidence', hash);
  }
  refused(limit: number): Promise<RefusedRow[]> {
    return this.read('refused', limit);
  }

  async *audit(): AsyncGenerator<AuditStep> {
    for (const table of summedTables) {
      yield { rows: 0, damage: await this.read<string[]>('auditStructure', table) };
      let after: AuditKey | undefined;
      do {
        const page: AuditPage = await this.read('auditRows', table, after, AUDITED_AT_ONCE);
        yield page;
        after = page.next;
      } while (after);
    }
  }

  /**
   * Copies everything that is on disk when it ends into a file, while writes go on. The file is another database: whole, and to be opened like
   * this one. Ended by `close`, then it rejects.
   */
  async copyTo(path: string): Promise<void> {
    await this.ask((id) => ({ id, kind: 'copy', path }));
  }

  async close(): Promise<void> {
    if (this.failure) return;
    while (this.flushing) await new Promise((resolve) => setImmediate(resolve));
    const exited = new Promise<void>((resolve) => this.worker.once('exit', () => resolve()));
    await this.ask((id) => ({ id, kind: 'close' }));
    await exited;
  }

  private scheduleFlush(): void {
    this.flushing = true;
    setImmediate(() => void this.flush());
  }

  private async flush(): Promise<void> {
    const group = this.queue;
    this.queue = [];
    await this.commitGroup(group);
    if (this.queue.length > 0) this.scheduleFlush();
    else this.flushing = false;
  }

  /** One bad write must not take the others of its group with it: after a failed group each is tried alone, in order. */
  private async commitGroup(group: readonly { write: StorageWrite; waiting: Waiting }[]): Promise<void> {
    try {
      await this.ask((id) => ({ id, kind: 'commit', writes: group.map((one) => one.write) }));
      for (const one of group) one.waiting.resolve(undefined);
    } catch (error) {
      if (group.length > 1) for (const one of group) await this.commitGroup([one]);
      else group[0]?.waiting.reject(error as Error);
    }
  }

  private async read<T>(kind: SqliteRead, ...args: ReadArgument[]): Promise<T> {
    return (await this.ask((id) => ({ id, kind, args }))) as T;
  }

  private ask(request: (id: number) => SqliteRequest): Promise<unknown> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage(request(id));
    });
  }

  private settle(reply: SqliteReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve(reply.value);
    else waiting?.reject(failureOf(reply));
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const waiting of this.waiting.values()) waiting.reject(error);
    this.waiting.clear();
  }
}

function failureOf({ message, placeTaken, damaged }: Extract<SqliteReply, { ok: false }>): Error {
  if (damaged !== undefined) return new StoreDamaged(damaged);
  return placeTaken ? new PlaceTaken(message) : new Error(message);
}
