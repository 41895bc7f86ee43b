import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { isSound, rowWords, SUMMED, type SummedTable } from './rowSum.ts';

/** The key of the last row that was looked at. */
export type AuditKey = readonly (string | number)[];

export interface AuditPage {
  readonly rows: number;
  /** What is damaged, in words. */
  readonly damage: readonly string[];
  /** Where the next page begins; undefined at the end of the table. */
  readonly next: AuditKey | undefined;
}

/** Looks at the sums of some rows of a table: short enough that a commit need not wait for long. */
export function auditRows(database: DatabaseSync, table: SummedTable, after: AuditKey | undefined, limit: number): AuditPage {
  const { key } = SUMMED[table];
  const names = key.join(', ');
  const from = after ? `WHERE (${names}) > (${key.map(() => '?').join(', ')})` : '';
  const sql = `SELECT ${names}, ${isSound(table)} AS sound FROM ${table} ${from} ORDER BY ${names} LIMIT ?`;
  const rows = database.prepare(sql).all(...((after ?? []) as SQLInputValue[]), limit) as Record<string, string | number>[];
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    rows: rows.length,
    damage: rows.filter(({ sound }) => sound !== 1).map((row) => rowWords(table, row)),
    next: last && key.map((column) => last[column] as string | number),
  };
}

const MOST = 20;

/** SQLite's own look at the structure of a table and its indexes. */
export function auditStructure(database: DatabaseSync, table: SummedTable): string[] {
  const lines = database.prepare(`PRAGMA integrity_check('${table}')`).all() as { integrity_check: string }[];
  return lines.flatMap(({ integrity_check: line }) => (line === 'ok' ? [] : [`table ${table}: ${line}`])).slice(0, MOST);
}
