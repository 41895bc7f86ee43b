import { type Chunks, chunksOf } from './chunks.ts';
import type { About, Cell, Table, TableRow } from './table.ts';

/** One object: what it is, its columns, and `rows` as objects by column; a blank is left out. One row a line. */
export const jsonChunks = (table: Table, about: About = []): Chunks => chunksOf(document(table, about));

/** One row a line as an object, and nothing else. */
export const ndjsonChunks = (table: Table): Chunks => chunksOf(lines(table));

async function* document(table: Table, about: About): AsyncGenerator<string> {
  const { name, title, columns } = table;
  const known = Object.fromEntries(about.map(({ id, value }) => [id, value]));
  const head = JSON.stringify({ table: name, title, about: known, columns });
  yield `${head.slice(0, -1)},"rows":[`;
  let separator = '\n';
  for await (const line of objects(table)) {
    yield separator + line;
    separator = ',\n';
  }
  yield '\n]}\n';
}

async function* lines(table: Table): AsyncGenerator<string> {
  for await (const line of objects(table)) yield `${line}\n`;
}

async function* objects({ columns, rows }: Table): AsyncGenerator<string> {
  const keys = columns.map(({ id }) => `${JSON.stringify(id)}:`);
  for await (const row of rows) yield objectText(row, keys);
}

function objectText(row: TableRow, keys: readonly string[]): string {
  const members: string[] = [];
  for (const [index, cell] of row.entries()) if (!isBlank(cell)) members.push(keys[index] + JSON.stringify(cell));
  return `{${members.join(',')}}`;
}

const isBlank = (cell: Cell): boolean => cell === undefined || cell === '' || (Array.isArray(cell) && cell.length === 0);
