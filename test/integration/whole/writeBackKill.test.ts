import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SourceView, WriteBackView } from '../../../shared/register/view.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { type AppServer, startAppServer } from '../../support/appServer.ts';
import { type PostgresProxy, postgresProxy } from '../../support/postgresProxy.ts';

const PASSWORD = randomBytes(18).toString('base64url');
let folder: string;
let postgres: PostgresServer;
let proxy: PostgresProxy;
let server: AppServer;
let unavailable: string | undefined;

beforeAll(async () => {
  const started = await startPostgres(PASSWORD);
  if ('unavailable' in started) {
    unavailable = started.unavailable;
    return;
  }
  postgres = started;
  proxy = await postgresProxy(postgres.port);
  folder = mkdtempSync(join(tmpdir(), 'muster-write-kill-'));
  const url = `postgres://admin@127.0.0.1:${proxy.port}/postgres`;
  const sources = join(folder, 'sources.json');
  writeFileSync(
    sources,
    JSON.stringify({ sources: [{ id: 'db', kind: 'postgres', url, password: { env: 'DB_PASSWORD' }, schedule: 'every 6h' }] }),
  );
  server = await startAppServer({ args: ['--sources', sources], environment: { DB_PASSWORD: PASSWORD } });
}, 120_000);
afterAll(async () => {
  await server?.dispose();
  await proxy?.close();
  await postgres?.dispose();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

async function muster<T>(...command: string[]): Promise<T> {
  const { stdout, stderr } = await server.muster(...command, '--format', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as T;
}
const writeOf = async (digest: string): Promise<WriteBackView | undefined> =>
  (await muster<WriteBackView[]>('writes')).find((one) => one.digest === digest);
const commentOf = async (name: string): Promise<string> =>
  (await postgres.run(`select shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = '${name}'`)).rows[0].comment;
const sentTo = (name: string): number => proxy.statements.filter((one) => one.startsWith(`COMMENT ON ROLE "${name}"`)).length;

/** A role that is registered as Payments', and a proposal to say so in its comment. @returns the digest. */
async function proposed(name: string): Promise<string> {
  await postgres.run(`create role ${name} login; comment on role ${name} is 'Pays invoices'`);
  await muster('discover', '--source', 'db');
  await muster('set', name, 'owner=Payments');
  return (await muster<{ digest: string }>('write', name, 'owner', '--why', 'agreed in the review')).digest;
}

/** Somebody else in the middle of a change of that comment: whoever writes to it now waits. */
async function holding(name: string): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port: postgres.port, user: 'admin', password: PASSWORD, database: 'postgres' });
  await client.connect();
  await client.query(`begin; comment on role ${name} is 'theirs'`);
  return client;
}

