import type { Instant } from '../../../shared/base/time.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';

/** A cell as the file holds it. Formulas stay text or are the value that was last computed; nothing is evaluated. */
export type Cell = string | number | boolean | Date | null;

export interface Row {
  /** As a spreadsheet program numbers it: 1 is the first row of the file. */
  readonly number: number;
  readonly cells: readonly Cell[];
}

/** A file understood as rows of cells. Rows can be walked more than once, without holding them all. */
export interface Table {
  readonly sheet?: string;
  /** When the file was last saved: what its rows are evidence of. Never the time of the import. */
  readonly savedAt: Instant;
  readonly header: readonly string[];
  rows(): AsyncIterable<Row> | Iterable<Row>;
  /** Rows that could not be understood at all, each with its own line. They make the listing partial. */
  readonly problems: readonly ConnectorProblem[];
}

/** A longer cell is not data but an accident or an attack. */
export const MAX_CELL = 4_096;
export const MAX_COLUMNS = 200;

/** Lone surrogates have no canonical form and NUL ends strings elsewhere; everything else stays as the source wrote it. */
export const cleanText = (text: string): string => text.replaceAll('\0', '').toWellFormed().trim();

export function cellText(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? '' : cell.toISOString();
  return cleanText(String(cell));
}

export const isBlankRow = (cells: readonly Cell[]): boolean => cells.every((cell) => cellText(cell) === '');

/**
 * The header is not always the first row: titles and dates stand above it. Of the first rows, the one of which most
 * cells are known names of columns; when none is known, the first that is not blank.
 * @returns its index in `rows`, or -1 when all are blank.
 */
export function headerIndex(rows: readonly (readonly Cell[])[], isKnown: (name: string) => boolean): number {
  let best = rows.findIndex((cells) => !isBlankRow(cells));
  let most = 0;
  rows.slice(0, 10).forEach((cells, index) => {
    const known = cells.filter((cell) => typeof cell === 'string' && isKnown(cell)).length;
    if (known > most) [best, most] = [index, known];
  });
  return best;
}

/** Names of columns as text; a column without a name gets its letter, as a spreadsheet program shows it. */
export function headerNames(cells: readonly Cell[]): string[] {
  return cells.slice(0, MAX_COLUMNS).map((cell, index) => cellText(cell).slice(0, 200) || `Column ${columnLetter(index)}`);
}

function columnLetter(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnLetter(Math.floor(index / 26) - 1) + letter;
}
