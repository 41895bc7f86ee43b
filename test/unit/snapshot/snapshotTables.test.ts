import { beforeAll, describe, expect, it } from 'vitest';
import { fromUtf8 } from '../../../shared/base/bytes.ts';
import { toInstant } from '../../../shared/base/time.ts';
import type { IdentityId } from '../../../shared/model/ids.ts';
import { deriveParts } from '../../../shared/snapshot/derive.ts';
import type { Gaps } from '../../../shared/snapshot/gaps.ts';
import type { People } from '../../../shared/snapshot/people.ts';
import type { Population } from '../../../shared/snapshot/population.ts';
import { Replay } from '../../../shared/snapshot/replay.ts';
import type { DerivedFrom } from '../../../shared/snapshot/replayed.ts';
import { RecordVersions } from '../../../shared/snapshot/report/recordVersions.ts';
import { drawSample } from '../../../shared/snapshot/sample.ts';
import { aboutOf, aboutTable, WATERMARK } from '../../../shared/snapshot/tables/about.ts';
import { collected } from '../../../shared/snapshot/tables/chunks.ts';
import { jsonChunks } from '../../../shared/snapshot/tables/jsonChunks.ts';
import { tableOf, tablesOf } from '../../../shared/snapshot/tables/snapshotTables.ts';
import type { Cell } from '../../../shared/snapshot/tables/table.ts';
import type { TableInput } from '../../../shared/snapshot/tables/tableInput.ts';
import { TABLE_NAMES, type TableName } from '../../../shared/snapshot/tables/tableNames.ts';
import { ReplayWorld } from './replayWorld.ts';

const ROOT = '7'.repeat(64);
const DRAW = { seed: 'the auditor’s own', size: 3 };

/** A register that lived through several hundred changes and runs, as a file holds it. */
async function inputOf(world: ReplayWorld, sample = false): Promise<TableInput> {
  const { data } = world;
  const place = data.ledger.length;
  const from = {
    place,
    epoch: 1,
    asOf: toInstant(world.now),
    query: { text: '' },
    draw: DRAW,
    leftOut: [{ source: 'laptop', label: 'My laptop', records: 23 }],
    private: 'left out',
    serverKey: world.ledger.serverKey,
  } as unknown as DerivedFrom;
  const breathe = async (): Promise<void> => {};
  const replayed = await new Replay(data).at(place, world.now);
  const parts = new Map<string, string>();
  for await (const { name, bytes } of deriveParts(replayed, from, data, breathe)) parts.set(name, fromUtf8(bytes));
  const part = <Part>(name: string): Part => JSON.parse(parts.get(name) ?? '') as Part;
  const head = { at: toInstant(world.now), epoch: 1, place, root: ROOT, signature: '' };
  const manifest = { ...from, space: data.space, name: '=Space', sample, head, created: toInstant(world.now), by: { name: 'A steward' } };
  return {
    manifest: { ...manifest, software: '0', restores: [] } as unknown as TableInput['manifest'],
    fingerprint: 'f'.repeat(64),
    register: replayed.register,
    versions: new RecordVersions(data.records, place),
    population: part<Population>('population.json'),
    people: part<People>('people.json'),
    gaps: part<Gaps>('gaps.json'),
  };
}

async function rowsOf(name: TableName, input: TableInput): Promise<Record<string, Cell>[]> {
  const { rows } = JSON.parse(fromUtf8(await collected(jsonChunks(tableOf(name, input))))) as { rows: Record<string, Cell>[] };
  return rows;
}

let world: ReplayWorld;
let input: TableInput;
beforeAll(async () => {
  world = new ReplayWorld(6_006, 30);
  for (let step = 0; step < 400; step++) world.step();
  input = await inputOf(world);
});

