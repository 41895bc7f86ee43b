import { createReadStream, createWriteStream } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import type { HashHex } from '../../shared/base/hash.ts';
import { forgetPageSums, keepPageSums, pageOwners } from './pageSums.ts';
import { insertSummed, isSound, rowWords, type SummedTable } from './rowSum.ts';
import { type AuditKey, type AuditPage, auditRows, auditStructure } from './sqliteAudit.ts';
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
import { StoreDamaged } from './storeDamaged.ts';
import { walDamage } from './walDamage.ts';

const INSERT = {
  meta: insertSummed('INSERT OR REPLACE', 'meta'),
  entry: insertSummed('INSERT', 'entries'),
  refused: insertSummed('INSERT', 'refused'),
  version: insertSummed('INSERT OR REPLACE', 'record_versions'),
  /** The replaced row is gone and the new one comes last: the numbers are the order of the writes. */
  status: insertSummed('INSERT OR REPLACE', 'statuses'),
  evidence: insertSummed('INSERT OR IGNORE', 'evidence'),
  document: insertSummed('INSERT', 'documents'),
  source: insertSummed('INSERT OR REPLACE', 'sources'),
};
/** A version's bytes are those that its hash names: a damaged row of either is damage of the version. */
const VERSIONS_PAGE = `SELECT v.source, v.external_id AS externalId, v.external_id, v.hash, v.run, v.at, v.place, e.bytes,
  ${isSound('record_versions', 'v')} AND ${isSound('evidence', 'e')} AS sound
  FROM record_versions v JOIN evidence e ON e.hash = v.hash
  WHERE (v.place, v.source, v.external_id, v.run) > (?, ?, ?, ?) AND v.place <= ?
  ORDER BY v.place, v.source, v.external_id, v.run LIMIT ?`;
/** Pages in the log after which SQLite moves them into the file: its own default. */
const LOG_PAGES = 1_000;

/** Before every version. */
const START: VersionKey = { place: -1, source: '' as VersionKey['source'], externalId: '' as VersionKey['externalId'], run: 0 };

/** The synchronous half of the SQLite storage. Runs in its worker thread, so that an fsync blocks nobody else. */
export class SqliteDatabase {
  private readonly database: DatabaseSync;
  private readonly path: string;
  private copying: Promise<void> | undefined;
  private readonly ending = new AbortController();
  private readonly statements = new Map<string, StatementSync>();

  /** @throws StoreDamaged when the log of the last process is damaged: SQLite would leave its end out. */
  constructor(path: string) {
    const damage = walDamage(path);
    if (damage !== undefined) throw new StoreDamaged(damage);
    this.path = path;
    forgetPageSums(path);
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
    return this.sound<{ key: string; value: string }>(
      'meta',
      `SELECT key, value, ${isSound('meta')} AS sound FROM meta WHERE key = ?`,
      key,
    )[0]?.value;
  }

  entries(epoch: number, from: number, limit: number): EntryRow[] {
    const sql = `SELECT epoch, place, id, value, ${isSound('entries')} AS sound FROM entries WHERE epoch = ? AND place >= ? ORDER BY place LIMIT ?`;
    return this.sound<EntryRow>('entries', sql, epoch, from, limit);
  }

  document(name: string): Uint8Array[] {
    const sql = `SELECT document, n, bytes, ${isSound('documents')} AS sound FROM documents WHERE document = ? ORDER BY n`;
    return this.sound<{ bytes: Uint8Array }>('documents', sql, name).map(({ bytes }) => bytes);
  }

  sources(): SourceRow[] {
    const rows = this.sound<{ value: string }>('sources', `SELECT id, value, ${isSound('sources')} AS sound FROM sources ORDER BY id`);
    return rows.map(({ value }) => JSON.parse(value) as SourceRow);
  }

  versions(source: string, externalId: string): VersionRow[] {
    const sql = `SELECT source, external_id AS externalId, external_id, run, hash, at, place, ${isSound('record_versions')} AS sound
      FROM record_versions WHERE source = ? AND external_id = ? ORDER BY run`;
    return this.sound<VersionRow & Named>('record_versions', sql, source, externalId).map(named);
  }

  versionsPage(after: VersionKey | undefined, upTo: number, limit: number): VersionWithBytes[] {
    const { place, source, externalId, run } = after ?? START;
    const rows = this.sound<VersionWithBytes & Named>('record_versions', VERSIONS_PAGE, place, source, externalId, run, upTo, limit);
    return rows.map(named);
  }

  statusesPage(after: StatusKey | undefined, upTo: number, limit: number): NumberedStatus[] {
    const { place, n } = after ?? { place: -1, n: 0 };
    const sql = `SELECT n, source, place, kind, at, bytes, ${isSound('statuses')} AS sound
      FROM statuses WHERE (place, n) > (?, ?) AND place <= ? ORDER BY place, n LIMIT ?`;
    return this.sound<NumberedStatus>('statuses', sql, place, n, upTo, limit);
  }

  recordCount(source: string, upTo: number): number {
    const sql = 'SELECT count(DISTINCT external_id) AS records FROM record_versions WHERE source = ? AND place <= ?';
    return this.rows<{ records: number }>(sql, source, upTo)[0]?.records ?? 0;
  }

