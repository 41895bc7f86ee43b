import { beforeAll, describe, expect, it } from 'vitest';
import { fromUtf8 } from '../../../shared/base/bytes.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { deriveParts, type FindingsLine } from '../../../shared/snapshot/derive.ts';
import type { Gaps } from '../../../shared/snapshot/gaps.ts';
import type { People } from '../../../shared/snapshot/people.ts';
import type { Policy } from '../../../shared/snapshot/policyPart.ts';
import type { Population } from '../../../shared/snapshot/population.ts';
import { clockAt, Replay } from '../../../shared/snapshot/replay.ts';
import type { DerivedFrom, SnapshotData } from '../../../shared/snapshot/replayed.ts';
import { rowsStandingOf } from '../../../shared/snapshot/rowsStanding.ts';
import { drawSample } from '../../../shared/snapshot/sample.ts';
import { statusOf } from '../../support/register/statuses.ts';
import { device, ledgerValueOf, person, SERVER } from '../ledger/ledgerBuilder.ts';
import { DAY, ReplayWorld, SOURCES, START } from './replayWorld.ts';

const [AWS, LDAP, SHEET] = SOURCES as [(typeof SOURCES)[0], (typeof SOURCES)[0], (typeof SOURCES)[0]];

function fromOf(world: ReplayWorld, rest: Partial<DerivedFrom> = {}): DerivedFrom {
  return {
    place: world.ledger.place,
    epoch: 0,
    asOf: toInstant(clockAt(world.data, world.ledger.place)),
    query: { text: '' },
    leftOut: [],
    private: 'left out',
    serverKey: SERVER as DerivedFrom['serverKey'],
    ...rest,
  };
}

async function derived(data: SnapshotData, from: DerivedFrom, way?: readonly number[]): Promise<Map<string, string>> {
  const replay = new Replay(data);
  for (const place of way ?? []) await replay.at(place, clockAt(data, place));
  const replayed = await replay.at(from.place, Date.parse(from.asOf));
  const parts = new Map<string, string>();
  for await (const { name, bytes } of deriveParts(replayed, from, data)) parts.set(name, fromUtf8(bytes));
  return parts;
}

const read = <T>(parts: ReadonlyMap<string, string>, name: string): T => JSON.parse(parts.get(name) ?? 'null') as T;
const linesOf = <T>(parts: ReadonlyMap<string, string>, name: string): T[] =>
  (parts.get(name) ?? '')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);

function lived(seed: number, steps = 150, ids = 12): ReplayWorld {
  const world = new ReplayWorld(seed, ids);
  for (let index = 0; index < steps; index++) world.step();
  return world;
}

describe('[SNP26] derived parts', () => {
  it.each([31, 32, 33])('are the same bytes in the order of the format, whatever came first (seed %i)', async (seed) => {
    const world = lived(seed);
    const from = fromOf(world, { draw: { seed: 'x', size: 3 } });
    const parts = await derived(world.data, from);
    expect([...parts.keys()]).toEqual([
      ...['policy.json', 'people.json', 'population.json', 'gaps.json'],
      ...['register/0001.ndjson', 'findings/0001.ndjson'],
    ]);
    const half = Math.floor(from.place / 2);
    expect(await derived(world.data, from, [from.place, 3, half, half + 1])).toEqual(parts);
    // Lines of different sources at one place may come in any order.
    const shuffled = { ...world.data, records: bySource(world.data.records), statuses: bySource(world.data.statuses) };
    expect(canonicalJson(shuffled.records.map(({ id }) => id))).not.toBe(canonicalJson(world.data.records.map(({ id }) => id)));
    expect(await derived(shuffled, from)).toEqual(parts);
    for (const [name, text] of parts) if (name.endsWith('.json')) expect(canonicalJson(JSON.parse(text))).toBe(text);
  });

  it('hold a line for each row, and every verdict on those that are judged', async () => {
    const world = lived(34);
    const from = fromOf(world);
    const parts = await derived(world.data, from);
    const { register } = await new Replay(world.data).at(from.place, Date.parse(from.asOf));
    expect(linesOf(parts, 'register/0001.ndjson')).toEqual(JSON.parse(canonicalJson([...register.portableRows()])));
    const findings = linesOf<FindingsLine>(parts, 'findings/0001.ndjson');
    expect(findings.length).toBeGreaterThan(3);
    for (const line of findings) {
      const full = register.identity(line.id as never)?.findings ?? [];
      expect(line.findings.map(({ rule, verdict }) => [rule, verdict])).toEqual(full.map(({ rule, verdict }) => [rule, verdict]));
      for (const [index, finding] of line.findings.entries()) if (finding.verdict !== 'clear') expect(finding).toEqual(full[index]);
    }
  });
});

