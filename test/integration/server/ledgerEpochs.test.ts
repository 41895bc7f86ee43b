import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { utf8 } from '../../../shared/base/bytes.ts';
import { type HashHex, hashText } from '../../../shared/base/hash.ts';
import type { Instant } from '../../../shared/base/time.ts';
import { putRestore, putSegment, putSpace, readRestores, readSegments } from '../../../shared/documents/catalogDocument.ts';
import { ledgerPlaces, ledgerValueAt } from '../../../shared/documents/ledgerDocument.ts';
import type { EntryId, Place } from '../../../shared/model/ids.ts';
import { LedgerDocuments } from '../../../sync-server/documents/ledgerDocuments.ts';
import { LedgerRows } from '../../../sync-server/documents/ledgerRows.ts';
import { MemoryStorage } from '../../../sync-server/storage/memoryStorage.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const rowOf = (epoch: number, place: number) => ({
  epoch,
  place: place as Place,
  id: hashText(`${epoch}/${place}`) as EntryId,
  value: utf8(`${epoch}/${place}`),
});
const LIMITS = { entries: 10, bytes: 1_000_000 };

/** 14 entries, cut at 12; up to 15 in epoch 5, of which nothing came into epoch 7; up to 27 in epoch 9. Rows past a cut are there too. */
async function restoredThreeTimes(): Promise<{ storage: MemoryStorage; rows: LedgerRows }> {
  const storage = new MemoryStorage();
  const entries = [
    ...range(1, 14).map((n) => rowOf(0, n)),
    ...range(13, 17).map((n) => rowOf(5, n)),
    ...range(16, 27).map((n) => rowOf(9, n)),
  ];
  await storage.write({ entries });
  const restores = [
    { epoch: 5, at: 12 },
    { epoch: 7, at: 15 },
    { epoch: 9, at: 15 },
  ];
  return { storage, rows: new LedgerRows(storage, restores) };
}

it('[DUR30] rows are read over all epochs, each up to its cut, in pages of any size', async () => {
  const { rows } = await restoredThreeTimes();
  const epochOf = (place: number): number => (place <= 12 ? 0 : place <= 15 ? 5 : 9);
  const expected = range(1, 27).map((place) => `${epochOf(place)}/${place}`);
  for (const size of [1, 4, 13, 27, 100]) {
    const read: string[] = [];
    for (let from = 1; ; from += size) {
      const page = await rows.entries(from, size);
      read.push(...page.map(({ epoch, place }) => `${epoch}/${place}`));
      if (page.length < size) break;
    }
    expect(read).toEqual(expected);
  }
  expect(rows.epoch).toBe(9);
});

it('[DUR31] a cut seals the segment, each epoch has its first segment, and what is built again is the same bytes', async () => {
  const { rows } = await restoredThreeTimes();
  const [grouped, single] = [new LedgerDocuments(rows, LIMITS), new LedgerDocuments(rows, LIMITS)];
  grouped.append(await rows.entries(1, 100));
  for (const row of await rows.entries(1, 100)) single.append([row]);
  for (const documents of [grouped, single]) documents.openEpochs();
  expect(single.catalog()).toEqual(grouped.catalog());
  expect(grouped.catalog().map(({ epoch, n, from, sealed }) => [epoch, n, from, sealed])).toEqual([
    [0, 0, 1, true],
    [0, 1, 11, true],
    [5, 0, 13, true],
    [7, 0, 16, true],
    [9, 0, 16, true],
    [9, 1, 26, false],
  ]);
  const places = async (epoch: number, n: number) => ledgerPlaces((await grouped.document(epoch, n))?.doc ?? new Y.Doc());
  expect(await places(0, 1)).toEqual([11, 12]);
  expect(await places(5, 0)).toEqual([13, 14, 15]);
  expect(await places(7, 0)).toEqual([]);
  const before = (await single.document(5, 0))?.doc ?? new Y.Doc();
  grouped.forgetIdle();
  const rebuilt = (await grouped.document(5, 0))?.doc ?? new Y.Doc();
  expect(Y.encodeStateAsUpdate(rebuilt)).toEqual(Y.encodeStateAsUpdate(before));
  expect(ledgerValueAt(rebuilt, 13)).toEqual(utf8('5/13'));
  expect(await grouped.document(5, 1)).toBeUndefined();
});

it('[DUR31] an epoch without an entry has an open segment, where its first entry goes', async () => {
  const storage = new MemoryStorage();
  await storage.write({ entries: range(1, 10).map((n) => rowOf(0, n)) });
  const rows = new LedgerRows(storage, [{ epoch: 3, at: 10 }]);
  const documents = new LedgerDocuments(rows, LIMITS);
  documents.append(await rows.entries(1, 100));
  documents.openEpochs();
  expect(documents.catalog().at(-1)).toEqual({ epoch: 3, n: 0, from: 11, sealed: false });
  expect(documents.append([rowOf(3, 11)])).toBe(false);
  expect(ledgerValueAt((await documents.document(3, 0))?.doc ?? new Y.Doc(), 11)).toEqual(utf8('3/11'));
});

it('[DUR31] what an earlier restore of the same space left in the catalog of a device does not count', () => {
  const doc = new Y.Doc();
  const restore = { at: 10, root: hashText('root') as HashHex, time: '2026-03-01T10:00:00Z' as Instant, signature: 's' };
  for (const epoch of [0, 4, 6]) putSegment(doc, { epoch, n: 0, from: epoch === 0 ? 1 : 11, sealed: epoch === 0 });
  for (const epoch of [4, 6]) putRestore(doc, { ...restore, epoch });
  expect(readSegments(doc).map(({ epoch }) => epoch)).toEqual([0, 4, 6]);
  putSpace(doc, { space: 's', serverKey: 'k', epoch: 6, name: '', version: '', epochs: [0, 6] });
  expect(readSegments(doc).map(({ epoch }) => epoch)).toEqual([0, 6]);
  expect(readRestores(doc).map(({ epoch }) => epoch)).toEqual([6]);
});
