import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExternalId } from '../../shared/model/ids.ts';
import type { Observation } from '../../shared/model/record.ts';
import { readSnapshot } from '../../sync-server/connectors/postgres/client.ts';
import { connector } from '../../sync-server/connectors/postgres/connector.ts';
import { COVERAGE } from '../../sync-server/connectors/postgres/toObservations.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { collect, reread } from '../support/collect.ts';

const PASSWORD = `${randomBytes(18).toString('base64url')}'''`.replaceAll("'", 'x');
let server: PostgresServer;
let unavailable: string | undefined;

beforeAll(async () => {
  const started = await startPostgres(PASSWORD);
  if ('unavailable' in started) {
    unavailable = started.unavailable;
    process.stdout.write(`${unavailable}\n`);
    return;
  }
  server = started;
  await server.run(`
    create role auditor login password '${PASSWORD}';
    create role app_readers nologin;
    create role app_owners nologin;
    create role payments login password '${PASSWORD}' in role app_readers;
    create role root_bot login superuser;
    create role idle nologin;
    comment on role payments is 'Pays invoices at night';
    grant app_owners to payments with admin option;
    grant connect on database postgres to auditor`);
  await server.run('create database app owner app_owners');
  await server.run(
    `create schema ledger; create table ledger.invoices (id int); create table ledger.lines (id int);
     grant usage on schema ledger to app_readers; grant select on all tables in schema ledger to app_readers;
     grant insert on ledger.invoices to payments with grant option;
     create function ledger.close_month() returns void language sql as 'select 1'; revoke execute on function ledger.close_month() from public;
     grant execute on function ledger.close_month() to payments`,
    'app',
  );
});
afterAll(async () => server?.dispose());
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

const settings = (user = 'auditor') => ({ url: server.url(user, 'app'), password: { env: 'DB' } });
const list = (user = 'auditor') => collect(connector, settings(user), { environment: { DB: PASSWORD } });
const named = (records: readonly Observation[], name: string): Observation | undefined =>
  records.find((record) => record.fields.name === name);
const outcome = (run: Awaited<ReturnType<typeof list>>) => run.done.get(COVERAGE)?.outcome;

