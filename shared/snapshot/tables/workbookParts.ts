import { workbookText } from '../../base/spreadsheetCell.ts';

/** The parts of a workbook besides its sheets (ECMA-376, part 1, transitional). */

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const SPREADSHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

export const sheetPath = (number: number): string => `xl/worksheets/sheet${number}.xml`;

/** Sheets are the default, so that this part can be written before anybody knows how many there will be. */
export const CONTENT_TYPES =
  `${XML}<Types xmlns="${PACKAGE}/content-types">` +
  '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
  `<Default Extension="xml" ContentType="${SPREADSHEET}.worksheet+xml"/>` +
  `<Override PartName="/xl/workbook.xml" ContentType="${SPREADSHEET}.sheet.main+xml"/>` +
  `<Override PartName="/xl/styles.xml" ContentType="${SPREADSHEET}.styles+xml"/></Types>`;

const relationship = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
const relationships = (content: string): string => `${XML}<Relationships xmlns="${PACKAGE}/relationships">${content}</Relationships>`;

export const PACKAGE_RELATIONSHIPS = relationships(relationship('r1', 'officeDocument', 'xl/workbook.xml'));

export const workbookRelationships = (sheets: number): string =>
  relationships(
    relationship('styles', 'styles', 'styles.xml') +
      Array.from({ length: sheets }, (_, index) => relationship(`s${index + 1}`, 'worksheet', `worksheets/sheet${index + 1}.xml`)).join(''),
  );

export function workbook(names: readonly string[]): string {
  const sheets = names.map(
    (name, index) => `<sheet name="${workbookText(name).replaceAll('"', '&quot;')}" sheetId="${index + 1}" r:id="s${index + 1}"/>`,
  );
  return `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets.join('')}</sheets></workbook>`;
}

/** Cells of text carry the number format "text" (49), so that they stay text when somebody edits one. */
export const STYLE = { text: 0, header: 1, number: 2, long: 3 } as const;

export const STYLES =
  `${XML}<styleSheet xmlns="${MAIN}">` +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>' +
  '<fill><patternFill patternType="solid"><fgColor rgb="FFEDEFF2"/></patternFill></fill></fills>' +
  '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4">' +
  '<xf numFmtId="49" applyNumberFormat="1"/>' +
  '<xf numFmtId="49" fontId="1" fillId="2" applyNumberFormat="1" applyFont="1" applyFill="1"/>' +
  '<xf numFmtId="0"/>' +
  '<xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>' +
  '</cellXfs></styleSheet>';

export interface SheetSetting {
  /** Widths of the columns in characters. */
  readonly widths: readonly number[];
  /** How many of the first columns stay in sight, as the header does. */
  readonly frozen: number;
  /** Printed on top of every page. */
  readonly watermark?: string;
}

/** The first line stays in sight, and so do the first columns. */
function paneOf(frozen: number): string {
  const corner = `topLeftCell="${columnName(frozen)}2" state="frozen"`;
  return frozen === 0
    ? `<pane ySplit="1" ${corner} activePane="bottomLeft"/>`
    : `<pane xSplit="${frozen}" ySplit="1" ${corner} activePane="bottomRight"/>`;
}

export function sheetStart({ widths, frozen, watermark }: SheetSetting): string {
  const colour = watermark === undefined ? '' : '<sheetPr><tabColor rgb="FFD97706"/></sheetPr>';
  const columns = widths.map((width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`);
  return (
    `${XML}<worksheet xmlns="${MAIN}">${colour}<sheetViews><sheetView workbookViewId="0">${paneOf(frozen)}</sheetView></sheetViews>` +
    `<cols>${columns.join('')}</cols><sheetData>`
  );
}

export function sheetEnd({ widths, watermark }: SheetSetting, rows: number): string {
  const filter = widths.length > 0 ? `<autoFilter ref="A1:${columnName(widths.length - 1)}${rows}"/>` : '';
  const top = watermark === undefined ? '' : `<headerFooter><oddHeader>&amp;C${workbookText(watermark)}</oddHeader></headerFooter>`;
  return `</sheetData>${filter}${top}</worksheet>`;
}

/** 0 → A, 25 → Z, 26 → AA. */
export const columnName = (column: number): string =>
  (column < 26 ? '' : columnName(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));
