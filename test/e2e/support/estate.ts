import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A row of the lists that the tests' sources read. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly owner?: string;
  readonly environment?: string;
  readonly application?: string;
  readonly kind?: string;
}

const COLUMNS = ['id', 'name', 'owner', 'environment', 'application', 'kind'] as const;
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

export function writeCsv(path: string, accounts: readonly Account[]): void {
  const rows = accounts.map((account) => COLUMNS.map((column) => quoted(account[column] ?? '')).join(','));
  writeFileSync(path, `${COLUMNS.join(',')}\n${rows.join('\n')}\n`);
}

export function writeNdjson(path: string, accounts: readonly object[]): void {
  writeFileSync(path, accounts.map((account) => `${JSON.stringify(account)}\n`).join(''));
}

/** A list that somebody else keeps, followed by a source of its own. */
export const followed = (id: string, path: string): object => ({ id, kind: 'file', label: id, path, mode: 'follow' });

/** Writes a sources file. @returns the arguments that make `serve` read it. */
export function sourcesArguments(folder: string, sources: readonly object[]): string[] {
  const path = join(folder, 'sources.json');
  writeFileSync(path, JSON.stringify({ sources }));
  return ['--sources', path];
}

export const accounts = (count: number, prefix = 'svc'): Account[] =>
  Array.from({ length: count }, (_, index) => {
    const name = `${prefix}-${String(index + 1).padStart(3, '0')}`;
    return { id: name, name, environment: 'production', application: index % 2 === 0 ? 'checkout' : 'warehouse', kind: 'service account' };
  });