it('[SNP26] derived parts can be made whatever a source says', async () => {
  const world = new ReplayWorld(35);
  // Cut to a day, the text would end in half a character, which has no canonical form.
  world.put(AWS, { ...world.record(), type: 'identity', fields: { lastUsed: '123456789\u{1F600}', owner: '\u0000' } });
  const parts = await derived(world.data, fromOf(world));
  expect(parts.get('register/0001.ndjson')).toContain('123456789\ufffd');
});

it('[SNP23] a file itself says what its rows need to answer as the register did', async () => {
  const world = lived(36);
  const from = fromOf(world);
  const parts = await derived(world.data, from);
  const { register } = await new Replay(world.data).at(from.place, Date.parse(from.asOf));
  const standing = rowsStandingOf(read(parts, 'gaps.json'), read(parts, 'population.json'), Date.parse(from.asOf));
  expect(standing).toEqual(register.rowsStanding());
  expect(rowsStandingOf({}, {}, 0)).toBeUndefined();
});

/** Stable: by place, then by the name of the source backwards. */
function bySource<T extends { readonly place: number; readonly source: string }>(lines: readonly T[]): T[] {
  return [...lines].sort((a, b) => a.place - b.place || (a.source < b.source ? 1 : a.source > b.source ? -1 : 0));
}

describe('[SNP27] the population', () => {
  it('adds up with what is left out of it, says why, and holds the sample', async () => {
    const world = lived(41, 250, 30);
    world.remove(SHEET, true);
    const from = fromOf(world, {
      query: { text: 'owner:none' },
      draw: { seed: 'q', size: 2 },
      leftOut: [{ source: 'laptop' as never, label: 'A laptop', records: 12 }],
    });
    const parts = await derived(world.data, from);
    const { counts, exclusions, ids, matches, query, sample } = read<Population>(parts, 'population.json');
    const { register } = await new Replay(world.data).at(from.place, Date.parse(from.asOf));
    expect(ids).toEqual(register.ids({ text: 'owner:none', sort: [] }));
    expect(counts).toEqual(register.counts({ text: 'owner:none', sort: [] }));
    expect([query, matches]).toEqual([{ text: 'owner:none' }, ids.length]);
    const rows = exclusions.filter(({ kind }) => !kind.startsWith('source'));
    expect(rows.length).toBeGreaterThan(2);
    expect(matches + rows.reduce((sum, { number }) => sum + number, 0)).toBe([...register.portableRows()].length);
    expect(exclusions.find(({ kind }) => kind === 'source left out')).toMatchObject({ number: 12, label: 'A laptop' });
    expect(exclusions.find(({ source }) => source === 'sheet')).toMatchObject({ kind: 'source removed' });
    expect(exclusions.every(({ number, reason }) => number > 0 && reason.endsWith('.'))).toBe(true);
    expect(sample).toEqual({ ids: drawSample(ids, { seed: 'q', size: 2 }), method: 'sha256-order', seed: 'q', size: 2 });
  });

  it('of a query that cannot be asked is empty, and says so', async () => {
    const world = lived(42, 40);
    const population = read<Population>(await derived(world.data, fromOf(world, { query: { text: 'is:nosuch' } })), 'population.json');
    expect(population.matches).toBe(0);
    expect(population.problem).toContain('nosuch');
    expect(population.sample).toBeUndefined();
  });
});

