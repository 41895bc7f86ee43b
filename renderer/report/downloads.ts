import type { ReportHead } from '../../shared/snapshot/report/reportData.ts';
import { csvChunks } from '../../shared/snapshot/tables/csvChunks.ts';
import { jsonChunks } from '../../shared/snapshot/tables/jsonChunks.ts';
import type { Table } from '../../shared/snapshot/tables/table.ts';
import { xlsxChunks } from '../../shared/snapshot/tables/xlsxChunks.ts';
import { breathe } from './chunks.ts';

export const FORMATS = ['XLSX', 'CSV', 'JSON'] as const;
export type TableFormat = (typeof FORMATS)[number];

const MEDIA: Readonly<Record<TableFormat, string>> = {
  XLSX: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  CSV: 'text/csv;charset=utf-8',
  JSON: 'application/json',
};

/** Between pieces the page goes on answering. */
const AT_ONCE = 40;

const WATERMARK = 'Sample estate: nothing here is real';

/** Two columns that say what a table is of: whoever gets it without the report must be able to doubt it. */
function aboutTable(head: ReportHead, query: string): Table {
  const lines: [string, string][] = [
    ['Space', head.name],
    ...(head.sample ? ([['Sample', WATERMARK]] as [string, string][]) : []),
    ['As of', head.asOf],
    ['Place in the ledger', String(head.place)],
    ['Root of the ledger', head.head.root],
    ['Key fingerprint', head.fingerprint],
    ['Population', head.query.text === '' ? 'the whole register' : head.query.text],
    ...(head.query.where === undefined ? [] : ([['Condition', head.query.where]] as [string, string][])),
    ['Table', query],
    ['Made from', 'report.html, which proves nothing by itself: verify the snapshot'],
  ];
  return {
    name: 'about',
    title: 'About',
    columns: [
      { id: 'what', label: 'What', type: 'text' },
      { id: 'value', label: 'Value', type: 'long' },
    ],
    rows: lines,
  };
}

function bytesOf(format: TableFormat, table: Table, head: ReportHead, query: string): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const about = aboutTable(head, query);
  switch (format) {
    case 'CSV':
      return csvChunks(table);
    case 'JSON':
      return jsonChunks(
        table,
        [...(about.rows as Iterable<readonly [string, string]>)].map(([label, value]) => ({ id: label, label, value })),
      );
    case 'XLSX':
      return xlsxChunks([table, about], head.sample ? { watermark: WATERMARK } : {});
  }
}

const fileName = (head: ReportHead, name: string, format: TableFormat): string => {
  const space = head.name.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'muster';
  return `${head.sample ? 'SAMPLE-' : ''}${space.slice(0, 60)}-${head.asOf.slice(0, 10)}-${name}.${format.toLowerCase()}`;
};

/** Makes the file in this page and hands it to the browser; nothing leaves it. */
export async function download(format: TableFormat, table: Table, head: ReportHead, query: string): Promise<void> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of bytesOf(format, table, head, query)) {
    pieces.push(piece.slice());
    if (pieces.length % AT_ONCE === 0) await breathe();
  }
  const address = URL.createObjectURL(new Blob(pieces, { type: MEDIA[format] }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName(head, table.name, format);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
