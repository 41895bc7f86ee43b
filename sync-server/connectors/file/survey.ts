import { looksLikeSecret } from '../../../shared/observed/redact.ts';
import type { SpreadsheetReport } from '../../../shared/wire/http.ts';
import type { Mappable } from '../../../shared/wire/sheetColumns.ts';
import { type Column, type ColumnChoices, understandColumns } from './columns.ts';
import { type DayOrder, dayOrderOf } from './dates.ts';
import { groupOwners, isPlaceholder } from './owners.ts';
import { type Cell, cellText, isBlankRow, MAX_CELL, type Row, type Table } from './table.ts';
import { externalIdOf, type RowValues } from './toObservations.ts';

export const SECRET_EXAMPLE = '(looks like a secret: not read)';
const SECRET_HEADING = /passw|passphrase|secret|token|api.?key|private.?key|kennwort|geheimnis|credential value/i;
/** Enough to tell what a column holds. */
const SAMPLE_ROWS = 1_000;
/** More of one kind are counted, not listed. */
const MAX_LISTED = 1_000;

/** What looks like a secret in a cell: by its shape, or because its column says so. Never the value. */
export function secretIn(text: string, heading: string): string | undefined {
  if (text.length < 6) return undefined;
  const byShape = looksLikeSecret(text);
  if (byShape !== undefined) return byShape;
  const named = SECRET_HEADING.test(heading) && !/\s/.test(text) && !/^\d{4}-|^\d{1,2}[./]/.test(text) && !isPlaceholder(text);
  return named ? 'value in a column of secrets' : undefined;
}

export interface Reading {
  readonly columns: readonly Column[];
  readonly orders: ReadonlyMap<Mappable, DayOrder>;
  /** One value for all rows, where the file has no such column. */
  readonly system: string | undefined;
}

/** A row's understood cells, without those that look like secrets. */
export function readRow(row: Row, reading: Reading): RowValues & { readonly secrets: SpreadsheetReport['secrets'] } {
  const values = new Map<Mappable, Cell>();
  const unread: Mappable[] = [];
  const secrets: SpreadsheetReport['secrets'] = [];
  for (const column of reading.columns) {
    const cell = row.cells[column.index] ?? null;
    const looksLike = typeof cell === 'string' ? secretIn(cell, column.name) : undefined;
    if (looksLike !== undefined) {
      secrets.push({ row: row.number, column: column.name, looksLike });
      if (column.field) unread.push(column.field);
    } else if (column.field && cellText(cell) !== '') values.set(column.field, cell);
  }
  if (reading.system !== undefined && !values.has('system')) values.set('system', reading.system);
  return { number: row.number, values, unread, secrets };
}

export const hasLongCell = (row: Row): boolean => row.cells.some((cell) => typeof cell === 'string' && cell.length > MAX_CELL);

/** Text of the first rows, column by column, blanks left out. */
export async function sampleColumns(table: Table): Promise<string[][]> {
  const samples: string[][] = table.header.map(() => []);
  let rows = 0;
  for await (const row of table.rows()) {
    if (++rows > SAMPLE_ROWS) break;
    if (hasLongCell(row)) continue;
    samples.forEach((sample, index) => {
      const text = cellText(row.cells[index]);
      if (text !== '') sample.push(text);
    });
  }
  return samples;
}

export function reportedColumns(columns: readonly Column[], samples: readonly (readonly string[])[]): SpreadsheetReport['columns'] {
  return columns.map(({ index, name, field, confidence }) => {
    const distinct = [...new Set(samples[index] ?? [])].slice(0, 3);
    const examples = distinct.map((text) => (secretIn(text, name) === undefined ? text.slice(0, 80) : SECRET_EXAMPLE));
    return { column: name, ...(field ? { field } : {}), confidence, examples };
  });
}

export interface Survey {
  readonly reading: Reading;
  readonly report: Omit<SpreadsheetReport, 'file'>;
  /** How many rows say something of each record. */
  readonly rowsOf: ReadonlyMap<string, readonly number[]>;
  /** Rows with a cell that is too long; they are not read. */
  readonly tooLong: readonly number[];
}