describe('[SNP25] gaps', () => {
  let gaps: Gaps;
  beforeAll(async () => {
    const world = new ReplayWorld(51);
    world.observe(AWS, 8);
    world.observe(LDAP, 3);
    world.put(SHEET, world.record());
    const stale = statusOf(AWS, START - 2 * DAY, { held: ['id1'] });
    world.status(AWS, { ...stale, coverage: [...stale.coverage, { ...never(stale.coverage[0]), id: 'c9' as never }] });
    const failed = statusOf(LDAP, START, { gap: true });
    const problem = { code: 'unreachable' as const, message: 'no answer', retry: true };
    world.status(LDAP, {
      ...failed,
      levels: { ...failed.levels, control: null },
      coverage: failed.coverage.map((one, index) => ({
        ...one,
        outcome: index === 0 ? ('failed' as const) : ('partial' as const),
        problem,
      })),
    });
    world.server.place(device('Z'), [{ kind: 'accept', anchors: ['e'.repeat(32) as never] }]);
    world.server.place(device('B'), [
      { kind: 'comment', anchors: ['e'.repeat(32) as never], text: 'counts' },
      { kind: 'role', person: person('1'), role: 'reader', remit: 'true', previous: null } as never,
    ]);
    // The server lets something count that its author may not do.
    const forbidden = world.server.entry(device('Z'), [{ kind: 'accept', anchors: ['e'.repeat(32) as never] }]);
    world.server.placeEntry(forbidden, { at: toInstant(START) });
    world.server.values.push({
      place: (world.server.values.length + 1) as never,
      value: ledgerValueOf({ ...forbidden, space: 'b'.repeat(32) as never }, { at: toInstant(START) }),
    });
    const data = { ...world.data, ledger: world.server.values.map(({ value }) => value) };
    gaps = read<Gaps>(await derived(data, fromOf(world, { place: data.ledger.length, asOf: toInstant(START) })), 'gaps.json');
  });

  it('name every act that does not count, with its place, author and reason', () => {
    expect(gaps.void).toMatchObject([
      { place: 4, name: 'unknown device', reason: 'not enrolled', kinds: ['accept'], acts: [0] },
      { place: 5, name: 'person 2', person: person('2'), reason: 'role may not', kinds: ['role'], acts: [1] },
    ]);
    expect(gaps.ignored).toMatchObject([
      { place: 6, act: 0, reason: 'not enrolled' },
      { place: 7, reason: 'another space' },
    ]);
  });

  it('name what is held, stale, partial, failed, never complete, lost or good for reports only', () => {
    expect(gaps.held).toMatchObject([{ source: 'aws', rules: ['removals'], explanation: 'removes too many', counts: { held: 1 } }]);
    const [aws, ldap] = gaps.sources;
    expect(aws).toMatchObject({
      source: 'aws',
      reporting: 'unknown',
      reportingOnly: false,
      coverageComplete: 2,
      coverageTotal: 3,
      age: 2 * DAY,
    });
    expect(aws?.coverage.map(({ coverage, kinds, age }) => ({ coverage, kinds, age }))).toEqual([
      { coverage: 'c0', kinds: ['stale'], age: 2 * DAY },
      { coverage: 'c1', kinds: ['stale'], age: 2 * DAY },
      { coverage: 'c9', kinds: ['never complete', 'failed'], age: undefined },
    ]);
    expect(ldap).toMatchObject({ source: 'ldap', reportingOnly: true, control: 'not for control' });
    expect(ldap?.coverage.map(({ kinds, problem }) => ({ kinds, problem }))).toEqual([
      { kinds: ['gap in events', 'failed', 'unknown'], problem: 'no answer' },
      { kinds: ['gap in events', 'partial', 'unknown'], problem: 'no answer' },
    ]);
    expect(gaps.withoutStatus).toEqual(['sheet']);
  });

  it('name what could not be evaluated, by rule and missing evidence', () => {
    const rules = gaps.cannotEvaluate.map(({ rule }) => rule);
    expect(rules).toContain('owner-gone');
    for (const { missing, number, ids } of gaps.cannotEvaluate) {
      expect(missing).not.toBe('');
      expect(ids.length).toBe(Math.min(50, number));
    }
  });
});

