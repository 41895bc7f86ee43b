import { Zip, ZipDeflate } from 'fflate';
import { utf8 } from '../../base/bytes.ts';
import { cutCell, workbookText } from '../../base/spreadsheetCell.ts';
import type { Chunks } from './chunks.ts';
import { SheetNames } from './sheetNames.ts';
import { type Cell, type Column, isNumber, type Table, type TableRow, textOf } from './table.ts';
import * as parts from './workbookParts.ts';

export interface WorkbookOptions {
  /** Printed on top of every page, for what is not real. */
  readonly watermark?: string;
  /** For tests: where a sheet ends and the next one begins. */
  readonly limits?: SheetLimits;
}

interface SheetLimits {
  /** With the header. */
  readonly rows: number;
  /** UTF-16 code units of XML: well under the 4 GiB that the size of a part in a ZIP file can say. */
  readonly length: number;
}

const LIMITS: SheetLimits = { rows: 1_048_576, length: 2 ** 30 };
const BUFFER = 64 * 1_024;
/** What comes after needs more than the 4 GiB that a ZIP file of this kind can be. */
const LARGEST_FILE = 2 ** 32 - 64 * 1_024 * 1_024;

/**
 * A workbook with a sheet for each table, written as it goes: of a sheet no more is held than the compressor's window. Every cell is an inline string or
 * a number and none a formula. A table that is longer than a sheet goes on in further ones.
 * @throws RangeError when the file would be larger than a ZIP file can be.
 */
export async function* xlsxChunks(tables: Iterable<Table>, { watermark, limits = LIMITS }: WorkbookOptions = {}): Chunks {
  const file = new WorkbookFile();
  const names = new SheetNames();
  file.part('[Content_Types].xml', parts.CONTENT_TYPES);
  file.part('_rels/.rels', parts.PACKAGE_RELATIONSHIPS);
  file.part('xl/styles.xml', parts.STYLES);
  for (const table of tables) {
    const setting = { widths: table.columns.map(widthOf), frozen: table.frozen ?? 0, ...(watermark === undefined ? {} : { watermark }) };
    let sheet = new Sheet(file, table, names.next(table.title), setting);
    for await (const row of table.rows) {
      if (sheet.rows >= limits.rows || sheet.length >= limits.length) {
        sheet.end();
        sheet = new Sheet(file, table, names.next(table.title), setting);
      }
      sheet.add(row);
      yield* file.written();
    }
    sheet.end();
    yield* file.written();
  }
  file.part('xl/workbook.xml', parts.workbook(names.all));
  file.part('xl/_rels/workbook.xml.rels', parts.workbookRelationships(names.all.length));
  file.end();
  yield* file.written();
}

/** The ZIP file: what was compressed waits until it is asked for. */
class WorkbookFile {
  readonly #ready: Uint8Array<ArrayBuffer>[] = [];
  readonly #zip: Zip;
  #bytes = 0;

  constructor() {
    this.#zip = new Zip((error, chunk) => {
      if (error) throw error;
      this.#bytes += chunk.length;
      this.#ready.push(chunk as Uint8Array<ArrayBuffer>);
    });
  }

  open(path: string): ZipDeflate {
    const part = new ZipDeflate(path, { level: 6, mem: 8 });
    // A time of its own would make two files of the same tables differ.
    part.mtime = '1980-01-01T00:00:00';
    this.#zip.add(part);
    return part;
  }
  part(path: string, content: string): void {
    this.open(path).push(utf8(content), true);
  }
  end(): void {
    this.#zip.end();
  }

  *written(): Generator<Uint8Array<ArrayBuffer>> {
    if (this.#bytes > LARGEST_FILE) throw new RangeError('the workbook would be larger than 4 GiB: write CSV or JSON instead');
    yield* this.#ready.splice(0);
  }
}

class Sheet {
  readonly #part: ZipDeflate;
  readonly #setting: parts.SheetSetting;
  readonly #styles: readonly number[];
  readonly #letters: readonly string[];
  #held: string[] = [];
  #heldLength = 0;
  rows = 0;
  length = 0;

  constructor(file: WorkbookFile, { columns }: Table, number: number, setting: parts.SheetSetting) {
    this.#part = file.open(parts.sheetPath(number));
    this.#setting = setting;
    this.#styles = columns.map(({ type }) => (type === 'long' ? parts.STYLE.long : parts.STYLE.text));
    this.#letters = columns.map((_, index) => parts.columnName(index));
    this.#write(parts.sheetStart(setting));
    this.#row(columns.map(({ label }, index) => this.#text(label, index, parts.STYLE.header)));
  }

  add(row: TableRow): void {
    this.#row(row.map((cell, index) => this.#cell(cell, index)));
  }
  end(): void {
    this.#write(parts.sheetEnd(this.#setting, this.rows));
    this.#part.push(utf8(this.#held.join('')), true);
  }

  #row(cells: readonly string[]): void {
    this.rows++;
    this.#write(`<row r="${this.rows}">${cells.join('')}</row>`);
  }
  #cell(cell: Cell, index: number): string {
    if (isNumber(cell)) return `<c r="${this.#address(index)}" s="${parts.STYLE.number}"><v>${cell}</v></c>`;
    const text = textOf(cell);
    return text === '' ? '' : this.#text(text, index, this.#styles[index] ?? parts.STYLE.text);
  }
  #text(text: string, index: number, style: number): string {
    const content = workbookText(cutCell(text));
    return `<c r="${this.#address(index)}" t="inlineStr" s="${style}"><is><t xml:space="preserve">${content}</t></is></c>`;
  }
  /** Cells of the row that is being written, which is counted when it is whole. */
  #address(index: number): string {
    return `${this.#letters[index] ?? parts.columnName(index)}${this.rows + 1}`;
  }

  #write(xml: string): void {
    this.#held.push(xml);
    this.#heldLength += xml.length;
    this.length += xml.length;
    if (this.#heldLength < BUFFER) return;
    this.#part.push(utf8(this.#held.join('')));
    this.#held = [];
    this.#heldLength = 0;
  }
}

const WIDTHS: Readonly<Record<Column['type'], number>> = {
  text: 24,
  long: 60,
  number: 10,
  'yes or no': 10,
  list: 32,
  instant: 26,
  day: 12,
};
const widthOf = ({ type, label }: Column): number => Math.max(WIDTHS[type], Math.min(label.length + 4, 40));
