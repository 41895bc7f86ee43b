import { csvChunks } from '../../../shared/snapshot/tables/csvChunks.ts';
import { jsonChunks, ndjsonChunks } from '../../../shared/snapshot/tables/jsonChunks.ts';
import type { Table, TableRow } from '../../../shared/snapshot/tables/table.ts';
import { xlsxChunks } from '../../../shared/snapshot/tables/xlsxChunks.ts';

/** Started with little memory: writes a table of so many rows to nowhere, and says how many bytes it was and what it took. */

const [format = 'csv', count = '0'] = process.argv.slice(2);

function* rows(): Generator<TableRow> {
  for (let index = 0; index < Number(count); index++)
    yield [`identity ${index}`, index, `has full access to everything in account ${index % 977}, through role admin`, ['a', 'b']];
}

const table: Table = {
  name: 'register',
  title: 'Register',
  columns: [
    { id: 'name', label: 'Name', type: 'text' },
    { id: 'number', label: 'Number', type: 'number' },
    { id: 'access', label: 'Access', type: 'long' },
    { id: 'tags', label: 'Tags', type: 'list' },
  ],
  rows: rows(),
};

const WRITERS = {
  csv: () => csvChunks(table),
  json: () => jsonChunks(table),
  ndjson: () => ndjsonChunks(table),
  xlsx: () => xlsxChunks([table]),
};

let bytes = 0;
let chunks = 0;
let largest = 0;
let sheets = 0;
for await (const chunk of WRITERS[format as keyof typeof WRITERS]()) {
  bytes += chunk.length;
  chunks++;
  largest = Math.max(largest, chunk.length);
  for (const sheet of [1, 2, 3]) if (Buffer.from(chunk).includes(`xl/worksheets/sheet${sheet}.xml`)) sheets = Math.max(sheets, sheet);
}
process.stdout.write(JSON.stringify({ bytes, chunks, largest, sheets, maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1_024) }));