describe('PostgreSQL', () => {
  it('[OBS30] lists roles by the cluster identifier and their object id', async () => {
    const run = await list();
    expect(outcome(run)).toBe('complete');
    const system = (await server.run('select system_identifier::text as id from pg_control_system()')).rows[0].id;
    const oid = (await server.run(`select oid::text from pg_roles where rolname = 'payments'`)).rows[0].oid;
    expect(run.place).toBe(`postgres:${system}`);
    const payments = named(run.records, 'payments');
    expect(payments).toMatchObject({
      type: 'identity',
      kind: 'service account',
      externalId: `role/${oid}`,
      keys: [`postgres:${system}/${oid}`],
      aliases: ['payments'],
      unread: ['lastUsed'],
      fields: { status: 'enabled', description: 'Pays invoices at night', memberships: ['app_owners', 'app_readers'] },
    });
  });

  it('groups are what accounts are members of; an account without LOGIN and members is a disabled account', async () => {
    const { records } = await list();
    const readers = named(records, 'app_readers');
    expect(readers).toMatchObject({ type: 'resource', kind: 'group' });
    expect(named(records, 'idle')).toMatchObject({ type: 'identity', fields: { status: 'disabled' } });
    expect(named(records, 'payments')?.links).toContainEqual({
      relation: 'member-of',
      to: { externalId: readers?.externalId },
      certainty: 'exact',
    });
    expect(records.filter((record) => String(record.fields.name).startsWith('pg_'))).toEqual([]);
  });

  it('reports rights in their own words, with the groups they came through', async () => {
    const access = named((await list()).records, 'payments')?.access ?? [];
    expect(access).toContainEqual(
      expect.objectContaining({
        level: 'read',
        on: 'ledger.*',
        via: ['app_readers'],
        native: 'GRANT SELECT ON 2 table(s) in ledger',
        certainty: 'exact',
      }),
    );
    expect(access).toContainEqual(
      expect.objectContaining({ level: 'grant', on: 'ledger.invoices', native: expect.stringContaining('WITH GRANT OPTION') }),
    );
    expect(access).toContainEqual(expect.objectContaining({ level: 'grant', on: 'role app_owners' }));
    expect(access).toContainEqual(expect.objectContaining({ level: 'run', on: 'ledger.close_month' }));
    expect(named((await list()).records, 'root_bot')?.access).toContainEqual(
      expect.objectContaining({ level: 'full', on: '*', native: 'SUPERUSER' }),
    );
  });

  it('a role created, altered, dropped, and created again under the same name is seen as what it is', async () => {
    await server.run(`create role shortlived login valid until '2031-05-06 07:08:09+00'`);
    const created = named((await list()).records, 'shortlived');
    expect(created?.fields).toMatchObject({ status: 'enabled', expires: '2031-05-06T07:08:09.000Z' });

    await server.run(`alter role shortlived nologin createrole valid until 'infinity'`);
    const altered = named((await list()).records, 'shortlived');
    expect(altered?.externalId).toBe(created?.externalId);
    expect(altered?.fields.status).toBe('disabled');
    expect(altered?.fields.expires).toBeUndefined();
    expect(altered?.access).toContainEqual(expect.objectContaining({ level: 'grant', native: 'CREATEROLE' }));

    await server.run('drop role shortlived');
    const dropped = await list();
    expect(outcome(dropped)).toBe('complete');
    expect(named(dropped.records, 'shortlived')).toBeUndefined();

    await server.run('create role shortlived login');
    const again = named((await list()).records, 'shortlived');
    expect(again?.aliases).toEqual(created?.aliases);
    expect(again?.keys).not.toEqual(created?.keys);
    expect(again?.externalId).not.toBe(created?.externalId);

    const gone = await reread(connector, settings(), created?.externalId as ExternalId, { environment: { DB: PASSWORD } });
    expect(gone.messages).toContainEqual(expect.objectContaining({ kind: 'deleted', externalId: created?.externalId }));
    const there = await reread(connector, settings(), again?.externalId as ExternalId, { environment: { DB: PASSWORD } });
    expect(there.records.map((record) => record.externalId)).toEqual([again?.externalId]);
  });

  it('a missing right is named, and the listing is partial', async () => {
    await server.run('revoke execute on function pg_control_system() from public', 'app');
    const run = await list();
    await server.run('grant execute on function pg_control_system() to public', 'app');
    expect(outcome(run)).toBe('partial');
    expect(run.done.get(COVERAGE)?.problems[0]).toMatchObject({
      code: 'forbidden',
      retry: false,
      message: expect.stringContaining('pg_control_system()'),
    });
    expect(named(run.records, 'payments')).toBeDefined();
  });

  it('a wrong password is told apart from a server that is not there', async () => {
    const wrong = await collect(connector, settings(), { environment: { DB: 'wrong' } });
    expect(wrong.done.get(COVERAGE)).toMatchObject({ outcome: 'failed', problems: [{ code: 'unauthorized', retry: false }] });
    expect(wrong.records).toEqual([]);
    const absent = await collect(connector, { ...settings(), url: server.url('auditor', 'nowhere') }, { environment: { DB: PASSWORD } });
    expect(absent.done.get(COVERAGE)?.problems[0]).toMatchObject({ code: 'not found', retry: false });
  });

  it('[OBS31] a server that stops in the middle yields no record and no completeness', async () => {
    await server.run('begin; lock table pg_catalog.pg_auth_members in access exclusive mode; commit');
    const blocker = server
      .run(`begin; lock table pg_catalog.pg_auth_members in access exclusive mode; select pg_sleep(60)`)
      .catch(() => undefined);
    const waits = async (): Promise<boolean> =>
      (await server.run(`select count(*)::int as n from pg_stat_activity where application_name = 'muster' and wait_event_type = 'Lock'`))
        .rows[0].n > 0;
    await expect
      .poll(
        async () =>
          (
            await server.run(
              `select count(*)::int as n from pg_locks where relation = 'pg_auth_members'::regclass and mode = 'AccessExclusiveLock' and granted`,
            )
          ).rows[0].n,
      )
      .toBe(1);
    const running = list();
    await expect.poll(waits).toBe(true);
    await server.stop('immediate');
    const run = await running;
    await blocker;
    expect(run.records).toEqual([]);
    expect(run.done.get(COVERAGE)).toMatchObject({ outcome: 'failed', problems: [{ code: 'unreachable', retry: true }] });

    const down = await list();
    expect(down.done.get(COVERAGE)).toMatchObject({ outcome: 'failed', problems: [{ code: 'unreachable', retry: true }] });
    await server.start();
    expect(outcome(await list())).toBe('complete');
  });

  it('no password leaves the client, and none is ever selected', async () => {
    const run = await list();
    expect(JSON.stringify(run.messages)).not.toContain(PASSWORD);
    const snapshot = await readSnapshot(
      { url: new URL(server.url('admin', 'app')), password: PASSWORD, ssl: 'off', authority: undefined },
      new AbortController().signal,
    );
    expect(JSON.stringify(snapshot)).not.toMatch(/SCRAM-SHA-256|rolpassword/i);
  });

  it('the least rights that it prints suffice', async () => {
    const sql = connector.grant?.({ url: server.url('least', 'app') }) ?? '';
    await server.run(`${sql}\nalter role least password '${PASSWORD}'`, 'app');
    expect(outcome(await list('least'))).toBe('complete');
  });
});
