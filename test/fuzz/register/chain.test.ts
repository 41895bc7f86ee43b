import { afterAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../shared/base/json.ts';
import type { Register } from '../../../shared/register/register.ts';
import { Random } from '../ledger/random.ts';
import { type Device, World } from '../ledger/world.ts';
import { Estate } from './estate.ts';
import { ProjectedState } from './projectedState.ts';

/** FOLD.md's fuzz one step further: entries → ledger → register, with source documents that arrive in pieces. */
const SEEDS = Number(process.env.MUSTER_REGISTER_SEEDS ?? 40);
const FIRST = Number(process.env.MUSTER_REGISTER_FIRST ?? 1);
const OPERATIONS = 500;
const COUNTED = ['rows', 'merged', 'split', 'parties', 'conflicts', 'drifts', 'waiting', 'withdrawn', 'voids', 'records'] as const;
type Tally = Record<(typeof COUNTED)[number], number>;

interface Play {
  readonly world: World;
  readonly estate: Estate;
  readonly tally: Tally;
}

function run(seed: number): Tally {
  const random = new Random(seed);
  const estate = new Estate(random);
  const world = new World(random, { newState: (space) => new ProjectedState(space, estate), act: estate.act });
  const play: Play = { world, estate, tally: Object.fromEntries(COUNTED.map((name) => [name, 0])) as Tally };
  for (let operation = 1; operation <= OPERATIONS; operation++) {
    happen(play);
    if (operation % 100 === 0) checkReplica(play, random.pick(world.devices));
  }
  world.settle();
  checkConvergence(play);
  return play.tally;
}

const projected = (device: Device): ProjectedState => device.state as ProjectedState;

function happen({ world, estate }: Play): void {
  const { random } = world;
  const device = random.pick(world.devices);
  const roll = random.next();
  if (roll < 0.35) world.edit(device);
  else if (roll < 0.5) world.push(device, 1 + random.below(6));
  else if (roll < 0.62) world.pull(device, random.pick([0.3, 0.8, 1]));
  else if (roll < 0.74) estate.run();
  else if (roll < 0.86) projected(device).receive(random.pick([0.3, 0.8, 1]));
  else if (roll < 0.9) projected(device).learnStatuses();
  else if (roll < 0.94) projected(device).register.dump();
  else if (roll < 0.96) world.backUpProfile(device);
  else if (roll < 0.97) world.restoreProfile(device);
  else if (roll < 0.975) world.clone(device);
  else if (roll < 0.98) world.restoreServer();
}

/** With what waits on top: what was projected step by step equals what is projected at once. */
function checkReplica(play: Play, device: Device): void {
  const { world, tally } = play;
  world.pull(device, 1);
  const state = projected(device);
  state.receive(1);
  state.learnStatuses();
  const fresh = rebuilt(play, world.waiting(device));
  expectSame(state.register, fresh.register);
  tally.waiting += world.waiting(device).length;
}

function rebuilt({ world }: Play, outbox: Parameters<World['rebuilt']>[2]): ProjectedState {
  const early = world.random.chance(0.5);
  const fresh = world.rebuilt(world.values, world.restores, outbox) as ProjectedState;
  if (early) fresh.learnStatuses();
  fresh.receiveMerged();
  fresh.learnStatuses();
  return fresh;
}

function checkConvergence(play: Play): void {
  const { world } = play;
  const fresh = rebuilt(play, []);
  for (const device of world.devices) {
    projected(device).receive(1);
    projected(device).learnStatuses();
    same(projected(device).register.dump(), fresh.register.dump(), 'the rows');
  }
  const [device] = world.devices;
  if (device) expectSame(projected(device).register, fresh.register);
  count(play, fresh);
}

function expectSame(left: Register, right: Register): void {
  const [mine, theirs] = [left.dump(), right.dump()];
  same(mine, theirs, 'the rows');
  for (const { id } of JSON.parse(mine) as { id: Parameters<Register['identity']>[0] }[])
    same(canonicalJson(left.identity(id)), canonicalJson(right.identity(id)), `the page of ${id}`);
  for (const asked of ['inbox', 'parties', 'counts', 'sources'] as const)
    same(canonicalJson(left[asked]()), canonicalJson(right[asked]()), asked);
}

/** Bytes are compared; where they differ, values are, for a difference that can be read. */
function same(left: string, right: string, what: string): void {
  if (left === right) return;
  expect(JSON.parse(left), what).toEqual(JSON.parse(right));
  expect(left, what).toBe(right);
}

function count({ world, estate, tally }: Play, { register }: ProjectedState): void {
  const rows = JSON.parse(register.dump()) as { anchors: string[]; conflicts: string[]; drifts: string[]; type: string }[];
  tally.rows += rows.length;
  tally.merged += rows.filter(({ anchors }) => anchors.length > 1).length;
  tally.parties += rows.filter(({ type }) => type === 'party').length;
  tally.conflicts += rows.filter(({ conflicts }) => conflicts.length > 0).length;
  tally.drifts += rows.filter(({ drifts }) => drifts.length > 0).length;
  tally.split += world.server.splits().length;
  tally.withdrawn += world.tally.withdrawn;
  tally.voids += world.tally.voids;
  tally.records += estate.records;
}

describe(`[REC8] entries → ledger → register, ${SEEDS} histories of ${OPERATIONS} operations from seed ${FIRST}`, () => {
  const total = new Map<string, number>();

  afterAll(() => {
    const figures = [...total].map(([name, figure]) => `${name} ${figure}`).join(', ');
    process.stdout.write(`register fuzz: seeds ${FIRST} to ${FIRST + SEEDS - 1}; ${figures}\n`);
  });

  it('all replicas and one rebuilt from merged updates project to the same bytes', () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      try {
        for (const [name, figure] of Object.entries(run(seed))) total.set(name, (total.get(name) ?? 0) + figure);
      } catch (cause) {
        throw new Error(`seed ${seed} fails; run it alone with MUSTER_REGISTER_FIRST=${seed} MUSTER_REGISTER_SEEDS=1`, { cause });
      }
    }
  });

  it('the histories did something', () => {
    for (const name of COUNTED) expect(total.get(name), name).toBeGreaterThan(SEEDS >= 10 ? SEEDS / 2 : 0);
  });
});
