import type { Cell, Row } from './table.ts';

/** Objects as rows: the header is every member's name, in the order of appearance. Names are data here, never property names. */
export interface JsonRows {
  readonly header: readonly string[];
  readonly rows: readonly Row[];
  /** Lines of NDJSON that are no object. */
  readonly bad: readonly number[];
}

function cellOf(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.filter((item) => ['string', 'number'].includes(typeof item)).join('; ');
  return null;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

function rowsOf(items: readonly { readonly number: number; readonly value: unknown }[]): JsonRows {
  const header = new Map<string, number>();
  const bad: number[] = [];
  const entries: { number: number; members: [string, unknown][] }[] = [];
  for (const { number, value } of items) {
    if (!isObject(value)) {
      bad.push(number);
      continue;
    }
    const members = Object.entries(value);
    for (const [name] of members) if (!header.has(name)) header.set(name, header.size);
    entries.push({ number, members });
  }
  const rows = entries.map(({ number, members }) => {
    const cells: Cell[] = new Array(header.size).fill(null);
    for (const [name, value] of members) cells[header.get(name) ?? 0] = cellOf(value);
    return { number, cells };
  });
  return { header: [...header.keys()], rows, bad };
}

/** A list of objects, or an object with one such list in it (`{ "items": [...] }`). */
function listIn(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value).find((member) => Array.isArray(member) && member.some(isObject)) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns undefined when the text is neither a list of objects nor NDJSON. */
export function jsonRows(text: string): JsonRows | undefined {
  const whole = parsed(text);
  const list = listIn(whole);
  if (list) return rowsOf(list.map((value, index) => ({ number: index + 1, value })));
  const lines = text.split(/\r\n|\n/).flatMap((line, index) => (line.trim() === '' ? [] : [{ number: index + 1, value: parsed(line) }]));
  const rows = rowsOf(lines);
  return rows.rows.length > rows.bad.length ? rows : undefined;
}