describe('[WB10] a process that is killed between "about to send" and the receipt', () => {
  it('[WB5] what was not applied is sent again, once: nothing is forgotten', async () => {
    const digest = await proposed('forgotten');
    const other = await holding('forgotten');
    await muster('approve', digest);
    await expect.poll(() => sentTo('forgotten')).toBe(1);
    expect(await writeOf(digest)).toMatchObject({ state: 'sending', decided: { self: true } });
    await server.kill();
    await other.query('rollback');
    await other.end();
    expect(await commentOf('forgotten')).toBe('Pays invoices');
    await server.start();
    await expect.poll(async () => (await writeOf(digest))?.state).toBe('confirmed');
    expect(await commentOf('forgotten')).toBe('Pays invoices\nmuster:{"owner":"Payments"}');
    expect((await writeOf(digest))?.receipt).toMatchObject({ state: 'applied', attempts: 2 });
    expect(sentTo('forgotten')).toBe(2);
  });

  it('what was applied is not sent again: it is read first', async () => {
    const digest = await proposed('repeated');
    proxy.onCommit = 'keep back';
    await muster('approve', digest);
    await expect.poll(() => commentOf('repeated')).toContain('muster:');
    expect((await writeOf(digest))?.state).toBe('sending');
    await server.kill();
    proxy.onCommit = 'pass';
    await server.start();
    await expect.poll(async () => (await writeOf(digest))?.state).toBe('confirmed');
    expect((await writeOf(digest))?.receipt).toMatchObject({ state: 'applied', attempts: 1 });
    expect(sentTo('repeated')).toBe(1);
  });

  it('[WB7] what somebody else changed meanwhile is not written over', async () => {
    const digest = await proposed('changed');
    const other = await holding('changed');
    await muster('approve', digest);
    await expect.poll(() => sentTo('changed')).toBe(1);
    await server.kill();
    await other.query('commit');
    await other.end();
    await server.start();
    await expect.poll(async () => (await writeOf(digest))?.state).toBe('source changed');
    expect((await writeOf(digest))?.receipt?.now).toBe('theirs');
    expect(await commentOf('changed')).toBe('theirs');
    expect(sentTo('changed')).toBe(1);
  });

  it('an answer that was lost on the way is unknown, and found out by reading', async () => {
    const digest = await proposed('lost');
    proxy.onCommit = 'cut';
    await muster('approve', digest);
    await expect.poll(async () => (await writeOf(digest))?.state).toBe('outcome unknown');
    proxy.onCommit = 'pass';
    await muster('discover', '--source', 'db');
    await expect.poll(async () => (await writeOf(digest))?.state).toBe('confirmed');
    expect(sentTo('lost')).toBe(1);
  });

  it('a start much later sends nothing again', async () => {
    const before = proxy.statements.filter((one) => one.startsWith('COMMENT ON ROLE')).length;
    await server.stop();
    await server.start();
    await muster('discover', '--source', 'db');
    const [source] = await muster<SourceView[]>('sources');
    expect(source?.status.writes?.receipts.every(({ state }) => state !== 'sending' && state !== 'unknown')).toBe(true);
    expect(proxy.statements.filter((one) => one.startsWith('COMMENT ON ROLE')).length).toBe(before);
  });
});

describe('[WB11] the command line', () => {
  it('a dry run says exactly what would be sent, and proposes and sends nothing', async () => {
    await postgres.run(`create role dry login; comment on role dry is 'it is so'`);
    await muster('discover', '--source', 'db');
    await muster('set', 'dry', 'owner=Payments');
    const { stdout } = await server.muster('write', 'dry', 'owner', '--dry-run');
    expect(stdout).toContain(`Sent as  COMMENT ON ROLE "dry" IS 'it is so ⏎ muster:{"owner":"Payments"}'`);
    expect(stdout).toContain('Nothing was sent, and nothing was proposed.');
    expect((await muster<WriteBackView[]>('writes')).some(({ name }) => name === 'dry')).toBe(false);
    expect(await server.muster('write', 'dry', 'purpose', '--dry-run')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not sent to sources'),
    });
    expect(await server.muster('approve', '123456')).toMatchObject({ code: 1, stderr: expect.stringContaining('No write begins with') });
    const { digest } = await muster<{ digest: string }>('write', 'dry', 'owner');
    expect((await server.muster('reject', digest, '--why', 'not now')).stdout).toContain('Rejected 1 write.');
    expect(await writeOf(digest)).toMatchObject({ state: 'rejected', decided: { why: 'not now' } });
    expect(await commentOf('dry')).toBe('it is so');
    expect((await server.muster('write-policy')).stdout).toContain('A second person approves: where there is one.');
    expect((await server.muster('write-policy', '--fields', 'owner, purpose', '--second-person', 'always')).stdout).toContain(
      'owner, purpose',
    );
    expect((await muster<{ write: { field: string } }>('write', 'dry', 'purpose', '--dry-run')).write.field).toBe('purpose');
    const again = (await muster<{ digest: string }>('write', 'dry', 'owner')).digest;
    expect(await server.muster('approve', again)).toMatchObject({ code: 1, stderr: expect.stringContaining('needs a second person') });
    expect(await server.muster('write-policy', '--second-person', 'never')).toMatchObject({ code: 2 });
  });
});
