import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR, toInstant } from '../../../shared/base/time.ts';
import type { Row, SourceView } from '../../../shared/register/view.ts';
import { localCommands } from '../../../sync-server/cli/localCommands.ts';
import { type PostgresServer, startPostgres, type Unavailable } from '../../servers/postgres.ts';
import { runMuster } from '../../support/appServer.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';

const ROLES = Array.from({ length: 30 }, (_, index) => `svc_${String(index).padStart(2, '0')}`);

let folder: string;
let postgres: PostgresServer | Unavailable;
let server: TestServer;
/** How far the server's clock is from this computer's. */
let ahead = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-guard-'));
  postgres = await startPostgres('a-test-password');
  if ('unavailable' in postgres) return;
  const sources = join(folder, 'sources.json');
  const password = join(folder, 'password');
  writeFileSync(password, 'a-test-password\n', { mode: 0o600 });
  const db = { id: 'db', kind: 'postgres', url: postgres.url('admin'), password: { file: password }, schedule: 'every 1h' };
  writeFileSync(sources, JSON.stringify({ sources: [db] }));
  await postgres.run(ROLES.map((role) => `create role ${role} login`).join('; '));
  server = await startTestServer({ sources, localCommands, clock: () => Date.now() + ahead });
}, 300_000);
afterAll(async () => {
  await server?.close();
  if (postgres && !('unavailable' in postgres)) await postgres.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const json = async <T>(...command: string[]): Promise<T> => {
  const { stdout, stderr } = await runMuster([...command, '--data', server.data, '--format', 'json']);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as T;
};
const discover = async (): Promise<string | undefined> => (await json<{ outcome: string }[]>('discover'))[0]?.outcome;
const observed = async (): Promise<Map<string, string>> => new Map((await json<Row[]>('list')).map((row) => [row.name, row.observed]));
const source = async (): Promise<SourceView> => {
  const [view] = await json<SourceView[]>('sources');
  if (!view) throw new Error('no source');
  return view;
};

describe('[OBS] a source that suddenly reports 80 % fewer identities, and one new administrator in the same run', () => {
  it('the removals are held and explained, the new one is there at once; release makes them missing', async (context) => {
    if ('unavailable' in postgres) return context.skip(postgres.unavailable);
    expect(await discover()).toBe('complete');
    const gone = ROLES.slice(0, 24);
    await postgres.run(`${gone.map((role) => `drop role ${role}`).join('; ')}; create role svc_new_admin login superuser`);
    await discover();

    const rows = await json<Row[]>('list');
    expect(rows.find(({ name }) => name === 'svc_new_admin')).toMatchObject({ access: 'full', privileged: true, observed: 'enabled' });
    expect(rows.filter(({ name }) => gone.includes(name)).map((row) => row.observed)).toEqual(gone.map(() => 'enabled'));
    const { status } = await source();
    expect(status.held).toMatchObject([{ counts: { missing: 24 }, explanation: expect.stringMatching(/24.*of.*\d+/) }]);
    expect((await runMuster(['sources', '--data', server.data])).stdout).toContain('held');

    const [held] = status.held;
    const device = await TestDevice.enrol(server.launchLink());
    const plan = await device.request('GET', `/api/plans/${held?.digest}`);
    expect((plan.body as { items: unknown[] }).items).toHaveLength(24);
    expect((await device.request('POST', `/api/plans/${held?.digest}/apply`, {})).status).toBe(400);
    await device.connect();
    if (held) await device.commit([{ kind: 'release', subject: held.digest, source: status.source, why: 'the team was dissolved' }]);
    device.close();
    while ((await source()).status.held.length > 0) await discover();
    const after = await observed();
    expect(gone.map((name) => after.get(name))).toEqual(gone.map(() => 'missing'));
    expect(after.get('svc_29')).toBe('enabled');
  });

  it('a database that stopped midway makes nothing missing: the source has failed, then its evidence is stale, then it is unknown', async (context) => {
    if ('unavailable' in postgres) return context.skip(postgres.unavailable);
    const before = await observed();
    const { asOf } = await source();
    await postgres.stop('immediate');
    expect(await discover()).toBe('failed');
    const failed = await source();
    expect(failed).toMatchObject({ status: { state: 'failed' }, asOf, freshness: { reporting: 'fresh' } });
    expect(failed.status.runs.find(({ outcome }) => outcome === 'failed')?.problems[0]).toMatchObject({ code: 'unreachable' });
    expect(await observed()).toEqual(before);

    ahead = 25 * HOUR;
    expect((await source()).freshness.reporting).not.toBe('fresh');
    expect((await json<Row[]>('list')).every(({ freshness }) => freshness !== 'fresh')).toBe(true);
    ahead = 10 * DAY;
    expect((await source()).freshness.reporting).toBe('unknown');
    expect(await observed()).toEqual(before);
  });

  it('[FRE] a clock that is set back a day neither stops the source nor claims evidence from the future', async (context) => {
    if ('unavailable' in postgres) return context.skip(postgres.unavailable);
    await postgres.start();
    ahead = 0;
    expect(await discover()).toBe('complete');
    ahead = -DAY;
    expect(await discover()).toBe('complete');
    await postgres.run('create role svc_after_reset login');
    expect(await discover()).toBe('complete');
    expect((await observed()).get('svc_after_reset')).toBe('enabled');
    const { status } = await source();
    expect(Date.parse(status.nextRun ?? toInstant(0)) - (Date.now() + ahead)).toBeLessThanOrEqual(HOUR);
    expect(await json<object>('set', 'svc_after_reset', 'owner=Payments')).toMatchObject({ unchanged: false });
    ahead = 0;
  });
});
