import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HashHex } from '../../../shared/base/hash.ts';
import type { PublicKey, Signer } from '../../../shared/base/signature.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { signEntries } from '../../../shared/ledger/author.ts';
import type { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import type { Act } from '../../../shared/model/act.ts';
import { encodeLedgerValue } from '../../../shared/model/entry.ts';
import type { PersonId, Place } from '../../../shared/model/ids.ts';
import { SqliteStorage } from '../../../sync-server/storage/sqliteStorage.ts';
import type { EntryRow } from '../../../sync-server/storage/storage.ts';
import { newSigner, type TestDevice } from '../../support/testClient.ts';
import { DATABASE, enrolled, WriteBackWorld } from '../../support/writeBackWorld.ts';

let world: WriteBackWorld;
let unavailable: string | undefined;
beforeAll(async () => {
  const opened = await WriteBackWorld.open('MUSTER_TEST_WRITE_BACK');
  if (typeof opened === 'string') unavailable = opened;
  else world = opened;
}, 120_000);
afterAll(async () => world?.close());
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

const state = (digest: HashHex) => world.write(digest)?.state;
const runsOf = () => world.server.runner.status(DATABASE)?.runs ?? [];

describe('[WB5] from a registered value to the source and back', () => {
  it('proposed, approved, sent, confirmed by what the source says next; people’s text is untouched', async () => {
    const role = await world.role("it's theirs");
    const act = await world.plan(role);
    expect(act).toMatchObject({ registered: 'Payments', sent: 'Payments', write: { from: "it's theirs", field: 'owner' } });
    expect(await world.comment(role)).toBe("it's theirs");
    const digest = await world.propose(role);
    expect(state(digest)).toBe('waits for approval');
    expect(world.server.core.register.inbox().find(({ kind }) => kind === 'Write-back')?.items[0]).toMatchObject({
      count: 1,
      field: 'owner',
    });
    await world.list();
    expect(await world.comment(role)).toBe("it's theirs");
    expect(await world.approve(digest)).toBeUndefined();
    await expect.poll(() => state(digest)).toBe('confirmed');
    expect(await world.comment(role)).toBe('it\'s theirs\nmuster:{"owner":"Payments"}');
    const { receipt, decided, proposed } = world.write(digest) ?? {};
    expect(receipt).toMatchObject({ state: 'applied', attempts: 1, proposal: digest });
    expect([proposed?.name, decided?.name, decided?.self]).toEqual(['The steward', 'The approver', false]);
  });

  it('[WB9] its echo is neither drift nor a change by the source, also in a bulk that a guard would hold', async () => {
    const roles = await world.roles(22);
    const digests = await Promise.all(roles.map((role) => world.propose(role)));
    const since = runsOf().at(-1)?.id ?? 0;
    // Confirmed by a listing and not one by one: the database cannot be re-read meanwhile.
    const { reread } = world.server.runner;
    world.server.runner.reread = async () => ({ ok: false, error: { code: 'test', message: 'not now', retry: true } });
    try {
      for (const digest of digests) await world.approve(digest);
      const sent = ['waits for confirmation', 'confirmed'];
      await expect.poll(() => digests.filter((digest) => sent.includes(state(digest) ?? '')).length).toBe(digests.length);
    } finally {
      world.server.runner.reread = reread;
    }
    await world.list();
    expect(digests.map(state)).toEqual(digests.map(() => 'confirmed'));
    const runs = runsOf().filter(({ id }) => id > since);
    expect(runs.reduce((sum, { counts }) => sum + (counts.echoed ?? 0), 0)).toBe(digests.length);
    expect(runs.every(({ counts }) => counts.changed === 0 && counts.held === 0)).toBe(true);
    for (const { id } of roles) expect(world.server.core.register.row(id)).toMatchObject({ drifts: [], conflicts: [] });
  });

  it('a party goes out by its name, and what comes back is the same party', async () => {
    const role = await world.role();
    const party = '7'.repeat(32) as never;
    await world.steward.commit([
      { kind: 'create', anchor: party, type: 'party', recordKind: 'team', name: 'Ledger team' },
      { kind: 'set', anchors: [role.id], field: 'owner', value: `party:${party}` },
    ]);
    const digest = await world.propose(role);
    await world.approve(digest);
    await expect.poll(() => state(digest)).toBe('confirmed');
    expect(await world.comment(role)).toContain('"owner":"Ledger team"');
    expect(world.server.core.register.row(role.id)).toMatchObject({ owner: { text: 'Ledger team', party }, drifts: [] });
  });

  it('somebody takes it out of the source later: that is news, and drift again', async () => {
    const role = await world.role();
    const digest = await world.propose(role);
    await world.approve(digest);
    await expect.poll(() => state(digest)).toBe('confirmed');
    await world.postgres.run(`comment on role ${role.name} is 'x\nmuster:{"owner":"Somebody"}'`);
    await world.list();
    expect(world.server.core.register.row(role.id)?.drifts).toEqual(['owner']);
    expect(runsOf().at(-1)?.counts).toMatchObject({ changed: 1 });
    expect(runsOf().at(-1)?.counts.echoed).toBeUndefined();
  });
});

describe('[WB2] who may ask for a plan', () => {
  it('a steward, an administrator, an owner for their own; nobody else, and nobody of a private source', async () => {
    const [own, other] = [await world.role('own', 'The owner'), await world.role('other', 'Somebody else')];
    const owner = await enrolled(world.admin, 'owner');
    const reader = await enrolled(world.admin, 'reader');
    const ask = async (by: TestDevice, identity: string) =>
      (await by.request('POST', `/api/sources/${DATABASE}/writes/plan`, { identity, field: 'owner' })).status;
    expect([await ask(owner, own.id), await ask(owner, other.id), await ask(reader, own.id), await ask(world.approver, own.id)]).toEqual([
      200, 403, 403, 403,
    ]);
    const digest = await world.propose(own, owner);
    expect(state(digest)).toBe('waits for approval');
    const [settings] = world.server.runner.list();
    await world.server.runner.update(DATABASE, { ...settings, visibility: 'private', paused: true });
    expect(await ask(world.admin, own.id)).toBe(400);
    await world.server.runner.update(DATABASE, settings);
    await world.list();
    owner.close();
    reader.close();
  });

  it('[WB4] what policy turned off after the approval is not sent', async () => {
    const role = await world.role();
    const digest = await world.propose(role);
    const [settings] = world.server.runner.list();
    await world.server.runner.update(DATABASE, { ...settings, paused: true });
    await world.approve(digest);
    const change = async (fields: string[]): Promise<void> => {
      const previous = world.admin.ledger.lastOn('policy/write-back') ?? null;
      const value = { kind: 'writeBack', policy: { fields, secondPerson: 'where there is one' } } as const;
      expect((await world.admin.commit([{ kind: 'policy', key: 'write-back', previous, value }]))[0]?.receipt.void).toBeUndefined();
    };
    await change(['team']);
    await world.server.runner.update(DATABASE, settings);
    await expect.poll(() => state(digest)).toBe('not sent');
    expect(await world.comment(role)).toBe('Pays invoices');
    await change(['owner']);
  });
});

describe('[WB11] what holds a secret', () => {
  it('is not written to, and no plan, act or message repeats it', async () => {
    const secret = `ghp_${'aB3dE5fG7h'.repeat(4).slice(0, 36)}`;
    const role = await world.role(`token ${secret}`);
    const { status, body } = await world.steward.request('POST', `/api/sources/${DATABASE}/writes/plan`, {
      identity: role.id,
      field: 'owner',
    });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('looks like a secret');
    expect(JSON.stringify(body)).not.toContain(secret);
  });
});

describe('[WB6] nothing is sent without a valid approval', () => {
  it('not when it was rejected, not by the proposer, not by a role that may not, not after it was taken back', async () => {
    const role = await world.role();
    const rejected = await world.propose(role);
    await world.approver.commit([{ kind: 'reject', subject: rejected, why: 'not theirs' }]);
    expect(await world.approve(rejected)).toBe('already decided');
    expect(world.write(rejected)).toMatchObject({ state: 'rejected', decided: { why: 'not theirs' } });
    const own = await world.propose(role, world.admin);
    expect(await world.approve(own, world.admin)).toBe('needs a second person');
    expect(await world.approve(own, world.steward)).toBe('role may not');
    await world.list();
    expect(await world.comment(role)).toBe('Pays invoices');
  });

  it('[WB3] not when something else is registered by now, before the approval or after it', async () => {
    const role = await world.role();
    const digest = await world.propose(role);
    await world.steward.commit([{ kind: 'set', anchors: [role.id], field: 'owner', value: 'Billing' }]);
    expect(state(digest)).toBe('stale');
    expect(await world.approve(digest)).toBe('not what is registered');
    const again = await world.propose(role);
    const [paused] = world.server.runner.list();
    await world.server.runner.update(DATABASE, { ...paused, paused: true });
    expect(await world.approve(again)).toBeUndefined();
    await world.steward.commit([{ kind: 'set', anchors: [role.id], field: 'owner', value: 'Treasury' }]);
    await world.server.runner.update(DATABASE, paused);
    await expect.poll(() => state(again)).toBe('not sent');
    expect(await world.comment(role)).toBe('Pays invoices');
  });

  it('[WB3] not while the value is in conflict', async () => {
    const role = await world.role();
    const seen = world.steward.seen();
    await world.steward.commit([{ kind: 'set', anchors: [role.id], field: 'owner', value: 'One' }], seen);
    await world.admin.commit([{ kind: 'set', anchors: [role.id], field: 'owner', value: 'Two' }], seen);
    await expect(world.plan(role)).rejects.toThrow('in conflict');
  });

  it('[WB7] a source that changed meanwhile is a conflict for a person: what it says now is shown, and nothing is written over', async () => {
    const role = await world.role();
    const digest = await world.propose(role);
    await world.postgres.run(`comment on role ${role.name} is 'new text'`);
    await world.approve(digest);
    await expect.poll(() => state(digest)).toBe('source changed');
    expect(world.write(digest)?.receipt?.now).toBe('new text');
    expect(await world.comment(role)).toBe('new text');
    const item = world.server.core.register
      .inbox()
      .find(({ kind }) => kind === 'Write-back')
      ?.items.find(({ id }) => id.startsWith('write trouble'));
    expect(item?.writes?.map((one) => one.digest)).toContain(digest);
    const again = await world.propose(role);
    await world.approve(again);
    await expect.poll(() => state(again)).toBe('confirmed');
    expect(await world.comment(role)).toBe('new text\nmuster:{"owner":"Payments"}');
  });

  it('an unreachable source waits and is sent later, once', async () => {
    const role = await world.role();
    const digest = await world.propose(role);
    await world.postgres.stop();
    await world.approve(digest);
    await expect.poll(() => world.write(digest)?.receipt?.problem?.code).toBe('unreachable');
    expect(state(digest)).toBe('approved');
    await world.postgres.start();
    await world.list();
    await expect.poll(() => state(digest)).toBe('confirmed');
  });
});

/** What somebody with access to the disk could put into the store behind the server's back: entries with clean receipts. */
interface Forgery {
  readonly by: Signer;
  readonly act: Act;
  /** What is done to the bytes after they were signed. */
  readonly spoil?: (bytes: Uint8Array) => void;
}

async function forge(forgeries: readonly Forgery[]): Promise<void> {
  const { core } = world.server;
  const rows: EntryRow[] = [];
  for (const { by, act, spoil } of forgeries) {
    const seen = { epoch: 0, place: core.ledger.place, root: core.ledger.root };
    const lines = core.ledger.lines({ limit: 100_000 });
    const prev = lines.find(({ entry }) => entry.device === by.publicKey)?.entry.id ?? null;
    const signed = await signEntries({ space: core.space, prev, at: toInstant(Date.now()), seen, acts: [act] }, by);
    const [entry] = signed.ok ? signed.value : [];
    if (!entry) throw new Error('not signed');
    spoil?.(entry.bytes);
    const place = (core.ledger.place + rows.length + 1) as Place;
    rows.push({ epoch: 0, place, id: entry.id, value: encodeLedgerValue(entry.bytes, { at: toInstant(Date.now()) }) });
  }
  await world.restart(async () => {
    const storage = new SqliteStorage(join(world.server.data, 'store.sqlite'));
    await storage.write({ entries: rows });
    await storage.close();
  });
}

describe('[WB6] forged approvals in the store', () => {
  it('are never sent: another signature, another digest, a role that may not, the proposer, an approver whom nobody enrolled', async () => {
    const roles = await world.roles(5);
    const [unsigned, other, steward, own, stranger] = (await Promise.all(
      roles.map((role, index) => world.propose(role, index === 3 ? world.admin : world.steward)),
    )) as [HashHex, HashHex, HashHex, HashHex, HashHex];
    const approve = (subject: HashHex): Act => ({ kind: 'approve', subject });
    const unsign = (bytes: Uint8Array): void => void bytes.fill(7, 0, 64);
    const flipped = `${other[0] === 'a' ? 'b' : 'a'}${other.slice(1)}` as HashHex;
    await forge([
      { by: world.approver.signer, act: approve(unsigned), spoil: unsign },
      { by: world.approver.signer, act: approve(flipped) },
      { by: world.steward.signer, act: approve(steward) },
      { by: world.admin.signer, act: approve(own) },
    ]);
    await expect
      .poll(() => world.write(unsigned)?.receipt)
      .toMatchObject({ state: 'refused', problem: { code: 'unauthorized' }, attempts: 0 });
    expect([other, steward, own].map(state)).toEqual(['waits for approval', 'waits for approval', 'waits for approval']);

    const nobody = await newSigner();
    const { serverKey } = world.server.core.ledger as LedgerState;
    const common = {
      device: nobody.publicKey,
      person: 'e'.repeat(32) as PersonId,
      personName: 'Nobody',
      label: 'x',
      role: 'approver',
      remit: 'true',
    } as const;
    const enrol: Act = { kind: 'enrol', ...common, via: { launch: true }, proof: '', previous: null };
    await forge([
      { by: { publicKey: serverKey as PublicKey, sign: async () => new Uint8Array(64) }, act: enrol },
      { by: nobody, act: approve(stranger) },
    ]);
    await expect
      .poll(() => world.write(stranger)?.receipt)
      .toMatchObject({ state: 'refused', problem: { code: 'unauthorized' }, attempts: 0 });
    await world.list();
    for (const role of roles) expect(await world.comment(role)).toBe('Pays invoices');
  });
});
