import { utf8 } from '../../shared/base/bytes.ts';
import { COLUMNS, cellText } from '../../shared/register/table.ts';
import type { ColumnId, Query, RegisterReader, Row } from '../../shared/register/view.ts';
import { WATERMARK, watermarked } from '../../shared/snapshot/tables/about.ts';
import { collected } from '../../shared/snapshot/tables/chunks.ts';
import { csvChunks } from '../../shared/snapshot/tables/csvChunks.ts';
import type { Table, TableRow } from '../../shared/snapshot/tables/table.ts';
import { xlsxChunks } from '../../shared/snapshot/tables/xlsxChunks.ts';

export type ExportFormat = 'csv' | 'xlsx' | 'json';

/**
 * Every row of a query, in its order. `sample`: every row says that it is not real.
 * @throws when the query is not understood: half a register must not look like all of it.
 */
export async function exportRows(
  register: RegisterReader,
  query: Query,
  columns: readonly ColumnId[],
  format: ExportFormat,
  sample = false,
): Promise<Uint8Array<ArrayBuffer>> {
  const { problem } = register.window(query, 0, 0);
  if (problem) throw new Error(`the filter is not understood: ${problem.message}`);
  const rows = rowsOf(register, query);
  const table = sample ? watermarked(tableOf(rows, columns)) : tableOf(rows, columns);
  switch (format) {
    case 'csv':
      return collected(csvChunks(table));
    case 'xlsx':
      return collected(xlsxChunks([table], sample ? { watermark: WATERMARK } : {}));
    case 'json':
      return utf8(`${JSON.stringify(sample ? rows.map((row) => ({ watermark: WATERMARK, ...row })) : rows, null, 2)}\n`);
  }
}

/** Taken at one moment: the register may move on while the file is written. */
function rowsOf(register: RegisterReader, query: Query): Row[] {
  const rows: Row[] = [];
  for (const id of register.ids(query)) {
    const row = register.row(id);
    if (row) rows.push(row);
  }
  return rows;
}

const tableOf = (rows: readonly Row[], columns: readonly ColumnId[]): Table => ({
  name: 'register',
  title: 'Register',
  columns: columns.map((id) => ({ id, label: labelOf(id), type: 'text' })),
  rows: cellsOf(rows, columns),
});

function* cellsOf(rows: readonly Row[], columns: readonly ColumnId[]): Generator<TableRow> {
  for (const row of rows) yield columns.map((column) => cellText(row, column));
}

const labelOf = (column: ColumnId): string => COLUMNS.find(({ id }) => id === column)?.label ?? column;
