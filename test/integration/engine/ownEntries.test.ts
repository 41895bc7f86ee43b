import { describe, expect, test } from 'vitest';
import { type Device, openDevice } from '../../../renderer/engine/deviceKey.ts';
import { OwnEntries } from '../../../renderer/engine/ownEntries.ts';
import { type KeptEntry, StrictStore } from '../../../renderer/engine/strictStore.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { outboxEntries } from '../../../shared/documents/outboxDocument.ts';
import { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import { type Act, encodeLedgerValue, parseEntry } from '../../../shared/model/entry.ts';
import type { Anchor, EntryId, Place, SpaceId } from '../../../shared/model/ids.ts';
import { testHost } from './testHost.ts';

const SPACE = 'a'.repeat(32) as SpaceId;
const ANCHOR = 'b'.repeat(32) as Anchor;
const setName = (value: string): Act => ({ kind: 'set', anchors: [ANCHOR], field: 'name', value });

interface Desk {
  readonly device: Device;
  readonly store: StrictStore;
  readonly ledger: LedgerState;
  readonly own: OwnEntries;
  close(): void;
}

async function desk(profile: string, ledger = new LedgerState({ space: SPACE })): Promise<Desk> {
  const host = testHost(profile);
  const [device, store] = await Promise.all([openDevice(host, SPACE), StrictStore.open(host, SPACE)]);
  const own: OwnEntries = new OwnEntries({
    store,
    signer: device.signer,
    space: SPACE,
    instant: () => toInstant(Date.now()),
    ledger,
    words: (acts) => acts.map(({ kind }) => kind),
    onWaiting: (entries) => void ledger.setOutbox(entries),
  });
  await own.restore();
  const close = (): void => {
    own.close();
    store.close();
    device.close();
  };
  return { device, store, ledger, own, close };
}

const seen = ({ ledger }: Desk) => ({ epoch: ledger.epoch, place: ledger.place, root: ledger.root });

async function say(desk: Desk, value: string): Promise<EntryId> {
  const done = await desk.own.commit([setName(value)], seen(desk), `name ${value}`);
  if (!done.ok) throw new Error(done.error.message);
  return done.value.entries[0] as EntryId;
}

/** The server gives an entry the next place. */
function place({ ledger, store, own }: Desk, id: EntryId): void {
  const value = encodeLedgerValue((store.entries.get(id) as KeptEntry).bytes, { at: toInstant(Date.now()) });
  ledger.append([{ place: (ledger.place + 1) as Place, value }]);
  own.ledgerGrew();
}

const prevOf = (kept: KeptEntry | undefined): string | null | undefined => {
  const parsed = kept && parseEntry(kept.bytes);
  return parsed?.ok ? parsed.value.prev : undefined;
};

const valuesOf = (kept: Iterable<KeptEntry>): unknown[] =>
  [...kept].map(({ bytes }) => {
    const parsed = parseEntry(bytes);
    return parsed.ok && parsed.value.acts[0]?.kind === 'set' ? parsed.value.acts[0].value : undefined;
  });

describe('what this device says', () => {
  test('[ENG1] an edit is in the strict store before it is in the outbox', async () => {
    const one = await desk('strict-first');
    const order: string[] = [];
    const write = one.store.write.bind(one.store);
    one.store.write = async (change) => {
      order.push(`outbox ${outboxEntries(one.own.outbox).size} before the write`);
      await write(change);
      order.push(`outbox ${outboxEntries(one.own.outbox).size} after the write`);
    };
    const id = await say(one, 'first');
    expect(order).toEqual(['outbox 0 before the write', 'outbox 0 after the write']);
    expect([...outboxEntries(one.own.outbox).keys()]).toEqual([id]);
    one.close();
  });

  test('[ENG1] an edit that the disk refuses is not made', async () => {
    const one = await desk('disk-full');
    one.store.write = () => Promise.reject(new Error('quota'));
    const done = await one.own.commit([setName('lost')], seen(one), 'lost');
    expect(done).toMatchObject({ ok: false, error: { code: 'storage' } });
    expect(outboxEntries(one.own.outbox).size).toBe(0);
    expect(one.own.waiting).toBe(0);
    one.close();
  });

  test('[ENG2] what the ledger does not hold is offered again after a restart; what it holds on disk leaves the store', async () => {
    const before = await desk('restart');
    const placed = await say(before, 'placed');
    const waiting = await say(before, 'waiting');
    place(before, placed);
    expect(before.own.waiting).toBe(1);
    expect(before.store.entries.has(placed)).toBe(true);
    before.close();

    const after = await desk('restart', before.ledger);
    expect([...after.store.entries.keys()]).toEqual([waiting]);
    expect([...outboxEntries(after.own.outbox).keys()]).toEqual([waiting]);
    expect(prevOf(after.store.entries.get(await say(after, 'next')))).toBe(waiting);
    after.close();
  });

  test('[ENG3] a refused entry is set aside, and what was said after it is signed again without it', async () => {
    const one = await desk('refused');
    const [first, bad, , last] = [await say(one, '1'), await say(one, 'bad'), await say(one, '2'), await say(one, '3')];
    const refused = await one.own.refuse('not canonical', bad);
    expect(refused?.refused?.reason).toBe('not canonical');
    expect(one.own.refused.map(({ id, label }) => [id, label])).toEqual([[bad, 'name bad']]);

    const waiting = [...one.store.entries.values()].filter((entry) => !entry.refused).sort((a, b) => a.order - b.order);
    expect(valuesOf(waiting)).toEqual(['1', '2', '3']);
    expect(waiting.map(prevOf)).toEqual([null, first, waiting[1]?.id]);
    expect(waiting.map(({ id }) => id)).not.toContain(last);
    expect([...outboxEntries(one.own.outbox).keys()].sort()).toEqual(waiting.map(({ id }) => id).sort());
    expect(one.store.head).toBe(waiting[2]?.id);

    await one.own.dismiss(bad);
    expect(one.own.refused).toEqual([]);
    one.close();
  });

  test('[ENG3] an entry whose prev the server does not know is signed once more on the last placed one', async () => {
    const one = await desk('unknown-prev');
    const placed = await say(one, 'placed');
    place(one, placed);
    const lost = await say(one, 'a');
    expect(await one.own.refuse('unknown prev', lost)).toBeUndefined();
    const again = [...one.store.entries.values()].find((entry) => entry.signedAgain);
    expect(prevOf(again)).toBe(placed);
    expect((await one.own.refuse('unknown prev', again?.id as EntryId))?.refused?.reason).toBe('unknown prev');
    expect(one.own.waiting).toBe(0);
    one.close();
  });

  test('[ENG4] undo steps follow entries that were signed again and forget refused ones', async () => {
    const one = await desk('undo-steps');
    const [bad] = [await say(one, 'bad'), await say(one, 'good')];
    await one.own.refuse('not an entry', bad);
    const [kept] = [...one.store.entries.values()].filter((entry) => !entry.refused);
    expect(one.store.steps.map(({ label, acts }) => [label, acts])).toEqual([['name good', [{ entry: kept?.id, act: 0 }]]]);
    one.close();
  });

  test('[ENG1] a change of more than 500 acts is several entries of one group, each on the one before', async () => {
    const one = await desk('bulk');
    const acts = Array.from({ length: 1_201 }, (_, index) => setName(`n${index}`));
    const done = await one.own.commit(acts, seen(one), 'bulk');
    expect(done.ok && done.value.entries.length).toBe(3);
    const kept = [...one.store.entries.values()].sort((a, b) => a.order - b.order);
    expect(kept.map(prevOf)).toEqual([null, kept[0]?.id, kept[1]?.id]);
    expect(one.store.steps[0]?.acts.length).toBe(1_201);
    one.close();
  });
});
