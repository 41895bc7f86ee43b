import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../shared/base/bytes.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import type { Check } from '../../../shared/snapshot/contracts.ts';
import { memoryBytes } from '../../../shared/snapshot/memoryBytes.ts';
import type { DerivedPart } from '../../../shared/snapshot/replayed.ts';
import type { Recompute } from '../../../shared/snapshot/verifySnapshot.ts';
import { build, IDS, Ledger, ledgerOf, population, RECORDS, recordLine, refusalOf, STEWARD, verify } from './coreFixture.ts';

const POPULATION = { code: 'sample', part: 'population.json' };

describe('the sample', () => {
  const populationOf = async (bytes: Uint8Array, manifest = {}) =>
    refusalOf(await build({ parts: { 'population.json': bytes }, manifest }));
  const json = (value: unknown) => utf8(canonicalJson(value));
  const members = (): Record<string, unknown> => JSON.parse(new TextDecoder().decode(population()));

  it('[SNP10] is drawn again from the seed that the manifest names', async () => {
    expect(await populationOf(population({ seed: 'autumn', size: 2 }))).toEqual(POPULATION);
    expect(await populationOf(population({ seed: 'autumn', size: 9 }), { draw: { seed: 'autumn', size: 9 } })).toBeUndefined();
    const sample = members().sample as { ids: string[] };
    expect(await populationOf(json({ ...members(), ids: IDS.filter((id) => id !== sample.ids[0]) }))).toEqual(POPULATION);
    expect(await populationOf(json({ ...members(), sample: { ...sample, ids: [...sample.ids].reverse() } }))).toEqual(POPULATION);
    expect(await populationOf(json({ ...members(), sample: { ...sample, method: 'by hand' } }))).toEqual(POPULATION);
  });

  it('[SNP10] is there exactly where one was asked for', async () => {
    expect(await populationOf(json({ ...members(), sample: undefined }))).toEqual(POPULATION);
    expect(await populationOf(population(), { draw: undefined })).toEqual(POPULATION);
    expect(await populationOf(json({ ...members(), sample: undefined }), { draw: undefined })).toBeUndefined();
  });

  it('[SNP10] cannot be drawn from what is no population', async () => {
    for (const bytes of [json([]), json({ ids: [1] }), json({ ids: '' }), utf8('{"ids":[] }'), utf8(''), utf8('{')])
      expect(await populationOf(bytes)).toEqual(POPULATION);
  });
});

const DERIVED: readonly DerivedPart[] = [
  { name: 'policy.json', bytes: utf8('{}') },
  { name: 'people.json', bytes: utf8('{"people":[]}') },
  { name: 'population.json', bytes: population() as Uint8Array<ArrayBuffer> },
  { name: 'gaps.json', bytes: utf8('{}') },
  { name: 'register/0001.ndjson', bytes: utf8('{"row":1}\n{"row":2}\n{"row":3}\n') },
  { name: 'findings/0001.ndjson', bytes: utf8('{"findings":[]}\n') },
];
const giving = (parts: readonly DerivedPart[]): Recompute =>
  async function* () {
    yield* parts;
  };
const with5th = (text: string): DerivedPart[] => DERIVED.map((part, index) => (index === 4 ? { ...part, bytes: utf8(text) } : part));

describe('derived parts', () => {
  it('[SNP11] are the same byte for byte, or the first line that differs is named', async () => {
    const file = await build();
    const refused = (text: string) => refusalOf(file, { recompute: giving(with5th(text)) });
    const at = (line: number) => ({ code: 'not recomputed', part: 'register/0001.ndjson', line });
    expect(await refusalOf(file, { recompute: giving(DERIVED) })).toBeUndefined();
    expect(await refused('{"row":1}\n{"row":9}\n{"row":3}\n')).toEqual(at(2));
    expect(await refused('{"row":1}\n{"row":2}\n')).toEqual(at(3));
    expect(await refused('{"row":1}\n{"row":2}\n{"row":3}\n{"row":4}\n')).toEqual(at(4));
    expect(await refused('')).toEqual(at(1));
  });

  it('[SNP11] come in the order of the format, none more and none less', async () => {
    const file = await build();
    const refused = (parts: readonly DerivedPart[]) => refusalOf(file, { recompute: giving(parts) });
    expect(await refused(DERIVED.slice(1))).toEqual({ code: 'not recomputed', part: 'policy.json' });
    expect(await refused(DERIVED.slice(0, -1))).toEqual({ code: 'not recomputed', part: 'findings/0001.ndjson' });
    expect(await refused([...DERIVED, { name: 'findings/0002.ndjson', bytes: utf8('') }])).toEqual({
      code: 'not recomputed',
      part: 'findings/0002.ndjson',
    });
  });

  it('[SNP11] that cannot be computed from what the file holds are refused, not thrown', async () => {
    const recompute: Recompute = async function* () {
      yield* DERIVED.slice(0, 2);
      throw new Error('broken');
    };
    expect(await refusalOf(await build(), { recompute })).toEqual({ code: 'not recomputed' });
  });

  it('[SNP11] are computed from exactly what the file holds', async () => {
    const ledger = await ledgerOf(3);
    const recompute: Recompute = async function* (data, from) {
      expect(data.ledger).toEqual(ledger.values);
      expect(data.records).toEqual(RECORDS);
      expect(from).toMatchObject({ place: 4, epoch: 0, private: 'left out' });
      yield* DERIVED;
    };
    expect(await refusalOf(await build({ ledger }), { recompute })).toBeUndefined();
  });
});

