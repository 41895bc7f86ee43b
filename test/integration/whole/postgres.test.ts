import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IdentityView, Row, SourceView } from '../../../shared/register/view.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { type AppServer, startAppServer } from '../../support/appServer.ts';

let folder: string;
let postgres: PostgresServer | { readonly unavailable: string };
let server: AppServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-whole-'));
  postgres = await startPostgres('a-test-password');
  if ('unavailable' in postgres) return;
  const sources = join(folder, 'sources.json');
  writeFileSync(
    sources,
    JSON.stringify({
      sources: [{ id: 'db', kind: 'postgres', url: postgres.url('admin'), password: { env: 'DB_PASSWORD' }, schedule: 'every 1h' }],
    }),
  );
  server = await startAppServer({ args: ['--sources', sources], environment: { DB_PASSWORD: 'a-test-password' } });
});
afterAll(async () => {
  await server?.dispose();
  if (postgres && !('unavailable' in postgres)) await postgres.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const json = async <T>(...command: string[]): Promise<T> => {
  const { stdout, stderr } = await server.muster(...command, '--format', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as T;
};
const discover = async (): Promise<string> => (await json<{ outcome: string }[]>('discover', '--source', 'db'))[0]?.outcome ?? 'none';
const rows = (): Promise<Row[]> => json<Row[]>('list');
const named = async (name: string): Promise<Row[]> => (await rows()).filter((row) => row.name === name || row.alias === name);

describe('[OBS] a real PostgreSQL, from a role to the register', () => {
  it('sees a role created, altered, dropped, recreated, and the database gone', async (context) => {
    if ('unavailable' in postgres) return context.skip(postgres.unavailable);

    await postgres.run("create role billing login valid until '2031-01-01'; comment on role billing is 'Billing batch'");
    expect(await discover()).toBe('complete');
    const [created] = await named('billing');
    expect(created).toMatchObject({
      kind: 'service account',
      subtype: 'db.role',
      observed: 'enabled',
      lifecycle: 'unregistered',
      lastUsedUnread: true,
    });
    const id = created?.id ?? '';
    expect((await json<IdentityView>('show', id)).fields.find(({ field }) => field === 'description')?.value).toBe('Billing batch');

    await postgres.run('alter role billing superuser');
    expect(await discover()).toBe('complete');
    expect(await named('billing')).toMatchObject([{ id, access: 'full', privileged: true }]);

    await server.muster('set', id, 'owner=Payments', '--why', 'they run the batch');
    await postgres.run('drop role billing');
    expect(await discover()).toBe('complete');
    expect(await named('billing')).toMatchObject([{ id, observed: 'missing', owner: { text: 'Payments' } }]);

    await postgres.run('create role billing login');
    expect(await discover()).toBe('complete');
    const both = await named('billing');
    expect(both.map(({ observed }) => observed).sort()).toEqual(['enabled', 'missing']);
    const successor = both.find(({ observed }) => observed === 'enabled');
    expect(successor?.id).not.toBe(id);
    expect(successor?.owner).toBeUndefined();
    const view = await json<IdentityView>('show', successor?.id ?? '');
    expect(view.succeeds).toEqual([id]);
    expect(view.findings.find(({ rule }) => rule === 'recreated')?.verdict).toBe('found');

    await postgres.stop('immediate');
    const before = (await rows()).filter(({ observed }) => observed === 'missing').length;
    expect(await discover()).toBe('failed');
    expect((await rows()).filter(({ observed }) => observed === 'missing').length).toBe(before);
    const [source] = await json<SourceView[]>('sources');
    expect(source?.status.state).toBe('failed');
    expect(source?.status.runs.find(({ outcome }) => outcome === 'failed')?.problems[0]).toMatchObject({
      code: 'unreachable',
      retry: true,
    });
  });
});
