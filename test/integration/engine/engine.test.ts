import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Engine } from '../../../renderer/engine/engine.ts';
import type { EngineHost } from '../../../renderer/engine/host.ts';
import type { EngineEvent } from '../../../shared/bridge/engine.ts';
import type { Act } from '../../../shared/model/act.ts';
import type { IdentityId, SourceId } from '../../../shared/model/ids.ts';
import type { Query } from '../../../shared/register/view.ts';
import { createLog } from '../../../sync-server/core/log.ts';
import { type RunningServer, startServer } from '../../../sync-server/server.ts';
import { testHost, until } from './testHost.ts';

const ALL: Query = { text: '', sort: [] };
const running: Engine[] = [];
let data = '';
let server: RunningServer;
let port = 0;

async function serve(): Promise<void> {
  server = await startServer({ data, port, log: createLog('silent') });
  port = Number(new URL(server.address).port);
}

async function start(profile: string, changes: Partial<EngineHost> = {}): Promise<Engine> {
  const engine = new Engine(testHost(profile, changes), { server: `http://127.0.0.1:${port}` });
  running.push(engine);
  await engine.start();
  return engine;
}

async function enrolled(profile: string, changes: Partial<EngineHost> = {}): Promise<Engine> {
  const engine = await start(profile, changes);
  const token = /#launch=(.+)$/.exec(server.launchLink())?.[1] ?? '';
  const reply = await engine.api.enrol(token, { label: profile });
  expect(reply).toMatchObject({ ok: true });
  await online(engine);
  return engine;
}

const online = (engine: Engine): Promise<void> => until('online', () => engine.status().connection === 'online');
const settled = (engine: Engine): Promise<void> => until('nothing waits', () => engine.status().savedHere === 0);

async function say(engine: Engine, acts: readonly Act[], label = 'a change'): Promise<void> {
  const done = await engine.api.commit(acts, await engine.api.openEditor(), label);
  if (!done.ok) throw new Error(done.error.message);
}

async function identity(engine: Engine, name: string): Promise<IdentityId> {
  const { acts, id } = await engine.api.newIdentity(name, 'service account');
  await say(engine, acts, `create ${name}`);
  return id;
}

const purpose = (id: IdentityId, value: string): Act => ({ kind: 'set', anchors: [id], field: 'purpose', value });
const purposeOf = async (engine: Engine, id: IdentityId): Promise<string | undefined> => (await engine.api.row(id))?.purpose;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'muster-engine-'));
  await serve();
});
afterEach(async () => {
  for (const engine of running.splice(0)) await engine.close();
});
afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

