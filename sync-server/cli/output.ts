import { visibleText } from '../../shared/base/text.ts';
import { CommandError } from './commandError.ts';

export const FORMATS = ['text', 'json', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

export function parseFormat(text: string): Format {
  const format = FORMATS.find((known) => known === text);
  if (format === undefined) throw new CommandError(`--format takes ${FORMATS.join(', ')}, not "${text.slice(0, 40)}".`);
  return format;
}

/** Columns of a table for people: what a source wrote is made visible, so that no escape sequence reaches a terminal. */
export interface TextColumn<T> {
  readonly title: string;
  readonly text: (item: T) => string | number | undefined;
  readonly width?: number;
}

export function textTable<T>(items: readonly T[], columns: readonly TextColumn<T>[]): string {
  const rows = items.map((item) => columns.map(({ text, width = 48 }) => visibleText(String(text(item) ?? ''), width)));
  const widths = columns.map(({ title }, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title.toUpperCase())), ...rows.map(line)].join('\n');
}

/** Writes a list in the format asked for. Machine-readable output is complete; the table is for reading. */
export function printItems<T>(items: readonly T[], format: Format, columns: readonly TextColumn<T>[], empty: string): void {
  if (format === 'json') print(JSON.stringify(items, null, 2));
  else if (format === 'ndjson') print(items.map((item) => JSON.stringify(item)).join('\n'));
  else print(items.length === 0 ? empty : textTable(items, columns));
}

export function printValue(value: unknown, format: Format, text: string): void {
  print(format === 'text' ? text : format === 'json' ? JSON.stringify(value, null, 2) : JSON.stringify(value));
}

/** Nothing is printed for nothing: an empty NDJSON list has no line. */
export const print = (text: string): void => void (text !== '' && process.stdout.write(`${text}\n`));
