import * as Y from 'yjs';
import { utf8 } from '../../shared/base/bytes.ts';
import { appendLedgerValues } from '../../shared/documents/ledgerDocument.ts';
import { eachRecord, needsNewEpoch, putRecords, shardOf, shardsFor, structCount } from '../../shared/documents/sourceDocument.ts';
import type { Place } from '../../shared/model/ids.ts';
import { encodeRecord } from '../../shared/model/record.ts';
import { type EncodedRecord, encodedEstate, estateRecord } from './estate.ts';
import { type Figure, figure, liveBytes, median } from './measure.ts';

/** Documents alone, against `JSON.parse` of the same data. */
export async function benchDocuments(count: number): Promise<Figure[]> {
  const records = encodedEstate(count);
  const json = `[${records.map(({ bytes }) => new TextDecoder().decode(bytes)).join(',')}]`;
  const updates = shardUpdates(records);
  const parse = await median(3, () => JSON.parse(json));
  const load = await median(3, () => updates.map(loaded));
  const encoded = updates.reduce((sum, update) => sum + update.length, 0);
  return [
    figure(
      `documents loaded ÷ JSON.parse (${count} identities)`,
      load / parse,
      '×',
      { most: 1.2 },
      `${load.toFixed(0)} ms ÷ ${parse.toFixed(0)} ms`,
    ),
    figure('encoded source documents ÷ plain JSON', encoded / utf8(json).length, '×', { most: 2 }),
    heapFigure(json, updates),
  ];
}

function heapFigure(json: string, updates: readonly Uint8Array[]): Figure {
  const before = liveBytes();
  const docs = updates.map(loaded);
  const documents = liveBytes() - before;
  const middle = liveBytes();
  const parsed: unknown = JSON.parse(json);
  const plain = liveBytes() - middle;
  if (docs.length === 0 || parsed === undefined) throw new Error('nothing was measured');
  return figure('heap and external of the documents ÷ of the parsed JSON', documents / plain, '×', { most: 1.5 });
}

export function shardUpdates(records: readonly EncodedRecord[]): Uint8Array[] {
  const shards = shardsFor(records.length);
  const docs = Array.from({ length: shards }, () => new Y.Doc());
  const parts = Array.from({ length: shards }, (): EncodedRecord[] => []);
  for (const record of records) parts[shardOf(record.externalId, shards)]?.push(record);
  for (const [shard, doc] of docs.entries()) putRecords(doc, parts[shard] ?? []);
  return docs.map((doc) => Y.encodeStateAsUpdate(doc));
}

function loaded(update: Uint8Array): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  doc.getMap('records');
  return doc;
}

/** 1,000 passes that change one record in a hundred, over 10,000 records, with epochs as the runner starts them. */
export function benchPasses(passes: number, records: number): Figure[] {
  let doc = new Y.Doc();
  putRecords(doc, encodedEstate(records));
  const plain = Y.encodeStateAsUpdate(doc).length;
  for (let pass = 1; pass <= passes; pass++) {
    const changed = Array.from({ length: records / 100 }, (_, index) => estateRecord((pass * 97 + index * 101) % records, pass));
    putRecords(
      doc,
      changed.map((record) => ({ externalId: record.externalId, bytes: encodeRecord(record) })),
    );
    if (needsNewEpoch(structCount(doc), records)) doc = copied(doc);
  }
  const structs = structCount(doc);
  return [
    figure(`encoded after ${passes} passes of 1 % over ${records} records ÷ before`, Y.encodeStateAsUpdate(doc).length / plain, '×', {
      most: 1.3,
    }),
    figure('structs then ÷ (2 × live + 5,000)', structs / (2 * records + 5_000), '×', { most: 1 }),
  ];
}

function copied(doc: Y.Doc): Y.Doc {
  const next = new Y.Doc();
  putRecords(next, [...eachRecord(doc)]);
  return next;
}

/** One append at 160,000 entries against one at 1,000, in the document. */
export async function benchLedgerDocument(): Promise<Figure[]> {
  const value = new Uint8Array(350).fill(7);
  const doc = new Y.Doc();
  let place = 0;
  const append = (count: number): void => {
    for (let index = 0; index < count; index++) appendLedgerValues(doc, [{ place: ++place as Place, value }]);
  };
  append(1_000);
  const early = await median(5, () => append(200));
  append(160_000 - place);
  const late = await median(5, () => append(200));
  return [
    figure('ledger document append at 160,000 ÷ at 1,000', late / early, '×', { most: 2 }, `${((late / 200) * 1_000).toFixed(1)} µs`),
  ];
}
