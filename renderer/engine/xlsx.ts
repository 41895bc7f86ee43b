import { strToU8, zipSync } from 'fflate';

/**
 * A workbook of one sheet of text (ECMA-376, transitional). Written here because the writers on offer compress in workers
 * that they start from `blob:` addresses, which the content security policy forbids. Every cell is an inline string: what
 * looks like a formula stays text.
 */
export function xlsxOf(header: readonly string[], rows: Iterable<readonly string[]>): Uint8Array<ArrayBuffer> {
  const parts: Record<string, string> = {
    '[Content_Types].xml': CONTENT_TYPES,
    '_rels/.rels': relationships('officeDocument', 'xl/workbook.xml'),
    'xl/workbook.xml': WORKBOOK,
    'xl/_rels/workbook.xml.rels': WORKBOOK_RELATIONSHIPS,
    'xl/styles.xml': STYLES,
    'xl/worksheets/sheet1.xml': sheetOf(header, rows),
  };
  return zipSync(Object.fromEntries(Object.entries(parts).map(([path, xml]) => [path, strToU8(xml)])), { level: 6 });
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const SPREADSHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
/** The most that a cell may hold. */
const MAX_CELL = 32_767;

const relationship = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
const relationships = (type: string, target: string): string =>
  `${XML}<Relationships xmlns="${PACKAGE}/relationships">${relationship('r1', type, target)}</Relationships>`;

const CONTENT_TYPES =
  `${XML}<Types xmlns="${PACKAGE}/content-types">` +
  '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
  `<Override PartName="/xl/workbook.xml" ContentType="${SPREADSHEET}.sheet.main+xml"/>` +
  `<Override PartName="/xl/styles.xml" ContentType="${SPREADSHEET}.styles+xml"/>` +
  `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${SPREADSHEET}.worksheet+xml"/></Types>`;
const WORKBOOK = `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Register" sheetId="1" r:id="r1"/></sheets></workbook>`;
const WORKBOOK_RELATIONSHIPS =
  `${XML}<Relationships xmlns="${PACKAGE}/relationships">` +
  `${relationship('r1', 'worksheet', 'worksheets/sheet1.xml')}${relationship('r2', 'styles', 'styles.xml')}</Relationships>`;
const STYLES =
  `${XML}<styleSheet xmlns="${MAIN}"><fonts count="2"><font/><font><b/></font></fonts>` +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>' +
  '<cellXfs count="2"><xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>';

function sheetOf(header: readonly string[], rows: Iterable<readonly string[]>): string {
  const lines = [rowOf(header, 1, HEADER_STYLE)];
  for (const row of rows) lines.push(rowOf(row, lines.length + 1, TEXT_STYLE));
  return `${XML}<worksheet xmlns="${MAIN}">${FROZEN_HEADER}<sheetData>${lines.join('')}</sheetData></worksheet>`;
}

const [TEXT_STYLE, HEADER_STYLE] = [0, 1];
const FROZEN_HEADER =
  '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>';

function rowOf(cells: readonly string[], row: number, style: number): string {
  const written = cells.map((text, column) => {
    const address = `${columnName(column)}${row}`;
    return `<c r="${address}" t="inlineStr" s="${style}"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
  });
  return `<row r="${row}">${written.join('')}</row>`;
}

/** 0 → A, 25 → Z, 26 → AA. */
const columnName = (column: number): string =>
  (column < 26 ? '' : columnName(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** XML 1.0 has no form at all for most control characters and for lone surrogates. */
function escaped(text: string): string {
  return text
    .slice(0, MAX_CELL)
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}
