import { utf8 } from '../../shared/base/bytes.ts';
import { COLUMNS, cellText, csvOf } from '../../shared/register/table.ts';
import type { ColumnId, Query, RegisterReader, Row } from '../../shared/register/view.ts';
import { xlsxOf } from './xlsx.ts';

export type ExportFormat = 'csv' | 'xlsx' | 'json';

/** Every row of a query, in its order. @throws when the query is not understood: half a register must not look like all of it. */
export function exportRows(
  register: RegisterReader,
  query: Query,
  columns: readonly ColumnId[],
  format: ExportFormat,
): Uint8Array<ArrayBuffer> {
  const { problem } = register.window(query, 0, 0);
  if (problem) throw new Error(`the filter is not understood: ${problem.message}`);
  const rows = rowsOf(register, query);
  switch (format) {
    case 'csv':
      return utf8(csvOf(rows, columns));
    case 'xlsx':
      return xlsxOf(
        columns.map(labelOf),
        rows.map((row) => columns.map((column) => cellText(row, column))),
      );
    case 'json':
      return utf8(`${JSON.stringify(rows, null, 2)}\n`);
  }
}

function rowsOf(register: RegisterReader, query: Query): Row[] {
  const rows: Row[] = [];
  for (const id of register.ids(query)) {
    const row = register.row(id);
    if (row) rows.push(row);
  }
  return rows;
}

const labelOf = (column: ColumnId): string => COLUMNS.find(({ id }) => id === column)?.label ?? column;