describe('the engine with a real server', () => {
  test('[ENG9] a device is enrolled, edits, and its edit comes back with a place', async () => {
    const engine = await enrolled('first');
    const id = await identity(engine, 'payments-deploy');
    expect((await engine.api.row(id))?.name).toBe('payments-deploy');
    await settled(engine);
    expect(engine.status()).toMatchObject({ phase: 'ready', readOnly: false, clockFromServer: true });
    await until('every signature is checked', () => engine.status().unverified === 0);
  });

  test('[ENG9] [ENG10] another device sees the edit, and where its author is', async () => {
    const [ana, ben] = [await enrolled('ana'), await enrolled('ben')];
    const id = await identity(ana, 'shared');
    await until('ben has it', async () => (await ben.api.row(id))?.name === 'shared');
    await ana.api.presence({ record: id, field: 'owner' });
    await until('ben sees ana', () => ben.status().others.some(({ record, field }) => record === id && field === 'owner'));
  });

  test('[ENG4] undo takes the last change back, and then the one before', async () => {
    const engine = await enrolled('undo');
    const id = await identity(engine, 'undone');
    await say(engine, [purpose(id, 'one')], 'purpose one');
    await say(engine, [purpose(id, 'two')], 'purpose two');
    expect(engine.status().canUndo).toBe('purpose two');
    expect(await engine.api.undo()).toEqual({ ok: true, value: { label: 'purpose two' } });
    expect(await purposeOf(engine, id)).toBe('one');
    await engine.api.undo();
    expect(await purposeOf(engine, id)).toBeUndefined();
    await settled(engine);
    expect(engine.status().canUndo).toBe('create undone');
  });

  test('[ENG5] with the server down the register opens from disk, edits are kept over a restart, and arrive later', async () => {
    const before = await enrolled('offline');
    const id = await identity(before, 'kept');
    await settled(before);
    await server.close();
    await until('offline is noticed', () => before.status().connection === 'offline');
    await say(before, [purpose(id, 'said offline')], 'offline edit');
    await before.close();

    const after = await start('offline');
    expect(after.status()).toMatchObject({ phase: 'ready', savedHere: 1, clockFromServer: false });
    expect(await purposeOf(after, id)).toBe('said offline');
    await serve();
    await settled(after);
    await online(after);
    const other = await enrolled('offline-other');
    await until('the other has it', async () => (await purposeOf(other, id)) === 'said offline');
  });

  test('[LED3] edits that have not seen each other are in conflict on both devices, and one settles it', async () => {
    const [ana, ben] = [await enrolled('conflict-ana'), await enrolled('conflict-ben')];
    const id = await identity(ana, 'contested');
    await until('ben has it', async () => (await ben.api.row(id)) !== undefined);
    const [editorOfAna, editorOfBen] = [await ana.api.openEditor(), await ben.api.openEditor()];
    await ana.api.commit([purpose(id, 'from ana')], editorOfAna, 'ana');
    await ben.api.commit([purpose(id, 'from ben')], editorOfBen, 'ben');
    const conflicts = async (engine: Engine) => (await engine.api.row(id))?.conflicts ?? [];
    for (const engine of [ana, ben]) await until('both see the conflict', async () => (await conflicts(engine)).includes('purpose'));
    await say(ben, [purpose(id, 'agreed')], 'settle');
    for (const engine of [ana, ben]) {
      await until('both see it settled', async () => (await conflicts(engine)).length === 0 && (await purposeOf(engine, id)) === 'agreed');
    }
  });

  test('[ENG3] an entry that the server refuses is set aside, and the edits after it arrive', async () => {
    let damage = false;
    const subtle = Object.create(crypto.subtle) as SubtleCrypto;
    for (const name of ['generateKey', 'exportKey', 'importKey', 'verify'] as const) {
      Object.defineProperty(subtle, name, { value: crypto.subtle[name].bind(crypto.subtle) });
    }
    const sign = async (...args: Parameters<SubtleCrypto['sign']>): Promise<ArrayBuffer> => {
      const signature = await crypto.subtle.sign(...args);
      if (damage) new Uint8Array(signature)[0] = (new Uint8Array(signature)[0] ?? 0) ^ 1;
      return signature;
    };
    Object.defineProperty(subtle, 'sign', { value: sign });
    const engine = await enrolled('refused', { subtle });
    const notices: EngineEvent[] = [];
    engine.subscribe((event) => void (event.kind === 'notice' && notices.push(event)));
    const id = await identity(engine, 'refusable');
    await settled(engine);
    damage = true;
    await say(engine, [purpose(id, 'damaged')], 'damaged edit');
    damage = false;
    await say(engine, [{ kind: 'set', anchors: [id], field: 'ticket', value: 'T-1' }], 'ticket');
    await until('the damaged one is set aside', () => engine.status().refused.length === 1);
    await settled(engine);
    expect(engine.status().refused[0]).toMatchObject({ label: 'damaged edit', reason: 'bad signature' });
    expect(notices.length).toBeGreaterThan(0);
    expect(await purposeOf(engine, id)).toBeUndefined();
    expect((await engine.api.field(id, 'ticket'))?.text).toBe('T-1');
    await engine.api.dismissRefused(engine.status().refused[0]?.id as never);
    expect(engine.status().refused).toEqual([]);
  });

  test('[ENG11] a spreadsheet is previewed and applied, and its rows and evidence arrive', async () => {
    const engine = await enrolled('sheet');
    const csv = new TextEncoder().encode('id,name,owner\n1,svc-one,Payments\n2,=cmd(),Platform\n');
    const upload = await engine.api.upload('nhi.csv', csv);
    if (!upload.ok) throw new Error(upload.error.message);
    const settings = {
      id: 'sheet' as SourceId,
      kind: 'file',
      path: `upload:${upload.value.upload}`,
      map: { externalId: 'id', name: 'name', owner: 'owner' },
    };
    const plan = await engine.api.dryRun(settings);
    if (!plan.ok) throw new Error(plan.error.message);
    if (plan.value.outcome !== 'complete') throw new Error(JSON.stringify(plan.value.problems));
    expect(plan.value.counts.added).toBeGreaterThanOrEqual(2);
    const applied = await engine.api.applyPlan(plan.value.digest);
    if (!applied.ok) throw new Error(applied.error.message);
    await until('the rows are here', async () => (await engine.api.window({ ...ALL, text: 'svc-one' }, 0, 10)).total === 1);
    await until('its evidence is said', () => engine.status().evidence.some(({ source }) => source === 'sheet'));
    const text = new TextDecoder().decode(await engine.api.exportRows(ALL, ['name', 'owner'], 'csv'));
    expect(text).toContain('svc-one');
    expect(text).not.toMatch(/(^|,)"?=cmd/m);
    const workbook = await engine.api.exportRows(ALL, ['name', 'owner'], 'xlsx');
    expect([...workbook.subarray(0, 2)]).toEqual([0x50, 0x4b]);
  });

  test('[ENG12] a second engine on the same profile waits until the first has ended', async () => {
    const first = await enrolled('twice');
    const second = new Engine(testHost('twice'), { server: `http://127.0.0.1:${port}` });
    running.push(second);
    const started = second.start();
    await until('the second says why it waits', () => second.status().phase === 'failed');
    await identity(first, 'by the first');
    await first.close();
    await started;
    expect(second.status()).toMatchObject({ phase: 'ready', canUndo: 'create by the first' });
  });

  test('[ENG5] calls without a server say so and that they may be tried again', async () => {
    const engine = await enrolled('calls');
    await server.close();
    expect(await engine.api.configuredSources()).toMatchObject({ ok: false, error: { code: 'offline', retry: true } });
    await serve();
  });
});