const DATES: readonly Mappable[] = ['neededUntil', 'contractEnd', 'created', 'expires', 'rotated', 'lastUsed', 'asOf', 'leftOn'];

async function dayOrders(table: Table, columns: readonly Column[]): Promise<Map<Mappable, DayOrder>> {
  const dated = columns.filter((column) => column.field && DATES.includes(column.field));
  const texts = new Map(dated.map((column) => [column.index, new Set<string>()]));
  if (dated.length > 0) {
    for await (const row of table.rows()) for (const [index, seen] of texts) seen.add(cellText(row.cells[index]).slice(0, 32));
  }
  return new Map(dated.map((column) => [column.field as Mappable, dayOrderOf(texts.get(column.index) ?? [])]));
}

interface Tally {
  rows: number;
  blankOwners: number;
  readonly tooLong: number[];
  readonly unnamed: number[];
  readonly secrets: SpreadsheetReport['secrets'];
  readonly owners: Map<string, number>;
  readonly rowsOf: Map<string, number[]>;
}

function countRow(tally: Tally, row: Row, reading: Reading, hasOwners: boolean): void {
  tally.rows++;
  if (hasLongCell(row)) {
    tally.tooLong.push(row.number);
    return;
  }
  const read = readRow(row, reading);
  if (tally.secrets.length < MAX_LISTED) tally.secrets.push(...read.secrets);
  const owner = cellText(read.values.get('owner'));
  if (hasOwners && isPlaceholder(owner) && !read.unread.includes('owner')) tally.blankOwners++;
  else if (owner !== '') tally.owners.set(owner, (tally.owners.get(owner) ?? 0) + 1);
  const id = externalIdOf(read);
  if (id === undefined) tally.unnamed.push(row.number);
  else tally.rowsOf.set(id, [...(tally.rowsOf.get(id) ?? []), row.number]);
}

/** Walks the file once without keeping it: what it holds, and what of it a person should look at first. */
export async function surveyTable(
  table: Table,
  settings: ColumnChoices & { readonly type: 'identity' | 'party'; readonly system: string | undefined },
): Promise<Survey> {
  const samples = await sampleColumns(table);
  const columns = understandColumns(table.header, samples, settings, settings.type);
  const reading: Reading = { columns, orders: await dayOrders(table, columns), system: settings.system };
  const tally: Tally = { rows: 0, blankOwners: 0, tooLong: [], unnamed: [], secrets: [], owners: new Map(), rowsOf: new Map() };
  const hasOwners = columns.some((column) => column.field === 'owner');
  for await (const row of table.rows()) if (!isBlankRow(row.cells)) countRow(tally, row, reading, hasOwners);
  return { reading, rowsOf: tally.rowsOf, tooLong: tally.tooLong, report: reportOf(table, reportedColumns(columns, samples), tally) };
}

function reportOf(table: Table, columns: SpreadsheetReport['columns'], tally: Tally): Survey['report'] {
  const twice = [...tally.rowsOf].filter(([, rows]) => rows.length > 1);
  return {
    ...(table.sheet === undefined ? {} : { sheet: table.sheet }),
    rows: tally.rows,
    savedAt: table.savedAt,
    identities: tally.rowsOf.size,
    duplicates: twice.slice(0, MAX_LISTED).map(([id, rows]) => ({ name: nameIn(id), rows })),
    unnamed: tally.unnamed.slice(0, MAX_LISTED),
    columns,
    owners: groupOwners(tally.owners),
    blankOwners: tally.blankOwners,
    secrets: tally.secrets,
  };
}

/** The account's name out of `account/<system>/<name>/<environment>`, or the id itself. */
function nameIn(id: string): string {
  const [kind, ...parts] = id.split('/');
  const part = kind === 'account' ? parts[1] : parts[0];
  try {
    return decodeURIComponent(part ?? id);
  } catch {
    return id;
  }
}
