import { type Day, type Instant, toDay, toInstant } from '../../../shared/base/time.ts';
import { type Cell, cellText } from './table.ts';

/** How a column writes 03/04/2024. `unknown`: no value of the column settles it, so none of them is read. */
export type DayOrder = 'day first' | 'month first' | 'unknown';

const MONTHS: readonly (readonly string[])[] = [
  ['jan', 'january', 'januar', 'jän', 'jänner'],
  ['feb', 'february', 'februar'],
  ['mar', 'march', 'mär', 'märz', 'mrz'],
  ['apr', 'april'],
  ['may', 'mai'],
  ['jun', 'june', 'juni'],
  ['jul', 'july', 'juli'],
  ['aug', 'august'],
  ['sep', 'sept', 'september'],
  ['oct', 'october', 'okt', 'oktober'],
  ['nov', 'november'],
  ['dec', 'december', 'dez', 'dezember'],
];
const monthOf = (word: string): number => MONTHS.findIndex((names) => names.includes(word.toLowerCase().replace(/\.$/, ''))) + 1;

const SLASHED = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/;

/** 13/02 can only be a day first, 02/13 only a month first; one such value decides for its column. */
export function dayOrderOf(values: Iterable<string>): DayOrder {
  let order: DayOrder = 'unknown';
  for (const value of values) {
    const [, first, second] = SLASHED.exec(value.trim()) ?? [];
    const says = Number(first) > 12 ? 'day first' : Number(second) > 12 ? 'month first' : 'unknown';
    if (says === 'unknown') continue;
    if (order !== 'unknown' && order !== says) return 'unknown';
    order = says;
  }
  return order;
}

function millisOf(year: number, month: number, day: number): number | undefined {
  const millis = Date.UTC(year, month - 1, day);
  const date = new Date(millis);
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists && year >= 1970 && year <= 9999 ? millis : undefined;
}

const fullYear = (text: string): number => (text.length === 2 ? 2000 + Number(text) : Number(text));

/** Day 1 of Excel's calendar is 1900-01-01, and it counts a 29 February 1900 that never was (ECMA-376, 18.17.4). */
const EXCEL_EPOCH = Date.UTC(1899, 11, 30);
const excelSerial = (serial: number): number | undefined =>
  serial >= 25_569 && serial < 110_000 ? Math.round(EXCEL_EPOCH + serial * 86_400_000) : undefined;

function slashed(text: string, order: DayOrder): number | undefined {
  const match = SLASHED.exec(text);
  if (!match || order === 'unknown') return undefined;
  const [first, second] = [Number(match[1]), Number(match[2])];
  return order === 'day first' ? millisOf(Number(match[3]), second, first) : millisOf(Number(match[3]), first, second);
}

function withMonthName(text: string): number | undefined {
  const dayFirst = /^(\d{1,2})\.?[ -]([A-Za-zäÄ]+)\.?[ -](\d{4})$/.exec(text);
  if (dayFirst) return millisOf(Number(dayFirst[3]), monthOf(dayFirst[2] ?? ''), Number(dayFirst[1]));
  const monthFirst = /^([A-Za-zäÄ]+)\.? (\d{1,2}),? (\d{4})$/.exec(text);
  return monthFirst ? millisOf(Number(monthFirst[3]), monthOf(monthFirst[1] ?? ''), Number(monthFirst[2])) : undefined;
}

function isoTime(text: string): number | undefined {
  const match = /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text);
  if (!match) return undefined;
  const day = millisOf(Number(match[1]), Number(match[2]), Number(match[3]));
  if (day === undefined || match[4] === undefined) return day;
  const zone = match[5] ?? 'Z';
  const millis = Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}${zone}`);
  return Number.isNaN(millis) ? undefined : millis;
}

/** @returns milliseconds, or undefined when the cell is not a date that can be read without guessing. */
export function parseDate(cell: Cell, order: DayOrder): number | undefined {
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? undefined : cell.getTime();
  if (typeof cell === 'number') return excelSerial(cell);
  const text = cellText(cell);
  const dotted = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})$/.exec(text);
  if (dotted) return millisOf(fullYear(dotted[3] ?? ''), Number(dotted[2]), Number(dotted[1]));
  if (/^\d{5}(\.\d+)?$/.test(text)) return excelSerial(Number(text));
  return isoTime(text) ?? slashed(text, order) ?? withMonthName(text);
}

export const parseInstant = (cell: Cell, order: DayOrder): Instant | undefined => {
  const millis = parseDate(cell, order);
  return millis === undefined ? undefined : toInstant(millis);
};
export const parseDay = (cell: Cell, order: DayOrder): Day | undefined => {
  const millis = parseDate(cell, order);
  return millis === undefined ? undefined : toDay(millis);
};
