import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { outboxEntries } from '../../../shared/documents/outboxDocument.ts';
import { readOutboxUpdate } from '../../../sync-server/documents/outboxUpdate.ts';
import { mutated } from '../../support/hostile/mutated.ts';
import { OutboxWorld } from '../../support/hostile/outboxWorld.ts';
import { Random } from '../ledger/random.ts';

const START = Number(process.env.MUSTER_SEED ?? Date.now() % 1_000_000);
const WORLDS = 120;
const MUTATED = 20_000;

const seeds = (count: number): number[] => Array.from({ length: count }, (_, index) => START + index);

function entriesOf(update: Uint8Array): Map<string, Uint8Array> {
  const read = readOutboxUpdate(update);
  if (!read.ok) throw new Error(read.error);
  return new Map(read.value.map(({ key, bytes }) => [key, bytes]));
}

function appliedTo(doc: Y.Doc, update: Uint8Array): Map<string, Uint8Array> {
  Y.applyUpdate(doc, update);
  return outboxEntries(doc);
}

const sorted = (entries: ReadonlyMap<string, Uint8Array>): string[] =>
  [...entries].map(([key, bytes]) => `${key} ${Buffer.from(bytes).toString('hex')}`).sort();

describe(`of seed ${START}`, () => {
  it('[HOS1] whatever stock clients write of an outbox is read to the entries that Yjs shows', () => {
    let shown = 0;
    for (const seed of seeds(WORLDS)) {
      const world = new OutboxWorld(new Random(seed));
      world.play(60);
      for (const session of world.sessions) {
        const update = Y.encodeStateAsUpdate(session);
        const read = entriesOf(update);
        expect([seed, sorted(read)]).toEqual([seed, sorted(appliedTo(new Y.Doc(), update))]);
        shown += read.size;
      }
    }
    expect(shown).toBeGreaterThan(WORLDS);
  });

  it('[HOS1] parts, differences and merged updates with holes are read; nothing is found that was not put, and nothing that is left is missed', () => {
    for (const seed of seeds(WORLDS)) {
      const random = new Random(seed);
      const world = new OutboxWorld(random);
      world.play(60);
      for (let times = 0; times < 20; times++) {
        for (const [key, bytes] of entriesOf(world.someUpdate())) expect([seed, world.everPut.get(key)]).toEqual([seed, bytes]);
      }
      const found = new Set(world.updates.flatMap((update) => [...entriesOf(update).keys()]));
      const all = new Y.Doc();
      for (const update of random.shuffled(world.updates)) Y.applyUpdate(all, update);
      expect([seed, [...outboxEntries(all).keys()].filter((key) => !found.has(key))]).toEqual([seed, []]);
    }
  });

  it('[HOS2] of mutated updates, what the reader takes Yjs applies too, into nothing but the entries', () => {
    const random = new Random(START);
    const outcomes: Record<string, number> = {};
    let world = new OutboxWorld(random);
    world.play(40);
    let slowest = 0;
    for (let count = 0; count < MUTATED; count++) {
      if (count % 200 === 0) {
        world = new OutboxWorld(random);
        world.play(20 + random.below(40));
      }
      const update = mutated(random, world.someUpdate(), world.someUpdate());
      const started = performance.now();
      const read = readOutboxUpdate(update);
      slowest = Math.max(slowest, performance.now() - started);
      outcomes[read.ok ? 'taken' : read.error] = (outcomes[read.ok ? 'taken' : read.error] ?? 0) + 1;
      if (read.ok) expectHarmless(update, read.value.length);
    }
    process.stdout.write(`mutated updates of seed ${START}: ${JSON.stringify(outcomes)}, slowest read ${slowest.toFixed(1)} ms\n`);
    expect(outcomes.taken).toBeGreaterThan(MUTATED / 100);
    expect(outcomes['not an update']).toBeGreaterThan(MUTATED / 100);
    expect(outcomes['not an entry of the outbox']).toBeGreaterThan(MUTATED / 100);
  });
});

function expectHarmless(update: Uint8Array, read: number): void {
  const doc = new Y.Doc();
  const hex = (): string => Buffer.from(update).toString('hex');
  try {
    Y.applyUpdate(doc, update);
  } catch (error) {
    throw new Error(`Yjs does not apply ${hex()}: ${String(error)}`);
  }
  const roots = [...doc.share.keys()].filter((root) => root !== 'entries');
  const strange = [...doc.getMap('entries').entries()].filter(
    ([key, value]) => !(value instanceof Uint8Array) || !/^[0-9a-f]{64}$/.test(key),
  );
  const pending = doc.store.pendingStructs?.update.length ?? 0;
  expect([hex(), roots, strange]).toEqual([hex(), [], []]);
  expect(pending).toBeLessThan(2 * update.length + 1_000);
  expect(read).toBeGreaterThanOrEqual(outboxEntries(doc).size);
}
