import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExternalId } from '../../shared/model/ids.ts';
import { connector } from '../../sync-server/connectors/postgres/connector.ts';
import type { PlannedWrite } from '../../sync-server/connectors/writeBack.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { collect, contextFor } from '../support/collect.ts';

const PASSWORD = randomBytes(18).toString('base64url');
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
  await server.run(`create role reader login password '${PASSWORD}'; create role writer login password '${PASSWORD}'`);
  // Exactly what is printed, and nothing else.
  await server.run(connector.grant?.({ url: server.url('writer') }, { writing: true }).replace(/^CREATE ROLE.*$/m, '') ?? '');
});
afterAll(async () => server?.dispose());
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

const context = (user = 'writer') =>
  contextFor(connector, { url: server.url(user), password: { env: 'DB' } }, { environment: { DB: PASSWORD } });
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
let count = 0;
/** A role of its own for each test. @returns its name and how the source addresses it. */
async function newRole(comment: string | null = null, name = `bot ${++count}`): Promise<{ name: string; id: ExternalId }> {
  await server.run(`create role ${quoted(name)} login`);
  if (comment !== null) await server.run(`comment on role ${quoted(name)} is ${literal(comment)}`);
  const { rows } = await server.run(`select oid::text from pg_roles where rolname = ${literal(name)}`);
  return { name, id: `role/${rows[0].oid}` as ExternalId };
}
const literal = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
const commentOf = async (id: string): Promise<string | null> =>
  (await server.run(`select shobj_description(${id.slice('role/'.length)}, 'pg_authid') as comment`)).rows[0].comment;
async function planned(externalId: ExternalId, value: string | null, field = 'owner'): Promise<PlannedWrite> {
  const plan = await connector.planWrite?.(context(), { externalId, field, value });
  if (!plan?.ok) throw new Error(JSON.stringify(plan));
  return plan.value;
}
const write = (plan: PlannedWrite, user?: string) => connector.write?.(context(user), plan);
const fieldsOf = async (id: ExternalId) =>
  (await collect(connector, { url: server.url('writer'), password: { env: 'DB' } }, { environment: { DB: PASSWORD } })).records.find(
    ({ externalId }) => externalId === id,
  )?.fields;

describe('[WB8] comments on PostgreSQL roles', () => {
  it('a plan says exactly what would be sent and sends nothing; sent, it is what the next listing says', async () => {
    const { name, id } = await newRole('Pays invoices\nat night');
    const plan = await planned(id, 'Payments');
    const system = (await server.run('select system_identifier::text as id from pg_control_system()')).rows[0].id;
    const to = 'Pays invoices\nat night\nmuster:{"owner":"Payments"}';
    expect(plan).toEqual({
      externalId: id,
      field: 'owner',
      target: `COMMENT ON ROLE ${name}`,
      from: 'Pays invoices\nat night',
      to,
      version: `postgres:${system}`,
      statement: `COMMENT ON ROLE "${name}" IS '${to}'`,
    });
    expect(await commentOf(id)).toBe('Pays invoices\nat night');
    expect(await write(plan)).toEqual({ kind: 'applied', version: plan.version });
    expect(await commentOf(id)).toBe(to);
    expect(await fieldsOf(id)).toMatchObject({ owner: 'Payments', description: 'Pays invoices\nat night' });
    expect(await write(plan)).toEqual({ kind: 'already' });
  });

  it('fields share the one comment, each is set and taken out by itself, and the rest stays to the byte', async () => {
    const { id } = await newRole('kept  as it is \t');
    await write(await planned(id, 'Payments'));
    await write(await planned(id, 'Core platform', 'team'));
    expect(await commentOf(id)).toBe('kept  as it is \t\nmuster:{"owner":"Payments","team":"Core platform"}');
    await write(await planned(id, null));
    expect(await fieldsOf(id)).toMatchObject({ team: 'Core platform', description: 'kept  as it is \t' });
    await write(await planned(id, null, 'team'));
    expect(await commentOf(id)).toBe('kept  as it is \t');
  });

  it('a role without a comment gets one, and has none again', async () => {
    const { id } = await newRole();
    const plan = await planned(id, 'Payments');
    expect([plan.from, plan.to]).toEqual([null, 'muster:{"owner":"Payments"}']);
    await write(plan);
    const back = await planned(id, null);
    expect(back).toMatchObject({ to: null, statement: expect.stringMatching(/ IS NULL$/) });
    await write(back);
    expect(await commentOf(id)).toBeNull();
  });

  it('[WB7] a comment that changed since is left alone, and what it says now comes back', async () => {
    const { name, id } = await newRole('before');
    const plan = await planned(id, 'Payments');
    await server.run(`comment on role ${quoted(name)} is 'somebody was quicker'`);
    expect(await write(plan)).toEqual({ kind: 'changed', now: 'somebody was quicker', version: plan.version });
    expect(await commentOf(id)).toBe('somebody was quicker');
  });

  it('[WB7] also when somebody writes at the same moment: whoever is second finds what the first wrote', async () => {
    const { id } = await newRole('before');
    const plans = await Promise.all(['A', 'B', 'C', 'D', 'E', 'F'].map((value) => planned(id, value)));
    const outcomes = await Promise.all(plans.map((plan) => write(plan)));
    const applied = plans.filter((_, index) => outcomes[index]?.kind === 'applied');
    expect(applied).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome?.kind === 'changed')).toHaveLength(plans.length - 1);
    expect(await commentOf(id)).toBe(applied[0]?.to);
  });

  it('[WB7] a writer that has not committed is waited for', async () => {
    const { name, id } = await newRole('before');
    const plan = await planned(id, 'Payments');
    const first = server.run(`begin; comment on role ${quoted(name)} is 'theirs'; select pg_sleep(1); commit`);
    await expect
      .poll(
        async () =>
          (
            await server.run(
              `select count(*)::int as n from pg_stat_activity where query like '%pg_sleep(1)%' and state = 'active' and pid <> pg_backend_pid()`,
            )
          ).rows[0].n,
      )
      .toBe(1);
    expect(await write(plan)).toMatchObject({ kind: 'changed', now: 'theirs' });
    await first;
  });

  it('a dropped role, one that was recreated, and another cluster are refused', async () => {
    const { name, id } = await newRole();
    const plan = await planned(id, 'Payments');
    expect(await write({ ...plan, version: 'postgres:7' })).toMatchObject({ kind: 'refused', problem: { code: 'misconfigured' } });
    await server.run(`drop role ${quoted(name)}; create role ${quoted(name)} login`);
    expect(await write(plan)).toMatchObject({ kind: 'refused', problem: { code: 'not found' } });
  });

  it('without the right it is refused, with what to do; reading rights are printed without writing ones', async () => {
    const { id } = await newRole('before');
    const outcome = await write(await planned(id, 'Payments'), 'reader');
    expect(outcome).toMatchObject({ kind: 'refused', problem: { code: 'forbidden', retry: false } });
    expect(await commentOf(id)).toBe('before');
    expect(connector.grant?.({ url: server.url('writer') })).not.toContain('CREATEROLE');
    expect(connector.grant?.({ url: server.url('writer') }, { writing: true })).toContain('ALTER ROLE "writer" CREATEROLE;');
  });

  it('a server that is gone is refused before anything was sent', async () => {
    const { id } = await newRole('before');
    const plan = await planned(id, 'Payments');
    await server.stop();
    const outcome = await write(plan);
    await server.start();
    expect(outcome).toMatchObject({ kind: 'refused', problem: { code: 'unreachable', retry: true } });
    expect(await commentOf(id)).toBe('before');
  });
});

