/** A value of a table. A list is an array in JSON and one text with semicolons elsewhere. Dates are RFC 3339 text. */
export type Cell = string | number | boolean | readonly string[] | undefined;
export type TableRow = readonly Cell[];

export interface Column {
  /** The member's name in JSON. */
  readonly id: string;
  readonly label: string;
  readonly type: 'text' | 'long' | 'number' | 'yes or no' | 'list' | 'instant' | 'day';
}

/** Rows are asked for one at a time and forgotten, so that a table may be longer than memory. */
export interface Table {
  /** `register`: also the name of a file's table on the command line. */
  readonly name: string;
  readonly title: string;
  readonly columns: readonly Column[];
  /** How many of the first columns stay in sight in a workbook. */
  readonly frozen?: number;
  readonly rows: Iterable<TableRow> | AsyncIterable<TableRow>;
}

/** What a reader must know of tables to doubt them. */
export interface AboutLine {
  readonly id: string;
  readonly label: string;
  readonly value: string | number;
}
export type About = readonly AboutLine[];

/** A cell as text: what CSV and a workbook show. */
export function textOf(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return Array.isArray(cell) ? cell.join('; ') : String(cell);
}

/** A number of a table is one that a reader can compute with. */
export const isNumber = (cell: Cell): cell is number => typeof cell === 'number' && Number.isFinite(cell);
