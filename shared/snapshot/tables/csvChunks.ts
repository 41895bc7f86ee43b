import { csvCell } from '../../base/spreadsheetCell.ts';
import { type Chunks, chunksOf } from './chunks.ts';
import { type Cell, isNumber, type Table, textOf } from './table.ts';

const LINE = '\r\n';
/** Without it spreadsheet programs read UTF-8 as their own code page. */
const MARK = '\uFEFF';

/** RFC 4180, with a header. No cell is computed by a program that opens the file. */
export const csvChunks = (table: Table): Chunks => chunksOf(lines(table));

async function* lines({ columns, rows }: Table): AsyncGenerator<string> {
  yield `${MARK}${columns.map(({ label }) => csvCell(label)).join(',')}${LINE}`;
  for await (const row of rows) yield `${row.map(csvText).join(',')}${LINE}`;
}

/** A number is nothing to compute, also when it starts with a minus. */
const csvText = (cell: Cell): string => (isNumber(cell) ? String(cell) : csvCell(textOf(cell)));
