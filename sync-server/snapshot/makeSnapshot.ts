import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { utf8 } from '../../shared/base/bytes.ts';
import { deriveParts } from '../../shared/snapshot/derive.ts';
import type { RecordLine, Series, StatusLine } from '../../shared/snapshot/format.ts';
import { encodeLedgerFrame, encodeRecordLine, encodeStatusLine } from '../../shared/snapshot/recordLines.ts';
import type { DerivedPart, SnapshotData } from '../../shared/snapshot/replayed.ts';
import { SeriesParts } from '../../shared/snapshot/series.ts';
import { SnapshotWriter } from '../../shared/snapshot/snapshotWriter.ts';
import { nodePacking } from './nodeHost.ts';
import { readme } from './readme.ts';
import { replayFor } from './recompute.ts';
import { reportParts } from './reportParts.ts';
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
export async function makeSnapshot(order: SnapshotOrder, { sign, tell }: Making): Promise<number> {
  const { folder, draft, format } = order;
  tell('Reading it back', 0);
  const data = await readData(order);
  tell('Computing the register', DONE.read);
  const total = data.ledger.length + data.records.length + data.statuses.length;
  const replayed = await replayFor(data, draft, nextTurn, (done) =>
    tell('Computing the register', DONE.read + (done / Math.max(1, total)) * (DONE.replayed - DONE.read)),
  );
  const derived = deriveParts(replayed, draft, data, nextTurn);
  const result = await ResultFile.create(join(folder, WORK.result));
  if (format === 'report') {
    const parts = await collected(derived, tell);
    for await (const bytes of reportParts({ data, draft, replayed, derived: parts })) await result.write(bytes);
    return result.end();
  }
  const writer = new SnapshotWriter({ sink: result.write, ...nodePacking });
  await writer.part('README.txt', utf8(readme(draft)));
  await writeSources(writer, data, tell);
  const kept: DerivedPart[] = [];
  for await (const part of derived) {
    tell('Writing the register', DONE.packed);
    await writer.part(part.name, part.bytes);
    if (isShown(part)) kept.push(part);
  }
  tell('Writing the report', DONE.derived);
  const report: Uint8Array[] = [];
  for await (const bytes of reportParts({ data, draft, replayed, derived: kept })) report.push(bytes);
  if (report.length > 0) await writer.part('report.html', Buffer.concat(report));
  tell('Signing', DONE.reported);
  await writer.finish(draft, (message) => sign(message.subarray(PURPOSE_BYTES)));
  return result.end();
}

/** The parts that the report shows as they are; the others are far larger. */
const isShown = ({ name }: DerivedPart): boolean => name.endsWith('.json');

async function collected(derived: AsyncIterable<DerivedPart>, tell: Making['tell']): Promise<DerivedPart[]> {
  const parts: DerivedPart[] = [];
  for await (const part of derived) {
    tell('Computing the findings', DONE.packed);
    if (isShown(part)) parts.push(part);
  }
  tell('Writing the report', DONE.derived);
  return parts;
}

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
