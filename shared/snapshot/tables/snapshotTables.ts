import { WATERMARK, watermarked } from './about.ts';
import { changesTable } from './changesTable.ts';
import { findingsTable } from './findingsTable.ts';
import { gapsTable } from './gapsTable.ts';
import { peopleTable } from './peopleTable.ts';
import { registerTable, sampleTable } from './registerTable.ts';
import { sourcesTable } from './sourcesTable.ts';
import type { Table } from './table.ts';
import type { TableInput } from './tableInput.ts';
import { TABLE_NAMES, type TableName } from './tableNames.ts';

const TABLES: Readonly<Record<TableName, (input: TableInput) => Table>> = {
  register: registerTable,
  sample: sampleTable,
  findings: findingsTable,
  gaps: gapsTable,
  sources: sourcesTable,
  changes: changesTable,
  people: peopleTable,
};

/** Nothing is computed before its rows are asked for. */
export function tableOf(name: TableName, input: TableInput): Table {
  const table = TABLES[name](input);
  return input.manifest.sample ? watermarked(table) : table;
}

/** All that there are: without a draw there is no sample. */
export const tablesOf = (input: TableInput): Table[] =>
  TABLE_NAMES.filter((name) => name !== 'sample' || input.population.sample !== undefined).map((name) => tableOf(name, input));

export const watermarkOf = ({ manifest }: Pick<TableInput, 'manifest'>): { watermark?: string } =>
  manifest.sample ? { watermark: WATERMARK } : {};
