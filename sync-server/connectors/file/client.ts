import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import { parseTime, toInstant } from '../../../shared/base/time.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import { fileProblem } from '../fileProblem.ts';
import { csvRows, decodeText, sniffDelimiter } from './csvTable.ts';
import { jsonRows } from './jsonTable.ts';
import { headerIndex, headerNames, type Row, type Table } from './table.ts';
import { inspectArchive, isTooLarge, xlsxCells } from './xlsxTable.ts';

const MAX_FILE = 256 * 1024 * 1024;
const UPLOAD = /^upload:([A-Za-z0-9][A-Za-z0-9._-]{0,127})$/;

export const isUpload = (path: string): boolean => path.startsWith('upload:');

/** @returns undefined for an upload id that could leave the folder of uploads. */
export function pathOf(path: string, uploads: string): string | undefined {
  if (!isUpload(path)) return resolve(path);
  const id = UPLOAD.exec(path)?.[1];
  return id === undefined || id.includes('..') ? undefined : join(uploads, id);
}

export interface TableRequest {
  readonly path: string;
  readonly uploads: string;
  readonly sheet: string | undefined;
  readonly isKnownName: (name: string) => boolean;
}
type Read = Result<Table, ConnectorProblem>;
interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly modified: number;
}

/** Reads a file by what it is, not by what it is called. */
export async function readTable(request: TableRequest): Promise<Read> {
  const path = pathOf(request.path, request.uploads);
  if (path === undefined) return err(problem('misconfigured', 'this is no id of an upload', false, 'Drop the file again.'));
  const file = await readBytes(path);
  if (!file.ok) return file;
  const [first, second] = file.value.bytes;
  if (first === 0x50 && second === 0x4b) return xlsxTable(file.value, request);
  if (first === 0xd0 && second === 0xcf) {
    return err(
      problem('malformed', `${file.value.name} is an old or a protected Excel file`, false, 'Save it as .xlsx without a password.'),
    );
  }
  return textTable(file.value, request);
}

async function readBytes(path: string): Promise<Result<File, ConnectorProblem>> {
  const name = basename(path);
  try {
    const found = await stat(path);
    if (!found.isFile()) return err(problem('misconfigured', `${name} is not a file`, false, 'Name a spreadsheet, CSV or JSON file.'));
    if (found.size > MAX_FILE) return err(problem('too large', `${name} is larger than 256 MB`, false, 'Split it.'));
    return ok({ name, bytes: await readFile(path), modified: found.mtime.getTime() });
  } catch (error) {
    return err(fileProblem(error, name));
  }
}

async function xlsxTable(file: File, request: TableRequest): Promise<Read> {
  try {
    const { unpacked, modified } = inspectArchive(file.bytes);
    if (isTooLarge(unpacked)) return err(problem('too large', `${file.name} unpacks to more than 600 MB`, false, 'Split it.'));
    const { sheet, cells } = await xlsxCells(file.bytes, request.sheet);
    const at = headerIndex(cells.slice(0, 10), request.isKnownName);
    if (at < 0) return err(emptyProblem(file.name));
    return ok({
      sheet,
      savedAt: toInstant((modified === undefined ? undefined : parseTime(modified)) ?? file.modified),
      header: headerNames(cells[at] ?? []),
      *rows(): Generator<Row> {
        for (let index = at + 1; index < cells.length; index++) yield { number: index + 1, cells: cells[index] ?? [] };
      },
      problems: [],
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'SheetNotFoundError') {
      return err(problem('not found', `${file.name} has no sheet of that name`, false, 'Name one of its sheets, or none for the first.'));
    }
    return err(problem('malformed', `${file.name} is not a workbook that can be read`, false, 'Open it and save it again as .xlsx.'));
  }
}

const emptyProblem = (name: string): ConnectorProblem =>
  problem('malformed', `${name} holds no rows`, false, 'The first row names the columns, each further row is one account.');

async function textTable(file: File, request: TableRequest): Promise<Read> {
  const text = decodeText(file.bytes);
  if (text.trim() === '') return err(emptyProblem(file.name));
  if ((text.slice(0, 8_192).match(/\0/g)?.length ?? 0) > 8) {
    return err(problem('malformed', `${file.name} is not a text, spreadsheet or JSON file`, false, 'Export it as CSV or XLSX.'));
  }
  return /^\s*[[{]/.test(text) ? jsonTable(file, text) : await csvTable(file, text, request);
}

function jsonTable(file: File, text: string): Read {
  const found = jsonRows(text);
  if (!found) {
    return err(
      problem('malformed', `${file.name} is neither a JSON list of objects nor one JSON object a line`, false, 'Check its syntax.'),
    );
  }
  const bad = found.bad.length > 0 ? [problem('malformed', `${file.name}: ${listed('line', found.bad)} not understood`, false)] : [];
  return ok({ savedAt: toInstant(file.modified), header: headerNames(found.header), rows: () => found.rows, problems: bad });
}

async function csvTable(file: File, text: string, request: TableRequest): Promise<Read> {
  const delimiter = sniffDelimiter(text);
  try {
    const head: Row[] = [];
    for await (const row of csvRows(text, delimiter)) if (head.push(row) === 10) break;
    const at = headerIndex(
      head.map((row) => row.cells),
      request.isKnownName,
    );
    const header = head[at];
    if (!header) return err(emptyProblem(file.name));
    return ok({
      savedAt: toInstant(file.modified),
      header: headerNames(header.cells),
      async *rows(): AsyncGenerator<Row> {
        for await (const row of csvRows(text, delimiter)) if (row.number > header.number) yield row;
      },
      problems: [],
    });
  } catch {
    return err(problem('malformed', `${file.name} is not CSV that can be read`, false, 'Look for a quotation mark that is never closed.'));
  }
}

/** `rows 12, 88 and 3 more`. */
export function listed(word: string, numbers: readonly number[]): string {
  const shown = numbers.slice(0, 10).join(', ');
  const more = numbers.length > 10 ? ` and ${numbers.length - 10} more` : '';
  return `${word}${numbers.length === 1 ? '' : 's'} ${shown}${more}`;
}
