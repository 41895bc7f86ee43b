import { createReadStream } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import readXlsxFile from 'read-excel-file/node';
import type { Json } from '../../shared/base/json.ts';
import { harmlessCell, honestCell, LONGEST_CELL } from '../../shared/base/spreadsheetCell.ts';
import { toDay } from '../../shared/base/time.ts';
import { isSetField } from '../../shared/model/fields.ts';
import type { Row } from '../../shared/register/view.ts';
import { csvChunks } from '../../shared/snapshot/tables/csvChunks.ts';
import type { Table } from '../../shared/snapshot/tables/table.ts';
import { xlsxChunks } from '../../shared/snapshot/tables/xlsxChunks.ts';
import { CommandError } from './commandError.ts';
import { type ExportRecord, GOVERNED, type PortableRow } from './portableRecords.ts';

/** The first column's title: a file that has it was written by Muster. */
export const ID_COLUMN = 'muster id';

/** For reading only: what sources say is not taken back in by an import. */
const OBSERVED: readonly (readonly [string, (row: Row) => string | undefined])[] = [
  ['owner name', (row) => row.owner?.text],
  ['state', (row) => row.observed],
  ['access', (row) => row.access],
  ['credential', (row) => row.credential?.text],
  ['last used', (row) => row.lastUsed],
  ['as of', (row) => row.asOf],
  ['freshness', (row) => row.freshness],
  ['sources', (row) => row.sources.join('; ')],
];

const HEADER = [ID_COLUMN, 'type', 'kind', ...GOVERNED, ...OBSERVED.map(([title]) => `${title} (read only)`)];

export type FileFormat = 'csv' | 'xlsx' | 'json' | 'ndjson';

export function formatOf(path: string): FileFormat {
  const ending = /\.(csv|xlsx|json|ndjson)$/i.exec(path)?.[1]?.toLowerCase();
  if (ending === undefined)
    throw new CommandError(`"${path.slice(-80)}" has no ending that says what it is.`, { wayOut: 'Use .csv, .xlsx, .json or .ndjson.' });
  return ending as FileFormat;
}

/** Written beside and renamed: an export that fails leaves no half file and the former one untouched. */
export async function writeExport(path: string, records: readonly ExportRecord[]): Promise<void> {
  const partial = `${path}.partial`;
  const content = encode(formatOf(path), records);
  try {
    await writeFile(partial, content, { mode: 0o600, flush: true });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

function encode(format: FileFormat, records: readonly ExportRecord[]): string | AsyncIterable<Uint8Array> {
  const portable = records.map(portableOf);
  if (format === 'json') return `${JSON.stringify(portable, null, 2)}\n`;
  if (format === 'ndjson') return portable.map((record) => `${JSON.stringify(record)}\n`).join('');
  if (format === 'csv') return csvChunks(tableOf(records.map(cellsOf)));
  // The same marks as in CSV: whichever of the two comes back, `honestCell` gives what was exported.
  return xlsxChunks([tableOf(records.map((record) => cellsOf(record).map(harmlessCell).map(fitting)))]);
}

const tableOf = (rows: readonly (readonly string[])[]): Table => ({
  name: 'register',
  title: 'Register',
  columns: HEADER.map((label) => ({ id: label, label, type: 'text' })),
  rows,
});

const portableOf = ({ row, values }: ExportRecord) => ({
  id: row.id,
  type: row.type,
  kind: row.kind,
  values: { name: row.name, ...values },
});

function cellsOf(record: ExportRecord): string[] {
  const { id, type, kind, values } = portableOf(record);
  const governed = GOVERNED.map((field) => cellText(field, values[field as keyof typeof values]));
  return [id, type, kind, ...governed, ...OBSERVED.map(([, text]) => text(record.row) ?? '')];
}

function cellText(field: string, value: Json | undefined): string {
  if (value === undefined) return '';
  if (field === 'lifecycle') return lifecycleText(value);
  return Array.isArray(value) ? JSON.stringify(value) : String(value);
}

function lifecycleText(value: Json): string {
  const { state, reason } = value as { state?: string; reason?: string };
  return reason === undefined ? (state ?? '') : `${state}: ${reason}`;
}

/** What comes back must be whole: a cut cell would be taken in as the new value. */
function fitting(text: string): string {
  if (text.length <= LONGEST_CELL) return text;
  throw new CommandError('A value is longer than a cell of a workbook can be.', { wayOut: 'Export as .csv or .json instead.' });
}

/** @returns undefined when the file was not written by `export`: then it is a list from elsewhere. */
export async function readExport(path: string): Promise<readonly PortableRow[] | undefined> {
  const format = formatOf(path);
  if (format === 'json' || format === 'ndjson') return readJson(await readFile(path, 'utf8'), format);
  const table = format === 'csv' ? readCsv(await readFile(path, 'utf8')) : await readXlsx(path);
  const [header, ...rows] = table;
  return header?.[0] === ID_COLUMN ? rows.map((cells) => recordOf(header, cells)) : undefined;
}

function readJson(text: string, format: 'json' | 'ndjson'): readonly PortableRow[] | undefined {
  try {
    const items = (
      format === 'json'
        ? JSON.parse(text)
        : text
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line))
    ) as unknown;
    return Array.isArray(items) && items.every(isPortable) ? items : undefined;
  } catch {
    return undefined;
  }
}

const isPortable = (item: unknown): item is PortableRow => {
  const record = item as Partial<PortableRow> | null;
  return typeof record?.id === 'string' && /^[0-9a-f]{32}$/.test(record.id) && typeof record.values === 'object' && record.values !== null;
};

function readCsv(text: string): string[][] {
  try {
    return parse(text, { bom: true, relax_column_count: true });
  } catch {
    return [];
  }
}

async function readXlsx(path: string): Promise<string[][]> {
  const [sheet] = await readXlsxFile(createReadStream(path), { trim: false }).catch(() => []);
  return (sheet?.data ?? []).map((cells) => cells.map(xlsxCell));
}

/** A spreadsheet program makes dates of what looks like one; every date of a register is a day. */
const xlsxCell = (cell: unknown): string => {
  if (cell === null || cell === undefined) return '';
  return cell instanceof Date ? toDay(cell.getTime()) : String(cell);
};

/** A column that is not there leaves its field alone; an empty cell clears it. */
function recordOf(header: readonly string[], cells: readonly string[]): PortableRow {
  const values: Record<string, Json> = {};
  for (const [index, title] of header.entries()) {
    if (GOVERNED.includes(title)) values[title] = fieldValue(title, honestCell(cells[index] ?? ''));
  }
  const [id = '', type = '', kind = ''] = cells.map(honestCell);
  return { id, type, kind, values } as PortableRow;
}

function lifecycleValue(text: string): Json {
  const [state = '', reason] = text.split(/:\s*/, 2);
  if (state === '' || state === 'unregistered') return null;
  return reason === undefined ? { state } : { state, reason };
}

function fieldValue(field: string, text: string): Json {
  if (field === 'lifecycle') return lifecycleValue(text);
  if (!isSetField(field)) return text;
  if (text === '') return [];
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return parsed.map(String);
  } catch {
    // Typed by a person instead: a list with semicolons.
  }
  return text
    .split(';')
    .map((element) => element.trim())
    .filter((element) => element !== '');
}
