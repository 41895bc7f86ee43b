import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { utf8 } from '../../../shared/base/bytes.ts';
import { hashText } from '../../../shared/base/hash.ts';
import { ledgerValueAt } from '../../../shared/documents/ledgerDocument.ts';
import type { EntryId, Place } from '../../../shared/model/ids.ts';
import { LedgerDocuments } from '../../../sync-server/documents/ledgerDocuments.ts';
import { LedgerRows } from '../../../sync-server/documents/ledgerRows.ts';
import { MemoryStorage } from '../../../sync-server/storage/memoryStorage.ts';

const valueAt = (place: number) => ({ place: place as Place, value: utf8(`value ${place}`) });
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

it('[SYN30] [SYN9] segments are sealed at their bound, in the same places however the commits were grouped', async () => {
  const storage = new MemoryStorage();
  await storage.write({
    entries: range(1, 25).map((place) => ({ epoch: 0, id: hashText(String(place)) as EntryId, ...valueAt(place) })),
  });
  const rows = new LedgerRows(storage, []);
  const limits = { entries: 10, bytes: 1_000_000 };
  const [grouped, single] = [new LedgerDocuments(rows, limits), new LedgerDocuments(rows, limits)];
  expect(grouped.append(range(1, 25).map(valueAt))).toBe(true);
  for (const place of range(1, 25)) single.append([valueAt(place)]);
  expect(grouped.catalog()).toEqual(single.catalog());
  expect(grouped.catalog().map(({ from, sealed }) => [from, sealed])).toEqual([
    [1, true],
    [11, true],
    [21, false],
  ]);
  for (const n of [0, 1, 2]) {
    const [one, other] = [await grouped.document(0, n), await single.document(0, n)];
    if (!one || !other) throw new Error('no segment');
    expect(Y.encodeStateAsUpdate(one.doc)).toEqual(Y.encodeStateAsUpdate(other.doc));
    grouped.forgetIdle();
    const rebuilt = await grouped.document(0, n);
    expect(rebuilt && Y.encodeStateAsUpdate(rebuilt.doc)).toEqual(Y.encodeStateAsUpdate(other.doc));
  }
  const second = await grouped.document(0, 1);
  expect(second && ledgerValueAt(second.doc, 11)).toEqual(utf8('value 11'));
  expect(await grouped.document(0, 3)).toBeUndefined();
});