describe('[SNP67] a review has for each row what it rests on', () => {
  it('every row of the population once, in its order', async () => {
    const rows = await rowsOf('register', input);
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.map(({ id }) => id)).toEqual(input.population.ids);
  });

  it('the run and the hash of each of its records: those of the last version in the file', async () => {
    let seen = 0;
    for (const row of await rowsOf('register', input)) {
      const [sources = [], ids = [], runs = [], hashes = []] = [row.sources, row.externalIds, row.runs, row.hashes] as string[][];
      for (const [index, source] of sources.entries()) {
        const last = world.records.findLast((line) => line.source === source && line.id === ids[index]);
        expect([runs[index], hashes[index]]).toEqual([String(last?.run), last?.hash]);
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(5);
  });

  it('who set the owner, when, and in which change', async () => {
    const rows = await rowsOf('register', input);
    const set = rows.filter(({ ownerSetByKind }) => ownerSetByKind === 'person');
    expect(set.length).toBeGreaterThan(0);
    for (const row of set) {
      const line = input.register.entries({ before: (Number(row.ownerChange) + 1) as never, limit: 1 })[0];
      expect(line?.entry.place).toBe(row.ownerChange);
      expect(line?.entry.entry.at).toBe(row.ownerSetAt);
      expect(line?.line.who).toBe(row.ownerSetBy);
      expect(line?.ids).toContain(row.id);
    }
  });

  it('no two columns of a table share a name, and no row is longer than its header', async () => {
    for (const name of TABLE_NAMES) {
      const table = tableOf(name, input);
      for (const key of ['id', 'label'] as const) expect(new Set(table.columns.map((one) => one[key])).size).toBe(table.columns.length);
      for await (const row of table.rows) expect(row).toHaveLength(table.columns.length);
    }
  });
});

describe('[SNP68] the other tables leave nothing out', () => {
  it('every change of the ledger, in its order', async () => {
    const rows = await rowsOf('changes', input);
    expect(rows.map(({ change }) => change)).toEqual(world.data.ledger.map((_, index) => index + 1));
  });

  it('every finding that the register counts', async () => {
    const expected = input.population.ids.flatMap((id) =>
      (input.register.row(id as IdentityId)?.findings ?? []).map(({ rule, verdict }) => `${id} ${rule} ${verdict}`),
    );
    expect((await rowsOf('findings', input)).map(({ id, rule, verdict }) => `${id} ${rule} ${verdict}`)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(5);
  });

  it('every gap, and what was left out', async () => {
    const rows = await rowsOf('gaps', input);
    const { gaps } = input;
    const of = (kind: string): number => rows.filter((row) => row.kind === kind).length;
    expect(of('does not count')).toBe(gaps.void.length);
    expect(of('held by the guard')).toBe(gaps.held.length);
    expect(of('could not be evaluated')).toBe(gaps.cannotEvaluate.length);
    expect(rows).toContainEqual(expect.objectContaining({ kind: 'source left out', count: 23, source: 'My laptop' }));
  });

  it('every device, and what it confirms', async () => {
    const rows = await rowsOf('people', input);
    const keys = [...input.people.persons.flatMap(({ devices }) => devices), ...input.people.others].map(({ device }) => device);
    expect(rows.map(({ key }) => key)).toEqual(keys);
    expect(rows.some(({ witnessed }) => Number(witnessed) > 0)).toBe(true);
  });

  it('every coverage of every source', async () => {
    const rows = await rowsOf('sources', input);
    expect(rows.map(({ source }) => source)).toEqual(
      input.register.sources().flatMap(({ status }) => status.coverage.map(() => status.source as string)),
    );
  });

  it('the sample in the order in which anybody draws it again', async () => {
    const rows = await rowsOf('sample', input);
    expect(rows.map(({ id }) => id)).toEqual(drawSample(input.population.ids, DRAW));
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3]);
  });
});

describe('[SNP69] whoever has the tables knows what they are of', () => {
  it('place, root, key, population, sample and how to verify', () => {
    const about = Object.fromEntries(aboutOf(input).map(({ id, value }) => [id, value]));
    expect(about).toMatchObject({ place: world.data.ledger.length, root: ROOT, matches: input.population.matches, seed: DRAW.seed });
    expect(about.fingerprint).toMatch(/^(ffff ?){16}$/);
    expect(about.verify).toContain('muster snapshot verify');
    expect(about.watermark).toBeUndefined();
  });

  it('a sample estate says so in every row of every table', async () => {
    const unreal = await inputOf(world, true);
    expect(aboutOf(unreal)[0]?.value).toBe(WATERMARK);
    for (const table of tablesOf(unreal)) {
      expect(table.columns[0]?.id).toBe('watermark');
      for await (const [first] of table.rows) expect(first).toBe(WATERMARK);
    }
    for await (const row of aboutTable(aboutOf(unreal)).rows) expect(row).toHaveLength(2);
  });
});
