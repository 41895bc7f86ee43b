import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { HashHex } from '../../shared/base/hash.ts';
import { prepareDatabase } from './sqliteSchema.ts';
import type { DocumentRow, EntryRow, RefusedRow, SourceRow, StorageWrite, VersionRow } from './storage.ts';

const INSERT_VERSION = 'INSERT OR REPLACE INTO record_versions (source, external_id, run, hash, at) VALUES (?, ?, ?, ?, ?)';

/** The synchronous half of the SQLite storage. Runs in its worker thread, so that an fsync blocks nobody else. */
export class SqliteDatabase {
  private readonly database: DatabaseSync;
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
      'SELECT source, external_id AS externalId, hash, run, at FROM record_versions WHERE source = ? AND external_id = ? ORDER BY run';
    return this.rows<VersionRow>(sql, source, externalId).map((row) => ({ ...row }));
  }

  evidence(hash: HashHex): Uint8Array | undefined {
    return this.rows<{ bytes: Uint8Array }>('SELECT bytes FROM evidence WHERE hash = ?', hash)[0]?.bytes;
  }

  refused(limit: number): RefusedRow[] {
    return this.rows<RefusedRow>('SELECT device, entry, problem, at FROM refused ORDER BY n DESC LIMIT ?', limit).map((row) => ({
      ...row,
    }));
  }

  close(): void {
    this.database.close();
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
    for (const row of write.versions ?? []) this.run(INSERT_VERSION, row.source, row.externalId, row.run, row.hash, row.at);
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