describe('a newer file after an older one', () => {
  it('[SNP12] only adds to it', async () => {
    const ledger = await ledgerOf(3);
    const older = memoryBytes(await build({ ledger }));
    await ledger.say({ by: STEWARD });
    const newer = await build({ ledger, records: [...RECORDS, recordLine('r3', 5)] });
    expect(await refusalOf(newer, { after: older })).toBeUndefined();
    expect(await refusalOf(newer, { after: memoryBytes(newer) })).toBeUndefined();
    expect(await refusalOf(await build(), { after: memoryBytes(newer) })).toEqual({ code: 'not an extension' });
  });

  it('[SNP12] does not begin with another ledger', async () => {
    const older = memoryBytes(await build({ ledger: await ledgerOf(2) }));
    const other = await Ledger.founded();
    for (const purpose of ['x', 'y', 'z']) await other.say({ by: STEWARD, acts: [{ kind: 'comment', text: purpose }] });
    expect(await refusalOf(await build({ ledger: other }), { after: older })).toEqual({ code: 'not an extension' });
  });

  it('[SNP12] holds every record version, but of sources that it says it leaves out', async () => {
    const ledger = await ledgerOf(3);
    const older = memoryBytes(await build({ ledger, records: [...RECORDS, recordLine('r9', 3, 'other')] }));
    const lost = await build({ ledger });
    expect(await refusalOf(lost, { after: older })).toEqual({ code: 'not an extension', part: 'records/0001.ndjson', line: 4 });
    const leftOut = [{ label: 'Other', records: 1, source: 'other' as never }];
    expect(await refusalOf(await build({ ledger, manifest: { leftOut } }), { after: older })).toBeUndefined();
  });

  it('[SNP12] an older file that does not stand by itself proves nothing', async () => {
    const file = await build();
    const broken = memoryBytes(file.subarray(0, -1));
    expect(await refusalOf(file, { after: broken })).toEqual({ code: 'not an extension' });
  });
});

describe('what is said of a file', () => {
  it('[SNP2] each check is said with its figures, and what a file cannot prove is always said', async () => {
    const verdict = await verify(await build(), { key: (await verify(await build())).fingerprint, recompute: giving(DERIVED) });
    expect(verdict.checks.map(({ state }) => state)).toEqual([...Array(9).fill('passed'), 'not asked']);
    expect(verdict.checks.map(({ sentence }) => sentence)).toContainEqual(expect.stringContaining('All 4 entries are signed'));
    expect(verdict.cannotKnow.length).toBeGreaterThan(3);
    const refused = await verify(new Uint8Array(30));
    expect(refused.checks[0]).toMatchObject({ id: 'archive', state: 'failed' });
    expect(refused.cannotKnow).toEqual(verdict.cannotKnow);
  });

  it('[SNP2] checks go on in their order, and one fails at most', async () => {
    const told: (readonly Check[])[] = [];
    await verify(await build({ head: { epoch: 1 } }), { onCheck: (checks) => told.push(checks) });
    expect(told.length).toBeGreaterThan(5);
    const last = told.at(-1) ?? [];
    expect(last.map(({ state }) => state)).toEqual(['passed', 'passed', 'not asked', 'passed', 'failed', ...Array(5).fill('waiting')]);
  });

  it('[SNP13] 20,000 entries verify in well under 10 seconds', async () => {
    const file = await build({ ledger: await ledgerOf(20_000) });
    const started = process.cpuUsage();
    expect(await refusalOf(file)).toBeUndefined();
    const { user, system } = process.cpuUsage(started);
    // Of the processor, over all cores: how busy the computer is otherwise does not count.
    expect((user + system) / 1_000).toBeLessThan(8_000);
  });
});