describe('[WB8] hostile values', () => {
  const HOSTILE = [
    `'; drop role reader; --`,
    `\\'; drop role reader; --`,
    `$$; drop role reader; $$`,
    `"}\nmuster:{"owner":"someone else"}`,
    'NUL \u0000 and bell \u0007',
    'right to left \u202Egnp.exe',
    '\u{1F980} \uFFFF \u2028',
    "E'\\x27'",
  ];
  it.each(HOSTILE)('%j arrives as it is, and does nothing else', async (value) => {
    const { id } = await newRole("it's \\ theirs");
    expect(await write(await planned(id, value))).toMatchObject({ kind: 'applied' });
    expect(await fieldsOf(id)).toMatchObject({ owner: value, description: "it's \\ theirs" });
    expect((await server.run(`select count(*)::int as n from pg_roles where rolname = 'reader'`)).rows[0].n).toBe(1);
  });

  it('so does a role that is called like SQL', async () => {
    const { id, name } = await newRole(null, `x" IS 'y'; drop role reader; --`);
    expect(await write(await planned(id, 'Payments'))).toMatchObject({ kind: 'applied' });
    expect((await server.run(`select count(*)::int as n from pg_roles where rolname in ('reader', ${literal(name)})`)).rows[0].n).toBe(2);
  });

  it('1 MB, nothing, and what is no text are refused before the source is written to', async () => {
    const { id } = await newRole('before');
    for (const value of ['x'.repeat(1_048_576), '', 7, { owner: 'x' }, '\uD800'])
      expect(await connector.planWrite?.(context(), { externalId: id, field: 'owner', value })).toMatchObject({
        ok: false,
        error: { code: 'malformed' },
      });
    const { id: long } = await newRole('x'.repeat(1_048_576));
    expect(await connector.planWrite?.(context(), { externalId: long, field: 'owner', value: 'x' })).toMatchObject({
      ok: false,
      error: { code: 'too large' },
    });
    expect(await connector.planWrite?.(context(), { externalId: id, field: 'lastUsed', value: 'x' })).toMatchObject({ ok: false });
    expect(await connector.planWrite?.(context(), { externalId: `role/1 or 1=1` as ExternalId, field: 'owner', value: 'x' })).toMatchObject(
      { ok: false },
    );
    expect(await commentOf(id)).toBe('before');
  });

  it('a statement that is not what the value is written as is never run', async () => {
    const { id } = await newRole('before');
    const plan = await planned(id, 'Payments');
    for (const statement of ['drop role reader', `${plan.statement}; drop role reader`, plan.statement.replace('Payments', 'Evil')])
      expect(await write({ ...plan, statement })).toMatchObject({ kind: 'refused', problem: { code: 'malformed' } });
    expect(await commentOf(id)).toBe('before');
  });

  it('a last line that only looks like ours is somebody’s text', async () => {
    const odd = [
      'muster:{"owner":7}',
      'muster:{"color":"red"}',
      'muster:{"owner":""}',
      'muster:["owner"]',
      'muster:{"owner":"x"} ',
      'x muster:{"owner":"x"}',
    ];
    for (const comment of odd) {
      const { id } = await newRole(comment);
      const fields = await fieldsOf(id);
      expect([fields?.owner, fields?.description]).toEqual([undefined, comment]);
      await write(await planned(id, 'Payments'));
      expect(await commentOf(id)).toBe(`${comment}\nmuster:{"owner":"Payments"}`);
    }
  });
});
