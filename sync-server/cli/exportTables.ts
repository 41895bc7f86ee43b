import { writeFile } from 'node:fs/promises';
import { fromUtf8 } from '../../shared/base/bytes.ts';
import type { OpenSnapshot } from '../../shared/snapshot/contracts.ts';
import type { Gaps } from '../../shared/snapshot/gaps.ts';
import { openSnapshot } from '../../shared/snapshot/openSnapshot.ts';
import type { People } from '../../shared/snapshot/people.ts';
import type { Population } from '../../shared/snapshot/population.ts';
import { readSnapshotData } from '../../shared/snapshot/readSnapshotData.ts';
import { RecordVersions } from '../../shared/snapshot/report/recordVersions.ts';
import { aboutOf, aboutTable } from '../../shared/snapshot/tables/about.ts';
import { csvChunks } from '../../shared/snapshot/tables/csvChunks.ts';
import { jsonChunks, ndjsonChunks } from '../../shared/snapshot/tables/jsonChunks.ts';
import { tableOf, tablesOf, watermarkOf } from '../../shared/snapshot/tables/snapshotTables.ts';
import type { Table, TableRow } from '../../shared/snapshot/tables/table.ts';
import type { TableInput } from '../../shared/snapshot/tables/tableInput.ts';
import type { TableName } from '../../shared/snapshot/tables/tableNames.ts';
import { xlsxChunks } from '../../shared/snapshot/tables/xlsxChunks.ts';
import { createNodeHost, type FileBytes } from '../snapshot/nodeHost.ts';
import { replayFor } from '../snapshot/recompute.ts';
import { CommandError } from './commandError.ts';
import { type FileFormat, formatOf } from './exportFile.ts';
import { print } from './output.ts';
import { refuseUnwritable, replaceWhole } from './outputFile.ts';
import { refuseBadKey, refused, verify, withFiles } from './snapshotVerify.ts';

interface ExportOptions {
  readonly output: string;
  readonly table?: TableName;
  readonly key?: string;
}

/** @throws CommandError with exit code 1 for a snapshot that does not hold: nothing is written then. */
export async function exportTables(path: string, { output, table, key }: ExportOptions): Promise<void> {
  const format = formatOf(output);
  refuseBadKey(key);
  await refuseUnwritable(output);
  const input = await withFiles([path], ([bytes]) => verifiedInput(bytes as FileBytes, key));
  const written = new Map<string, number>();
  const tables = chosen(format, table, input).map((one) => counted(one, written));
  await replaceWhole(output, (beside) => writeFile(beside, encode(format, tables, input), { mode: 0o600, flag: 'wx' }));
  print([`${output}: from a snapshot that holds.`, ...[...written].map(([title, rows]) => `  ${title}: ${rows}`)].join('\n'));
}

function chosen(format: FileFormat, name: TableName | undefined, input: TableInput): Table[] {
  if (name === 'sample' && input.population.sample === undefined)
    throw new CommandError('The snapshot was made without a random sample.', {
      wayOut: 'Make one with `muster snapshot create --sample 25`.',
    });
  return name === undefined && format === 'xlsx' ? tablesOf(input) : [tableOf(name ?? 'register', input)];
}

async function verifiedInput(bytes: FileBytes, key: string | undefined): Promise<TableInput> {
  const verdict = await verify(bytes, key, undefined);
  if (verdict.refusal) throw refused(verdict.refusal);
  const host = createNodeHost();
  const opened = await openSnapshot(bytes, host);
  if (!opened.ok) throw refused(opened.error);
  const data = await readSnapshotData(opened.value, host);
  if (!data.ok) throw refused(data.error);
  const { manifest, fingerprint } = opened.value;
  const replayed = await replayFor(data.value, manifest, host.breathe);
  return {
    manifest,
    fingerprint,
    register: replayed.register,
    versions: new RecordVersions(data.value.records, manifest.place),
    population: await partOf<Population>(opened.value, 'population.json'),
    people: await partOf<People>(opened.value, 'people.json'),
    gaps: await partOf<Gaps>(opened.value, 'gaps.json'),
  };
}

/** A part that the verification has just computed again and found the same, so that its shape is known. */
async function partOf<Part>(open: OpenSnapshot, name: string): Promise<Part> {
  const part = open.parts.find((one) => one.name === name);
  const bytes = part && (await open.read(part));
  if (!bytes?.ok) throw new Error(`a verified snapshot has its ${name}`);
  return JSON.parse(fromUtf8(bytes.value)) as Part;
}

function encode(format: FileFormat, tables: readonly Table[], input: TableInput): AsyncIterable<Uint8Array> {
  const [first] = tables as [Table];
  switch (format) {
    case 'csv':
      return csvChunks(first);
    case 'json':
      return jsonChunks(first, aboutOf(input));
    case 'ndjson':
      return ndjsonChunks(first);
    case 'xlsx':
      return xlsxChunks([aboutTable(aboutOf(input)), ...tables], watermarkOf(input));
  }
}

/** Says how many rows were written, once they were. */
function counted(table: Table, written: Map<string, number>): Table {
  async function* rows(): AsyncGenerator<TableRow> {
    let count = 0;
    for await (const row of table.rows) {
      count++;
      yield row;
    }
    written.set(table.title, count);
  }
  return { ...table, rows: rows() };
}
