import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type OutboxItem, readOutboxUpdate } from '../../../sync-server/documents/outboxUpdate.ts';
import { LIMITS } from '../../../sync-server/websocket/limits.ts';
import { growthOfFourfold } from '../../support/growth.ts';
import { BINARY, binary, hostileUpdates, item, ORIGIN, updateOf, varUint } from '../../support/hostile/handMade.ts';

const idOf = (index: number): string => index.toString(16).padStart(64, '0');
const read = (update: Uint8Array): readonly OutboxItem[] | string => {
  const result = readOutboxUpdate(update);
  return result.ok ? result.value : result.error;
};

describe('an update of an outbox', () => {
  it('[HOS1] of 20,000 entries is read whole, those that it deletes left out', () => {
    const doc = new Y.Doc();
    const entries = doc.getMap<Uint8Array>('entries');
    doc.transact(() => {
      for (let index = 0; index < 20_000; index++) entries.set(idOf(index), new Uint8Array(300).fill(index));
    });
    const put = Y.encodeStateAsUpdate(doc);
    doc.transact(() => {
      for (let index = 0; index < 20_000; index += 2) entries.delete(idOf(index));
    });
    expect(read(put)).toHaveLength(20_000);
    expect(read(Y.encodeStateAsUpdate(doc))).toHaveLength(10_000);
    expect(read(Y.mergeUpdates([put, Y.encodeStateAsUpdate(doc)]))).toHaveLength(10_000);
  });

  it.each([...hostileUpdates()])('[HOS2] with %s is refused', (_family, updates) => {
    const kinds = ['not an update', 'too many structs', 'clock out of bounds', 'not an entry of the outbox'];
    expect(updates.map(read).filter((said) => !kinds.includes(said as string))).toEqual([]);
  });

  it('[HOS1] made to cost the square of its items is read in the time that its bytes take', () => {
    const updateFor = (share: number): Uint8Array => {
      const structs = Array.from({ length: 12_000 * share }, () => ({
        info: BINARY | ORIGIN,
        origin: [1, 0] as const,
        content: binary(new Uint8Array(70)),
      }));
      const first = { client: 1, clock: 0, structs: [item(idOf(1), new Uint8Array(70))] };
      return updateOf([{ client: 9, clock: 0, structs }, { client: 5, clock: 0, structs }, first]);
    };
    const updates = new Map([0.25, 1].map((share) => [share, updateFor(share)]));
    // Yjs takes half a minute for the whole: each item of the one client looks at all of the other.
    const growth = growthOfFourfold((share) => expect(read(updates.get(share) as Uint8Array)).toHaveLength(24_000 * share + 1));
    expect(growth).toBeLessThan(10);
  });

  it('[HOS2] has no more entries than may wait', () => {
    const structs = Array.from({ length: LIMITS.waitingEntries + 1 }, (_, index) => item(idOf(index), new Uint8Array(1)));
    expect(read(updateOf([{ client: 1, clock: 0, structs }]))).toBe('too many structs');
  });

  it('[HOS2] has a bounded number of structs and deletions, counted together', () => {
    const gc = Array.from({ length: LIMITS.outboxStructs / 2 }, () => ({ info: 0, content: varUint(1) }));
    const ranges = Array.from({ length: LIMITS.outboxStructs / 2 }, (_, index) => [index * 2, 1] as const);
    expect(read(updateOf([{ client: 1, clock: 0, structs: gc }]))).toEqual([]);
    expect(read(updateOf([{ client: 1, clock: 0, structs: gc }], [{ client: 1, ranges }]))).toBe('too many structs');
  });
});
