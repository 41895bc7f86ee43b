import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HOUR } from '../../../shared/base/time.ts';
import type { SourceId } from '../../../shared/model/ids.ts';
import type { Role } from '../../../shared/model/vocabulary.ts';
import { observe } from '../../../shared/observed/observe.ts';
import { MEDIA_TYPE } from '../../../shared/snapshot/format.ts';
import { apiError, type SnapshotJob, type SnapshotRequest, snapshotJob } from '../../../shared/wire/http.ts';
import { localCommands } from '../../../sync-server/cli/localCommands.ts';
import { at, observed } from '../../support/observations.ts';
import { statusOf } from '../../support/register/statuses.ts';
import { answer, begun, jobEnded, madeSnapshot, readSnapshot, registerAt, verified } from '../../support/snapshots.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const EVERYTHING = { text: '', sort: [] };
const laptop = 'laptop' as SourceId;

describe('snapshots that people ask a server for', () => {
  let server: TestServer;
  let folder: string;
  let later = 0;

  beforeAll(async () => {
    folder = throwAwayDirectory();
    server = await startTestServer({ clock: () => Date.now() + later, background: false, localCommands });
    const path = join(folder, 'accounts.csv');
    const rows = Array.from({ length: 3_000 }, (_, index) => `svc-${index},ad,${index % 3 === 0 ? '' : 'Payments'},does ${index}`);
    writeFileSync(path, ['Account,System,Owner,Purpose', ...rows].join('\n'));
    await server.core.runner.add({ id: 'accounts', kind: 'file', path, mode: 'follow' }, { run: false });
    expect(await server.core.runner.run('accounts' as SourceId, 'person')).toMatchObject({ ok: true });
    await keepPrivately(['id_ed25519', 'github token']);
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** As the workstation's connector does it on a steward's own computer. */
  async function keepPrivately(names: readonly string[]): Promise<void> {
    await server.sources.open(laptop, 'private');
    const planned = names.flatMap((name) => observe(undefined, observed(name), at(1)) ?? []);
    const said = { ...statusOf(laptop, Date.now(), { private: true }), label: 'This computer' };
    await server.sources.commit(laptop, planned, said, { run: 1 });
  }

  const edit = (id: string, value: string): Promise<unknown> =>
    localCommands(server.core).set?.({ id, values: [['owner', value]] }) ?? Promise.reject();
  const call = async (role: Role, method: string, path: string, body?: unknown): Promise<Response> => {
    const token = server.core.token(role, 60_000);
    const ticket = token.ok ? token.value.ticket : '';
    const headers = { authorization: `Bearer ${ticket}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    return fetch(server.address + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  };
  const asked = async (role: Role, body: SnapshotRequest): Promise<SnapshotJob> => {
    const reply = await call(role, 'POST', '/api/snapshots', body);
    expect(reply.status).toBe(202);
    return snapshotJob.parse(await reply.json());
  };
  const problem = async (reply: Response): Promise<string> => `${reply.status} ${apiError.parse(await reply.json()).error.message}`;
  const ready = async (role: Role, { id }: SnapshotJob): Promise<SnapshotJob> => {
    for (;;) {
      const job = snapshotJob.parse(await (await call(role, 'GET', `/api/snapshots/${id}`)).json());
      if (job.state !== 'working') return job;
      await wait(20);
    }
  };
  const leftovers = (): string[] => readdirSync(join(server.data, 'snapshots'));
  const forget = (...ids: readonly string[]): Promise<unknown> =>
    Promise.all(ids.map((id) => server.core.snapshots.remove(id, server.core.steward)));

  /** A folder of a job has its id. */
  afterEach(async () => {
    await forget(...leftovers());
    expect(leftovers()).toEqual([]);
  });

  it.each<Role>(['reader', 'owner', 'steward', 'approver', 'admin'])(
    '[SNP35] a %s makes one, follows it, fetches it and deletes it',
    async (role) => {
      const job = await asked(role, { query: { text: 'owner:none' }, sample: { size: 5 } });
      expect(job.state).toBe('working');
      const ended = await ready(role, job);
      expect(ended).toMatchObject({ state: 'ready', done: 1, name: expect.stringMatching(/^muster-place-\d+\.muster$/) });
      const reply = await call(role, 'GET', `/api/snapshots/${job.id}/file`);
      expect(reply.headers.get('content-type')).toBe(MEDIA_TYPE);
      expect(reply.headers.get('content-disposition')).toBe(`attachment; filename="${ended.name}"`);
      const bytes = new Uint8Array(await reply.arrayBuffer());
      expect(bytes.length).toBe(ended.bytes);
      const path = join(folder, `${role}.muster`);
      writeFileSync(path, bytes);
      expect((await verified(path)).ok).toBe(true);
      expect((await readSnapshot(path)).manifest).toMatchObject({ draw: { size: 5, seed: expect.stringMatching(/^[0-9a-f]{16}$/) } });
      expect((await call(role, 'DELETE', `/api/snapshots/${job.id}`)).status).toBe(200);
      expect((await call(role, 'GET', `/api/snapshots/${job.id}/file`)).status).toBe(404);
      expect(leftovers()).toEqual([]);
    },
  );

  it('[SNP35] connectors and strangers are refused, and another person’s snapshot is not there', async () => {
    expect((await call('connector', 'POST', '/api/snapshots', {})).status).toBe(403);
    expect((await fetch(`${server.address}/api/snapshots`, { method: 'POST' })).status).toBe(401);
    const invited = await server.core.invite({ role: 'reader', remit: 'true', label: 'an auditor', hours: 1 });
    const auditor = await TestDevice.enrol(invited.ok ? invited.value.link : '');
    const own = await auditor.request('POST', '/api/snapshots', {});
    const { id } = snapshotJob.parse(own.body);
    expect((await call('admin', 'GET', `/api/snapshots/${id}`)).status).toBe(404);
    expect((await call('admin', 'DELETE', `/api/snapshots/${id}`)).status).toBe(404);
    expect(await auditor.request('GET', `/api/snapshots/${id}`)).toMatchObject({ status: 200 });
    expect(await auditor.request('DELETE', `/api/snapshots/${id}`)).toMatchObject({ status: 200 });
    for (const bad of ['x', 'X'.repeat(32), '0'.repeat(32)]) expect((await call('admin', 'GET', `/api/snapshots/${bad}`)).status).toBe(404);
    auditor.close();
  });

  it('[SNP35] what cannot be is refused in one sentence, before anything is begun', async () => {
    expect(await problem(await call('reader', 'POST', '/api/snapshots', { place: 999 }))).toMatch(/^400 The ledger holds \d+ entries/);
    expect(await problem(await call('reader', 'POST', '/api/snapshots', { query: { text: '', where: 'row.' } }))).toMatch(/^400 /);
    expect(await problem(await call('reader', 'POST', '/api/snapshots', { colour: 'red' }))).toMatch(/^400 The request is not understood/);
    expect(await problem(await call('reader', 'POST', '/api/snapshots', { sample: { size: 0 } }))).toMatch(/^400 .*sample\.size/);
    expect(leftovers()).toEqual([]);
  });

  it('[SNP35] one is made at a time, the others wait, and too many are refused', async () => {
    const jobs = Array.from({ length: 4 }, () => begun(server.core));
    expect(await problem(await call('reader', 'POST', '/api/snapshots', {}))).toMatch(/^429 Too many snapshots/);
    const first = await jobEnded(server.core, jobs[0]?.id ?? '');
    expect(first.state).toBe('ready');
    expect(server.core.snapshots.job(jobs[3]?.id ?? '', server.core.steward)).toMatchObject({
      state: 'working',
      what: 'Waiting for its turn',
    });
    await forget(...jobs.map(({ id }) => id));
  });

  it('[SNP35] a file is kept for an hour', async () => {
    const file = await madeSnapshot(server.core);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    expect(statSync(join(file.path, '..')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(file.path, '..'))).toEqual(['result']);
    later += HOUR + 1;
    server.core.snapshots.sweep();
    await expect.poll(leftovers).toEqual([]);
    later = 0;
  });

  it('[SNP32] edits and runs go on while a snapshot is made, and what is in it is whole', async () => {
    const before = answer(server.core.register, EVERYTHING).length;
    const job = begun(server.core);
    let edits = 0;
    const working = (): boolean => server.core.snapshots.job(job.id, server.core.steward)?.state === 'working';
    while (working() && edits < 30) {
      await edit(`svc-${edits}`, 'Platform');
      if (working()) edits++;
    }
    expect(edits).toBeGreaterThan(0);
    expect((await jobEnded(server.core, job.id)).state).toBe('ready');
    const file = server.core.snapshots.file(job.id, server.core.steward);
    expect((await verified(file?.path ?? '')).refusal).toBeUndefined();
    const snapshot = await readSnapshot(file?.path ?? '');
    expect(answer(await registerAt(snapshot, snapshot.manifest.place), EVERYTHING)).toHaveLength(before - 2);
  });

  it('[SNP33] private sources are left out and named', async () => {
    const file = await madeSnapshot(server.core);
    const { manifest, data } = await readSnapshot(file.path);
    expect(manifest).toMatchObject({ private: 'left out', leftOut: [{ source: 'laptop', label: 'This computer', records: 2 }] });
    expect(data.records.some(({ source }) => source === laptop)).toBe(false);
    expect(data.statuses.some(({ source }) => source === laptop)).toBe(false);
    expect(readFileSync(file.path).includes('ed25519')).toBe(false);
  });

  it('[SNP33] the local steward may include them, nobody else may', async () => {
    const file = await madeSnapshot(server.core, { private: true });
    const { manifest, data } = await readSnapshot(file.path);
    expect(manifest).toMatchObject({ private: 'included', leftOut: [] });
    expect(data.records.filter(({ source }) => source === laptop)).toHaveLength(2);
    const live = answer(server.core.register, EVERYTHING);
    expect(answer(await registerAt(await readSnapshot(file.path), file.place), EVERYTHING)).toEqual(live);
    for (const role of ['reader', 'steward'] as const)
      expect(await problem(await call(role, 'POST', '/api/snapshots', { private: true }))).toMatch(/^403 Sources that one person keeps/);
    const own = begun(server.core, { private: true });
    // A token of that person with fewer rights is not that person at their computer.
    expect((await call('reader', 'GET', `/api/snapshots/${own.id}`)).status).toBe(404);
    expect((await call('admin', 'GET', `/api/snapshots/${own.id}`)).status).toBe(200);
    await jobEnded(server.core, own.id);
  });

  it('[SNP34] one that is given up while it is made leaves nothing', async () => {
    const jobs = [begun(server.core), begun(server.core)];
    await expect.poll(leftovers).toHaveLength(1);
    await forget(...jobs.map(({ id }) => id));
    expect(leftovers()).toEqual([]);
    expect(answer(server.core.register, EVERYTHING).length).toBeGreaterThan(3_000);
  });
});
