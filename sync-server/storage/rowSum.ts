import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { visibleText } from '../../shared/base/text.ts';

/** The tables, with the columns that a row's sum goes over, and those by which its rows are told apart and put in order. */
export const SUMMED = {
  meta: { columns: ['key', 'value'], key: ['key'] },
  entries: { columns: ['epoch', 'place', 'id', 'value'], key: ['epoch', 'place'] },
  refused: { columns: ['device', 'entry', 'problem', 'at'], key: ['n'] },
  record_versions: { columns: ['source', 'external_id', 'run', 'hash', 'at', 'place'], key: ['source', 'external_id', 'run'] },
  evidence: { columns: ['hash', 'bytes'], key: ['hash'] },
  documents: { columns: ['document', 'bytes'], key: ['document', 'n'] },
  sources: { columns: ['id', 'value'], key: ['id'] },
  statuses: { columns: ['source', 'place', 'kind', 'at', 'bytes'], key: ['source', 'place', 'kind'] },
} as const satisfies Readonly<Record<string, { readonly columns: readonly string[]; readonly key: readonly string[] }>>;
export type SummedTable = keyof typeof SUMMED;

export const summedTables = Object.keys(SUMMED) as readonly SummedTable[];

type Part = string | number | bigint | Uint8Array | null;

const BYTES = 8;

/** Each part with its length before it, so that no text can pass from one column into the next. */
function rowSum(...parts: readonly Part[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = part instanceof Uint8Array ? part : Buffer.from(String(part));
    hash.update(`${bytes.length} `).update(bytes);
  }
  return hash.digest().subarray(0, BYTES);
}

/** Gives SQL the function `row_sum`: the first 64 bits of SHA-256 over a row. It finds damage, not forgery: that is for signatures. */
export function defineRowSum(database: DatabaseSync): void {
  database.function('row_sum', { varargs: true, deterministic: true }, rowSum as never);
}

/** SQL that is 1 where a row is as it was written. @param alias of the table in its statement. */
export const isSound = (table: SummedTable, alias: string = table): string =>
  `${alias}.sum = row_sum(${SUMMED[table].columns.map((column) => `${alias}.${column}`).join(', ')})`;

/** SQL that inserts a row, its values numbered in the order of the columns, with its sum. */
export function insertSummed(verb: 'INSERT' | 'INSERT OR REPLACE' | 'INSERT OR IGNORE', table: SummedTable): string {
  const { columns } = SUMMED[table];
  const values = columns.map((_, index) => `?${index + 1}`).join(', ');
  return `${verb} INTO ${table} (${columns.join(', ')}, sum) VALUES (${values}, row_sum(${values}))`;
}

type Row = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => visibleText(String(value), 80);

const WORDS: Readonly<Record<SummedTable, (row: Row) => string>> = {
  meta: ({ key }) => `the setting "${text(key)}"`,
  entries: ({ epoch, place }) => `the ledger entry at place ${text(place)} of epoch ${text(epoch)}`,
  refused: ({ n }) => `line ${text(n)} of the list of refused entries`,
  record_versions: ({ source, external_id, run }) =>
    `the version of run ${text(run)} of record "${text(external_id)}" of source ${text(source)}`,
  evidence: ({ hash }) => `the evidence ${text(hash)}`,
  documents: ({ document, n }) => `document ${text(document)}, update ${text(n)}`,
  sources: ({ id }) => `what is known of source ${text(id)}`,
  statuses: ({ source, place }) => `the status of source ${text(source)} at place ${text(place)}`,
};

/** A row as a person finds it. @param row holds the key of its table. */
export const rowWords = (table: SummedTable, row: Row): string => WORDS[table](row);
