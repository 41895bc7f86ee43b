import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../../renderer/engine/engine.ts';
import { utf8 } from '../../../shared/base/bytes.ts';
import type { Act } from '../../../shared/model/act.ts';
import type { IdentityId } from '../../../shared/model/ids.ts';
import type { CopyPlan } from '../../../shared/transfer/planCopy.ts';
import { COPY_BYTES, parsedCopy, type RegisterCopy } from '../../../shared/transfer/registerCopy.ts';
import { EngineWorld, identity, online, say, settled } from './engineWorld.ts';
import { until } from './testHost.ts';

let from: EngineWorld;
let to: EngineWorld;
let ana: Engine;
let ben: Engine;
beforeEach(async () => {
  [from, to] = [new EngineWorld(), new EngineWorld()];
  await from.serve();
  await to.serve();
  ana = await from.launched('copy-ana');
  ben = await to.launched('copy-ben');
});
afterEach(async () => {
  await from.dispose();
  await to.dispose();
});

const copied = async (ids: readonly IdentityId[]) => {
  const made = await ana.api.copyRecords(ids);
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
};
const planned = async (bytes: Uint8Array, namesakes = false): Promise<CopyPlan> => {
  const plan = await ben.api.planCopy(bytes, namesakes);
  if (!plan.ok) throw new Error(plan.error.message);
  return plan.value;
};
const takeIn = async (plan: CopyPlan): Promise<void> => {
  for (const { acts } of plan.portions) await say(ben, acts, 'taken over');
  await settled(ben);
};
const textOf = async (engine: Engine, id: IdentityId, field: string): Promise<string | undefined> =>
  (await engine.api.field(id, field))?.text;
const altered = (bytes: Uint8Array, change: (copy: RegisterCopy) => unknown): Uint8Array =>
  utf8(JSON.stringify(change(JSON.parse(new TextDecoder().decode(bytes)) as RegisterCopy)));

/** An identity with an owner that is a party, a purpose, tags and a lifecycle. */
async function described(name: string): Promise<IdentityId> {
  const id = await identity(ana, name);
  const owner = await ana.api.newParty('Payments', 'team');
  const acts: Act[] = [
    ...owner.acts,
    { kind: 'set', anchors: [id], field: 'owner', value: owner.reference },
    { kind: 'set', anchors: [id], field: 'purpose', value: 'Moves money' },
    { kind: 'add', anchors: [id], field: 'tags', element: 'red' },
    { kind: 'add', anchors: [id], field: 'tags', element: 'blue' },
    { kind: 'lifecycle', anchors: [id], state: 'retiring' },
  ];
  await say(ana, acts);
  await settled(ana);
  return id;
}