const never = <T extends { readonly completeAsOf?: string | undefined } | undefined>(coverage: T): NonNullable<T> => {
  const { completeAsOf: _never, ...rest } = coverage as NonNullable<T>;
  return { ...rest, outcome: 'failed' } as unknown as NonNullable<T>;
};

describe('[SNP28] policy and people', () => {
  it('name who set what, at which place, and what is as shipped', async () => {
    const world = new ReplayWorld(61);
    const set = (key: string, value: unknown): void =>
      world.server.place(device('A'), [{ kind: 'policy', key, previous: null, value } as never]) as never;
    set('k', { kind: 'threshold', name: 'key age', days: 30 });
    set('o', { kind: 'field', policy: { field: 'owner', authors: ['steward'], rule: 'fill' } });
    set('p', { kind: 'field', policy: { field: 'owner', when: { kind: 'agent' }, authors: ['source'], rule: 'source' } });
    set('r', { kind: 'environment', mapping: { boundary: 'b0', environment: 'production' } });
    world.ledger.append(world.server.values);
    const policy = read<Policy>(await derived(world.data, fromOf(world)), 'policy.json');
    const by = (place: number) => expect.objectContaining({ place, person: person('1'), name: 'person 1', act: 0 });
    expect(policy.thresholds).toContainEqual({ name: 'key age', days: 30, shipped: 90, by: by(4) });
    expect(policy.thresholds).toContainEqual({ name: 'unregistered', days: 14, shipped: 14 });
    const owner = policy.fields.find(({ field }) => field === 'owner');
    expect(owner).toMatchObject({ authors: ['steward'], rule: 'fill', decides: 'You decide', by: by(5) });
    expect(owner?.narrowed).toMatchObject([{ when: { kind: 'agent' }, rule: 'source', by: by(6) }]);
    expect(policy.fields.find(({ field }) => field === 'purpose')).toMatchObject({ rule: 'fill', narrowed: [] });
    expect(policy.fields.find(({ field }) => field === 'purpose')).not.toHaveProperty('by');
    expect(policy.rules).toMatchObject([{ key: 'r', value: { kind: 'environment' }, by: by(7) }]);
  });

  it('name every device, and how much of the ledger its entries witness', async () => {
    const world = new ReplayWorld(62);
    const comment = { kind: 'comment', anchors: ['e'.repeat(32)], text: 'seen' } as never;
    world.server.place(device('A'), [comment]);
    world.server.place(device('B'), [comment]);
    world.server.place(device('B'), [{ kind: 'comment', anchors: ['e'.repeat(32)], text: 'again' } as never], { seen: 1 });
    const last = world.ledger.lastOn(`device/${device('B')}`) ?? null;
    world.server.place(device('A'), [{ kind: 'revoke', device: device('B'), previous: last } as never], { seen: 3 });
    world.ledger.append(world.server.values);
    const people = read<People>(await derived(world.data, fromOf(world)), 'people.json');
    expect(people.persons.map(({ name, role }) => [name, role])).toEqual([
      ['person 1', 'admin'],
      ['person 2', 'steward'],
    ]);
    expect(people.persons[0]?.devices).toMatchObject([{ device: device('A'), revoked: false, entries: 2, lastPlace: 7, witnessed: 3 }]);
    expect(people.persons[1]?.devices).toMatchObject([
      { device: device('B'), revoked: true, entries: 2, witnessed: 4, by: { place: 7, name: 'person 1' } },
    ]);
    expect(people.others).toMatchObject([{ device: SERVER, server: true, entries: 3 }]);
  });

  it('do not count a root that is not the ledger', async () => {
    const world = new ReplayWorld(63);
    const lie = world.server.entry(device('A'), [{ kind: 'comment', anchors: ['e'.repeat(32)], text: 'x' } as never]);
    world.server.placeEntry({ ...lie, seen: { ...lie.seen, root: 'f'.repeat(64) as never } });
    world.ledger.append(world.server.values);
    const people = read<People>(await derived(world.data, fromOf(world)), 'people.json');
    expect(people.persons[0]?.devices[0]).not.toHaveProperty('witnessed');
  });
});
