import { describe, expect, it } from 'vitest';
import type { Json } from '../../../shared/base/json.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { anchorOf, type ExternalId, type SourceId } from '../../../shared/model/ids.ts';
import { clockAt, Replay } from '../../../shared/snapshot/replay.ts';
import { device } from '../ledger/ledgerBuilder.ts';
import { ReplayWorld, SOURCES, START } from './replayWorld.ts';

const seeds = Array.from({ length: Number(process.env.FUZZ_ROUNDS ?? 12) }, (_, index) => Number(process.env.FUZZ_SEED ?? 500) + index);

function lived(seed: number, steps = 120): ReplayWorld {
  const world = new ReplayWorld(seed);
  for (let index = 0; index < steps; index++) world.step();
  world.register.setNow(clockAt(world.data, world.ledger.place));
  world.dumps.push(world.register.dump());
  return world;
}

const dumpAt = async (replay: Replay, world: ReplayWorld, place: number): Promise<string> =>
  (await replay.at(place, clockAt(world.data, place))).register.dump();

describe('a replay', () => {
  it.each(seeds)('[SNP21] is at every place the register that lived through it, byte for byte (seed %i)', async (seed) => {
    const world = lived(seed);
    const replay = new Replay(world.data);
    for (const [index, dump] of world.dumps.entries()) expect(JSON.parse(await dumpAt(replay, world, index + 1))).toEqual(JSON.parse(dump));
    expect(world.dumps.length).toBe(world.ledger.place);
    expect(Math.max(...world.dumps.map((dump) => JSON.parse(dump).length))).toBeGreaterThan(5);
  });

  it.each(seeds)('[SNP22] gives the same bytes forward, backward and anew (seed %i)', async (seed) => {
    const world = lived(seed);
    const replay = new Replay(world.data);
    const last = world.ledger.place;
    for (const place of [3, last, Math.floor(last / 2), Math.floor(last / 2) + 2, last - 1, last]) {
      const dump = await dumpAt(replay, world, place);
      expect(dump).toBe(await dumpAt(new Replay(world.data), world, place));
    }
  });

  it('[SNP21] knows of restores: what was seen of the ledger that is gone counts only up to the cut', async () => {
    const world = new ReplayWorld(601);
    world.observe();
    const anchors = [anchorOf(SOURCES[0] as SourceId, 'id0' as ExternalId)];
    const own = (value: string, by: string, seen?: number) =>
      world.server.place(device(by), [{ kind: 'set', anchors, field: 'owner', value }], { epoch: 0, ...(seen ? { seen } : {}) });
    own('Payments', 'A');
    const cut = world.server.values.length;
    own('Lost', 'A');
    world.ledger.append(world.server.values);
    world.server.values.length = cut;
    const restores = [{ epoch: 1, at: cut }];
    for (const state of [world.server.state, world.ledger]) world.register.ledgerChanged(state.setRestores(restores).change);
    world.put(SOURCES[0] as SourceId, { ...world.record(), type: 'identity', externalId: 'id0' as ExternalId });
    own('Platform', 'B', 2);
    own('Data', 'A', cut + 1);
    world.register.ledgerChanged(world.ledger.append(world.server.values));
    world.register.setNow(world.now);
    const data = { ...world.data, restores };
    const replay = new Replay(data);
    await replay.at(cut, world.now);
    const { register, ledger } = await replay.at(world.ledger.place, world.now);
    expect(register.dump()).toBe(world.register.dump());
    expect(ledger.root).toBe(world.ledger.root);
    expect(register.ids({ text: 'is:conflict', sort: [] })).toHaveLength(1);
  });

  it('takes no word of a source that it cannot read: what the source said before goes on to hold', async () => {
    const world = lived(503);
    const { data } = world;
    const place = world.ledger.place;
    const line = (source: SourceId, status: Json) => ({ at: toInstant(START), place, source, status });
    const statuses = [...data.statuses, ...SOURCES.map((source) => line(source, { source, label: 7 })), line('new' as SourceId, [])];
    expect(await dumpAt(new Replay({ ...data, statuses }), world, place)).toBe(world.dumps.at(-1));
  });

  it('[SNP24] answers a query as the register did then', async () => {
    const world = new ReplayWorld(77);
    const said: { place: number; ids: readonly string[]; counts: unknown }[] = [];
    for (let index = 0; index < 150; index++) {
      world.step();
      if (index % 30 !== 29) continue;
      const place = world.ledger.place;
      world.register.setNow(clockAt(world.data, place));
      said.push({ place, ids: world.register.ids({ text: 'owner:none', sort: [] }), counts: world.register.counts() });
      world.act([{ kind: 'comment', anchors: ['d'.repeat(32) as never], text: 'the next place' }]);
    }
    const replay = new Replay(world.data);
    for (const { place, ids, counts } of said) {
      const { register } = await replay.at(place, clockAt(world.data, place));
      expect(register.ids({ text: 'owner:none', sort: [] })).toEqual(ids);
      expect(register.counts()).toEqual(counts);
    }
    expect(said.some(({ ids }) => ids.length > 0)).toBe(true);
  });

  it('[SNP29] that is cancelled ends at once, and the next one is not the worse for it', async () => {
    const world = lived(501);
    const replay = new Replay(world.data);
    await replay.at(4, clockAt(world.data, 4));
    const cancelled = replay.at(world.ledger.place, world.now, () => Promise.reject(new Error('cancelled')));
    await expect(cancelled).rejects.toThrow('cancelled');
    expect(await dumpAt(replay, world, world.ledger.place)).toBe(world.dumps.at(-1));
  });

  it('tells how far it is, and goes no further than the last place', async () => {
    const world = lived(502);
    const done: number[] = [];
    const { place } = await new Replay(world.data).at(9_999, world.now, undefined, (one) => done.push(one));
    expect(place).toBe(world.ledger.place);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(world.data.ledger.length + world.records.length + world.statuses.length);
  });
});