  evidence(hash: HashHex): Uint8Array | undefined {
    const sql = `SELECT hash, bytes, ${isSound('evidence')} AS sound FROM evidence WHERE hash = ?`;
    return this.sound<{ bytes: Uint8Array }>('evidence', sql, hash)[0]?.bytes;
  }

  refused(limit: number): RefusedRow[] {
    const sql = `SELECT n, device, entry, problem, at, ${isSound('refused')} AS sound FROM refused ORDER BY n DESC LIMIT ?`;
    return this.sound<RefusedRow & { n: number }>('refused', sql, limit).map(({ n: _, ...row }) => row);
  }

  auditRows(table: SummedTable, after: AuditKey | undefined, limit: number): AuditPage {
    return auditRows(this.database, table, after, limit);
  }

  auditStructure(table: SummedTable): string[] {
    return auditStructure(this.database, table);
  }

  /**
   * Copies the store as it is now, while commits go on: they stay in the log, and the file itself stands still until it is copied. (SQLite's
   * own online backup, as Node offers it, steps in another thread than the commits and fails when the two meet.)
   */
  async copyTo(path: string): Promise<void> {
    if (this.copying) throw new Error('the store is being copied already');
    this.copying = this.copyFile(path);
    try {
      await this.copying;
    } finally {
      this.copying = undefined;
    }
  }

  private async copyFile(path: string): Promise<void> {
    const [settled] = this.rows<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)');
    if (settled?.busy !== 0) throw new Error('the log of the store cannot be settled');
    this.database.exec('PRAGMA wal_autocheckpoint=0');
    try {
      await pipeline(createReadStream(this.path), createWriteStream(path, { mode: 0o600, flush: true }), { signal: this.ending.signal });
    } finally {
      this.database.exec(`PRAGMA wal_autocheckpoint=${LOG_PAGES}`);
    }
  }

  /** Waits for a copy to end first: it reads through this connection. */
  close(): Promise<void> | undefined {
    this.ending.abort(new Error('the storage is closed'));
    if (this.copying) return this.copying.catch(() => undefined).then(() => this.closeNow());
    this.closeNow();
    return undefined;
  }

  /** The log goes into the file, and the file gets its sums: whatever changes from here on is damage. */
  private closeNow(): void {
    const whole = this.settle();
    this.database.close();
    if (whole) keepPageSums(this.path, whole.pageSize, whole.owners);
  }

  /** @returns undefined when the disk does not allow it: the log stays, and the next process reads it. */
  private settle(): { pageSize: number; owners: ReturnType<typeof pageOwners> } | undefined {
    try {
      this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      const pageSize = Number(this.rows<{ page_size: number }>('PRAGMA page_size')[0]?.page_size);
      return { pageSize, owners: pageOwners(this.database) };
    } catch {
      return undefined;
    }
  }

  private apply(write: StorageWrite): void {
    for (const [key, value] of Object.entries(write.meta ?? {})) this.run(INSERT.meta, key, value);
    for (const { epoch, place, id, value } of write.entries ?? []) this.run(INSERT.entry, epoch, place, id, value);
    for (const { device, entry, problem, at } of write.refused ?? []) this.run(INSERT.refused, device, entry, problem, at);
    this.applyObserved(write);
  }

  private applyObserved(write: StorageWrite): void {
    for (const row of write.versions ?? []) this.run(INSERT.version, row.source, row.externalId, row.run, row.hash, row.at, row.place);
    for (const row of write.statuses ?? []) this.run(INSERT.status, row.source, row.place, row.kind, row.at, row.bytes);
    for (const { hash, bytes } of write.evidence ?? []) this.run(INSERT.evidence, hash, bytes);
    for (const row of write.documents ?? []) this.putDocument(row);
    for (const name of write.dropDocuments ?? []) this.run('DELETE FROM documents WHERE document = ?', name);
    for (const row of write.sources ?? []) this.run(INSERT.source, row.id, JSON.stringify(row));
  }

  private putDocument({ document, bytes, replaces }: DocumentRow): void {
    if (replaces === true) this.run('DELETE FROM documents WHERE document = ?', document);
    this.run(INSERT.document, document, bytes);
  }

  private run(sql: string, ...values: SQLInputValue[]): void {
    this.statement(sql).run(...values);
  }

  private rows<T>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.statement(sql).all(...values) as T[];
  }

  /** Rows that are as they were written. @throws StoreDamaged that names the first that is not. */
  private sound<T>(table: SummedTable, sql: string, ...values: SQLInputValue[]): T[] {
    return this.rows<T & { sound: unknown }>(sql, ...values).map(({ sound, ...row }) => {
      if (sound !== 1) throw new StoreDamaged(rowWords(table, row));
      return row as T;
    });
  }

  private statement(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.database.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }
}

/** SQL knows the column by one name, the program by another; damage is told by the first. */
interface Named {
  readonly external_id: string;
}
const named = <T extends Named>({ external_id: _, ...row }: T): Omit<T, 'external_id'> => row;
