import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { utf8 } from '../../shared/base/bytes.ts';
import { deriveParts } from '../../shared/snapshot/derive.ts';
import type { RecordLine, Series, StatusLine } from '../../shared/snapshot/format.ts';
import { encodeLedgerFrame, encodeRecordLine, encodeStatusLine } from '../../shared/snapshot/recordLines.ts';
import type { DerivedPart, Replayed, SnapshotData } from '../../shared/snapshot/replayed.ts';
import { SeriesParts } from '../../shared/snapshot/series.ts';
import { SnapshotWriter } from '../../shared/snapshot/snapshotWriter.ts';
import { nodePacking } from './nodeHost.ts';
import { readme } from './readme.ts';
import { replayFor } from './recompute.ts';
import { type Reported, reportParts } from './reportParts.ts';
import { ResultFile } from './resultFile.ts';
import { type SnapshotOrder, WORK } from './snapshotOrder.ts';
import { readLedger, readRecords, readStatuses } from './workingFiles.ts';

export interface Making {
  /** The server's signature over exactly these bytes of a manifest (FORMAT.md, 2). */
  readonly sign: (manifest: Uint8Array) => Promise<Uint8Array>;
  /** @param done 0 to 1. */
  readonly tell: (what: string, done: number) => void;
}

/** Shares of the work, as they are on a register of 100,000 identities. */
const DONE = { read: 0.1, replayed: 0.45, packed: 0.6, derived: 0.8, reported: 0.95 } as const;
const PURPOSE_BYTES = utf8('muster/snapshot/1\0').length;

/** From the working files to the result, in memory as far as the register itself needs it. @returns the bytes of the result. */
export async function makeSnapshot(order: SnapshotOrder, making: Making): Promise<number> {
  making.tell('Reading it back', 0);
  const data = await readData(order);
  const replayed = await replay(order, data, making);
  const result = await ResultFile.create(join(order.folder, WORK.result));
  const made = { draft: order.draft, data, replayed };
  await (order.format === 'report' ? writeReport(made, result, making) : writeSnapshot(made, result, making));
  return result.end();
}

/** What everything else follows from. */
type Made = Omit<Reported, 'derived'>;

function replay({ draft }: SnapshotOrder, data: SnapshotData, { tell }: Making): Promise<Replayed> {
  const total = Math.max(1, data.ledger.length + data.records.length + data.statuses.length);
  const share = DONE.replayed - DONE.read;
  return replayFor(data, draft, nextTurn, (done) => tell('Computing the register', DONE.read + (done / total) * share));
}

async function writeReport(made: Made, result: ResultFile, { tell }: Making): Promise<void> {
  tell('Computing the findings', DONE.packed);
  const derived: DerivedPart[] = [];
  for await (const part of deriveParts(made.replayed, made.draft, made.data, nextTurn)) if (isShown(part)) derived.push(part);
  tell('Writing the report', DONE.derived);
  for await (const bytes of reportParts({ ...made, derived })) await result.write(bytes);
}

async function writeSnapshot(made: Made, result: ResultFile, { sign, tell }: Making): Promise<void> {
  const { draft } = made;
  const writer = new SnapshotWriter({ sink: result.write, ...nodePacking });
  await writer.part('README.txt', utf8(readme(draft)));
  await writeSources(writer, made.data, tell);
  const derived = await writeDerived(writer, made, tell);
  tell('Writing the report', DONE.derived);
  const report: Uint8Array[] = [];
  for await (const bytes of reportParts({ ...made, derived })) report.push(bytes);
  await writer.part('report.html', Buffer.concat(report));
  tell('Signing', DONE.reported);
  await writer.finish(draft, (message) => sign(message.subarray(PURPOSE_BYTES)));
}

/** @returns the parts that the report shows as they are; the others are far larger, and one of them is held at a time. */
async function writeDerived(writer: SnapshotWriter, { draft, data, replayed }: Made, tell: Making['tell']): Promise<DerivedPart[]> {
  const shown: DerivedPart[] = [];
  let done: number = DONE.packed;
  tell('Computing the findings', DONE.packed);
  for await (const part of deriveParts(replayed, draft, data, nextTurn)) {
    // How many parts there will be is not known: each takes a tenth of what is left.
    done += (DONE.derived - done) / 10;
    tell(`Writing ${part.name}`, done);
    await writer.part(part.name, part.bytes);
    if (isShown(part)) shown.push(part);
  }
  return shown;
}

const isShown = ({ name }: DerivedPart): boolean => name.endsWith('.json');

async function readData({ folder, draft }: SnapshotOrder): Promise<SnapshotData> {
  return {
    space: draft.space,
    restores: draft.restores,
    ledger: await allOf(readLedger(folder)),
    records: await allOf(readRecords(folder)),
    statuses: await allOf(readStatuses(folder)),
  };
}

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function writeSources(writer: SnapshotWriter, { ledger, records, statuses }: SnapshotData, tell: Making['tell']): Promise<void> {
  const step = (DONE.packed - DONE.replayed) / 2;
  tell('Packing the ledger', DONE.replayed);
  await writeSeries(writer, 'ledger', ledger, encodeLedgerFrame);
  tell('Packing what sources said', DONE.replayed + step);
  await writeSeries<RecordLine>(writer, 'records', records, encodeRecordLine);
  await writeSeries<StatusLine>(writer, 'statuses', statuses, encodeStatusLine);
}

async function writeSeries<T>(writer: SnapshotWriter, series: Series, items: readonly T[], encode: (item: T) => Uint8Array): Promise<void> {
  const parts = new SeriesParts(series);
  for (const item of items) {
    const part = parts.add(encode(item));
    if (part) await writer.part(part.name, part.bytes);
  }
  const last = parts.end();
  if (last) await writer.part(last.name, last.bytes);
}