describe('identities that move to another register', () => {
  test('[TRF1] [TRF2] they arrive with what holds, said by who took them over, with who had said it in the reason; a second time is none', async () => {
    const id = await described('svc-pay');
    const other = await identity(ana, 'svc-bare');
    await settled(ana);
    const before = [ana.status().place, ben.status().place];
    const made = await copied([id, other, id]);
    expect([made.records, made.conflicts, made.others]).toEqual([2, [], 0]);

    const plan = await planned(made.bytes);
    expect(plan.records.map(({ name, state, left }) => [name, state, left])).toEqual([
      ['svc-pay', 'new', []],
      ['svc-bare', 'new', []],
    ]);
    expect(plan.parties).toBe(1);
    expect([ana.status().place, ben.status().place, ben.status().savedHere], 'neither changes anything').toEqual([...before, 0]);
    await takeIn(plan);
    expect([await textOf(ben, id, 'owner'), await textOf(ben, id, 'purpose')]).toEqual(['Payments', 'Moves money']);
    expect((await ben.api.field(id, 'tags'))?.value).toEqual(['blue', 'red']);
    expect((await ben.api.row(id))?.lifecycle).toBe('retiring');
    expect((await ben.api.row(other))?.lifecycle).toBe('active');

    const said = (await ben.api.field(id, 'purpose'))?.values[0];
    const me = ben.status().me;
    expect(said?.author).toMatchObject({ kind: 'steward', person: me?.person });
    expect(said?.why).toMatch(/^moved from Muster \([0-9a-f]{8}\); there said by .+, \d{4}-\d\d-\d\d$/);
    expect((await ben.api.team())?.persons.length, 'nobody of there has come along').toBe(1);

    const again = await planned(made.bytes);
    expect(again.records.map(({ state }) => state)).toEqual(['here', 'here']);
    expect([again.portions, again.parties]).toEqual([[], 0]);
    expect(await textOf(ana, id, 'purpose'), 'the original is as it was').toBe('Moves money');
  });

  test('[TRF2] one of the same name here is left out unless it is asked for, and a team of the same name is the one that is meant', async () => {
    const id = await described('svc-pay');
    const team = await ben.api.newParty('  PAYMENTS ', 'team');
    await say(ben, team.acts);
    await identity(ben, 'SVC-Pay');
    await settled(ben);
    const { bytes } = await copied([id]);
    const plan = await planned(bytes);
    expect([plan.records[0]?.state, plan.portions, plan.parties]).toEqual(['same name', [], 0]);
    await takeIn(await planned(bytes, true));
    expect((await ben.api.field(id, 'owner'))?.value).toBe(team.reference);
    expect((await ben.api.parties()).length).toBe(1);
  });

  test('[TRF1] what is in conflict stays and is named; what a file must not say is left out and named', async () => {
    const id = await described('svc-pay');
    const cleo = await from.invited(ana, 'copy-cleo', 'steward');
    await until('cleo has it', async () => (await cleo.api.row(id)) !== undefined);
    const [hers, his] = [await cleo.api.openEditor(), await ana.api.openEditor()];
    const set = (value: string): Act[] => [{ kind: 'set', anchors: [id], field: 'purpose', value }];
    await cleo.api.commit(set('one'), hers, 'one');
    await ana.api.commit(set('two'), his, 'two');
    await settled(ana);
    await settled(cleo);
    await until('they differ', async () => (await ana.api.field(id, 'purpose'))?.state === 'conflict');
    const made = await copied([id]);
    expect(made.conflicts).toEqual([{ name: 'svc-pay', field: 'Purpose' }]);

    const by = 'nobody';
    const evil = altered(made.bytes, (copy) => ({
      ...copy,
      records: copy.records.map((record) => ({
        ...record,
        values: [
          { field: 'status', value: 'enabled', by },
          { field: '__proto__', value: 'x', by },
          { field: 'neededUntil', value: 'tomorrow', by },
          { field: 'owner', value: `party:${'f'.repeat(32)}`, by },
          { field: 'backup', value: Array.from({ length: 5_000 }, (_, n) => `x${n}`), by },
          { field: 'lifecycle', value: { state: 'emperor' }, by },
          { field: 'ticket', value: 'T-1', by: 'a\u202Eb' },
          { field: 'ticket', value: 'T-2', by },
        ],
      })),
    }));
    const plan = await planned(evil);
    expect(plan.records[0]?.left).toHaveLength(6);
    expect(plan.records[0]?.values).toBe(1);
    await takeIn(plan);
    expect(await textOf(ben, id, 'ticket')).toBe('T-1');
    expect((await ben.api.field(id, 'ticket'))?.values[0]?.why).toContain('a□b');
  });

  test('[TRF3] what is no copy is refused in words, and so is a copy of this very register', async () => {
    const id = await identity(ana, 'svc');
    const { bytes } = await copied([id]);
    for (const bad of [
      utf8(''),
      utf8('{}'),
      Uint8Array.of(0xff, 0xfe, 0x00),
      altered(bytes, (copy) => ({ ...copy, v: 2 })),
      altered(bytes, (copy) => ({ ...copy, more: 1 })),
      altered(bytes, (copy) => ({ ...copy, records: [] })),
      altered(bytes, (copy) => ({ ...copy, records: copy.records.map((record) => ({ ...record, id: '../x' })) })),
      new Uint8Array(COPY_BYTES + 1),
    ])
      expect(await ben.api.planCopy(bad, false)).toMatchObject({ ok: false, error: { message: expect.stringContaining('not a copy') } });
    expect(await ana.api.planCopy(bytes, false)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('this very register') },
    });
    expect(await ana.api.copyRecords([])).toMatchObject({ ok: false });
    expect(parsedCopy(bytes)?.records).toHaveLength(1);
  });

  test('[TRF2] a reader takes nothing in, and many records are whole entries each', async () => {
    const acts: Act[] = [];
    const ids: IdentityId[] = [];
    for (let n = 0; n < 450; n++) {
      const made = await ana.api.newIdentity(`svc-${n}`, 'service account');
      acts.push(...made.acts);
      ids.push(made.id);
    }
    await say(ana, acts.slice(0, 500));
    await say(ana, acts.slice(500));
    await settled(ana);
    const { bytes } = await copied(ids);
    const plan = await planned(bytes);
    expect(plan.portions.length).toBeGreaterThan(1);
    expect(plan.portions.every(({ acts: portion }) => portion.length <= 500)).toBe(true);
    expect(plan.portions.flatMap((portion) => portion.ids)).toEqual(ids);
    const reader = await to.invited(ben, 'copy-reader', 'reader');
    await online(reader);
    const [first] = plan.portions;
    const refused = await reader.api.commit(first?.acts ?? [], await reader.api.openEditor(), 'no');
    expect(refused).toMatchObject({ ok: false, error: { code: 'not allowed' } });
    await takeIn(plan);
    expect((await ben.api.window({ text: '', sort: [] }, 0, 1)).total).toBe(450);
  });
});
