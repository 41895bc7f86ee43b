import { backup, DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { HashHex } from '../../shared/base/hash.ts';
import { prepareDatabase } from './sqliteSchema.ts';
import type {
  DocumentRow,
  EntryRow,
  NumberedStatus,
  RefusedRow,
  SourceRow,
  StatusKey,
  StorageWrite,
  VersionKey,
  VersionRow,
  VersionWithBytes,
} from './storage.ts';

const INSERT_VERSION = 'INSERT OR REPLACE INTO record_versions (source, external_id, run, hash, at, place) VALUES (?, ?, ?, ?, ?, ?)';
/** The replaced row is gone and the new one comes last: the numbers are the order of the writes. */
const INSERT_STATUS = 'INSERT OR REPLACE INTO statuses (source, place, kind, at, bytes) VALUES (?, ?, ?, ?, ?)';
const VERSIONS_PAGE = `SELECT v.source, v.external_id AS externalId, v.hash, v.run, v.at, v.place, e.bytes
  FROM record_versions v JOIN evidence e ON e.hash = v.hash
  WHERE (v.place, v.source, v.external_id, v.run) > (?, ?, ?, ?) AND v.place <= ?
  ORDER BY v.place, v.source, v.external_id, v.run LIMIT ?`;
/** Pages of a step of a copy, 1 MB: a commit waits for a few milliseconds of it. */
const COPY_PAGES = 256;

/** Before every version. */
const START: VersionKey = { place: -1, source: '' as VersionKey['source'], externalId: '' as VersionKey['externalId'], run: 0 };

/** The synchronous half of the SQLite storage. Runs in its worker thread, so that an fsync blocks nobody else. */
export class SqliteDatabase {
  private readonly database: DatabaseSync;
  private copying: Promise<void> | undefined;
  private closing = false;
  private readonly statements = new Map<string, StatementSync>();

  constructor(path: string) {
    this.database = new DatabaseSync(path);
    prepareDatabase(this.database);
  }

  /** One transaction: everything of every write is on disk together, or none. */
  commit(writes: readonly StorageWrite[]): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      for (const write of writes) this.apply(write);
      this.database.exec('COMMIT');
    } catch (error) {
      // A full disk has ended the transaction already; rolling back again would hide the real error.
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  meta(key: string): string | undefined {
    return this.rows<{ value: string }>('SELECT value FROM meta WHERE key = ?', key)[0]?.value;
  }

  entries(epoch: number, from: number, limit: number): EntryRow[] {
    const sql = 'SELECT epoch, place, id, value FROM entries WHERE epoch = ? AND place >= ? ORDER BY place LIMIT ?';
    return this.rows<EntryRow>(sql, epoch, from, limit).map((row) => ({ ...row }));
  }

  document(name: string): Uint8Array[] {
    return this.rows<{ bytes: Uint8Array }>('SELECT bytes FROM documents WHERE document = ? ORDER BY n', name).map((row) => row.bytes);
  }

  sources(): SourceRow[] {
    return this.rows<{ value: string }>('SELECT value FROM sources ORDER BY id').map((row) => JSON.parse(row.value) as SourceRow);
  }

  versions(source: string, externalId: string): VersionRow[] {
    const sql =
      'SELECT source, external_id AS externalId, hash, run, at, place FROM record_versions WHERE source = ? AND external_id = ? ORDER BY run';
    return this.rows<VersionRow>(sql, source, externalId).map((row) => ({ ...row }));
  }

  versionsPage(after: VersionKey | undefined, upTo: number, limit: number): VersionWithBytes[] {
    const { place, source, externalId, run } = after ?? START;
    return this.rows<VersionWithBytes>(VERSIONS_PAGE, place, source, externalId, run, upTo, limit).map((row) => ({ ...row }));
  }

  statusesPage(after: StatusKey | undefined, upTo: number, limit: number): NumberedStatus[] {
    const { place, n } = after ?? { place: -1, n: 0 };
    const sql = 'SELECT n, source, place, kind, at, bytes FROM statuses WHERE (place, n) > (?, ?) AND place <= ? ORDER BY place, n LIMIT ?';
    return this.rows<NumberedStatus>(sql, place, n, upTo, limit).map((row) => ({ ...row }));
  }

  recordCount(source: string, upTo: number): number {
    const sql = 'SELECT count(DISTINCT external_id) AS records FROM record_versions WHERE source = ? AND place <= ?';
    return this.rows<{ records: number }>(sql, source, upTo)[0]?.records ?? 0;
  }

  evidence(hash: HashHex): Uint8Array | undefined {
    return this.rows<{ bytes: Uint8Array }>('SELECT bytes FROM evidence WHERE hash = ?', hash)[0]?.bytes;
  }

  refused(limit: number): RefusedRow[] {
    return this.rows<RefusedRow>('SELECT device, entry, problem, at FROM refused ORDER BY n DESC LIMIT ?', limit).map((row) => ({
      ...row,
    }));
  }

  /** In steps, with commits in between: those are in the copy too. */
  async copyTo(path: string): Promise<void> {
    this.copying ??= backup(this.database, path, { rate: COPY_PAGES, progress: () => this.refuseWhenClosing() }).then(() => undefined);
    try {
      await this.copying;
    } finally {
      this.copying = undefined;
    }
  }

  /** Waits for a copy to end first: it reads through this connection. */
  async close(): Promise<void> {
    this.closing = true;
    await this.copying?.catch(() => undefined);
    this.database.close();
  }

  private refuseWhenClosing(): void {
    if (this.closing) throw new Error('the storage is closed');
  }

  private apply(write: StorageWrite): void {
    for (const [key, value] of Object.entries(write.meta ?? {}))
      this.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value);
    for (const { epoch, place, id, value } of write.entries ?? []) {
      this.run('INSERT INTO entries (epoch, place, id, value) VALUES (?, ?, ?, ?)', epoch, place, id, value);
    }
    for (const { device, entry, problem, at } of write.refused ?? []) {
      this.run('INSERT INTO refused (device, entry, problem, at) VALUES (?, ?, ?, ?)', device, entry, problem, at);
    }
    this.applyObserved(write);
  }

  private applyObserved(write: StorageWrite): void {
    for (const row of write.versions ?? []) this.run(INSERT_VERSION, row.source, row.externalId, row.run, row.hash, row.at, row.place);
    for (const row of write.statuses ?? []) this.run(INSERT_STATUS, row.source, row.place, row.kind, row.at, row.bytes);
    for (const { hash, bytes } of write.evidence ?? []) this.run('INSERT OR IGNORE INTO evidence (hash, bytes) VALUES (?, ?)', hash, bytes);
    for (const row of write.documents ?? []) this.putDocument(row);
    for (const name of write.dropDocuments ?? []) this.run('DELETE FROM documents WHERE document = ?', name);
    for (const row of write.sources ?? [])
      this.run('INSERT OR REPLACE INTO sources (id, value) VALUES (?, ?)', row.id, JSON.stringify(row));
  }

  private putDocument({ document, bytes, replaces }: DocumentRow): void {
    if (replaces === true) this.run('DELETE FROM documents WHERE document = ?', document);
    this.run('INSERT INTO documents (document, bytes) VALUES (?, ?)', document, bytes);
  }

  private run(sql: string, ...values: SQLInputValue[]): void {
    this.statement(sql).run(...values);
  }

  private rows<T>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.statement(sql).all(...values) as T[];
  }

  private statement(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.database.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }
}
