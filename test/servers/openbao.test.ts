import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CoverageId, ExternalId } from '../../shared/model/ids.ts';
import type { Observation } from '../../shared/model/record.ts';
import { admit } from '../../shared/observed/allowlist.ts';
import type { ConnectorMessage } from '../../sync-server/connectors/connector.ts';
import { connector } from '../../sync-server/connectors/openbao/connector.ts';
import type { PlannedWrite } from '../../sync-server/connectors/writeBack.ts';
import type { Network } from '../../sync-server/network/network.ts';
import { type Canary, leakedIn, plantedValue } from '../support/canaries.ts';
import { collect, contextFor, DIRECT, reread } from '../support/collect.ts';
import { type OpenBao, startOpenBao } from './openbao.ts';

let server: OpenBao;
let unavailable: string | undefined;

beforeAll(async () => {
  const started = await startOpenBao();
  if ('unavailable' in started) {
    unavailable = started.unavailable;
    process.stdout.write(`${unavailable}\n`);
    return;
  }
  server = started;
  await server.call('POST', 'sys/auth/approle', { type: 'approle' });
  await policy(
    'payments',
    'path "secret/data/payments/*" { capabilities = ["read"] }\npath "secret/metadata/payments" { capabilities = ["list"] }',
  );
  await policy('operators', '# may change policies\npath "sys/policies/acl/*" { capabilities = ["create", "update"] }');
  await server.call('POST', 'auth/approle/role/payments', { token_policies: ['payments'], secret_id_ttl: '24h', secret_id_num_uses: 5 });
  await secret('payments/db', { password: 'one' });
}, 600_000);
afterAll(async () => server?.dispose());
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

const policy = (name: string, text: string) => server.call('PUT', `sys/policies/acl/${name}`, { policy: text });
const secret = (path: string, data: object, mount = 'secret') => server.call('POST', `${mount}/data/${path}`, { data });
const settings = (more: object = {}) => ({ url: server.url, token: { env: 'BAO' }, ...more });
const list = (more: object = {}, token = server.rootToken) => collect(connector, settings(more), { environment: { BAO: token } });
type Run = Awaited<ReturnType<typeof list>>;
const named = (records: readonly Observation[], name: string): Observation | undefined =>
  records.find((record) => record.aliases.includes(name) || record.fields.name === name);
const coverage = (path: string): CoverageId => `mount:${path}` as CoverageId;
const outcomes = (run: Run): Record<string, string> => Object.fromEntries([...run.done].map(([id, { outcome }]) => [id.slice(6), outcome]));
const COMPLETE = { 'secret/': 'complete', 'identity/': 'complete', 'auth/approle/': 'complete', 'auth/token/': 'complete' };
const clusterId = async (): Promise<string> =>
  ((await (await fetch(`${server.url}/v1/sys/health`)).json()) as { cluster_id: string }).cluster_id;
/** To milliseconds, as the register keeps it. */
const instantOf = (time: unknown): string => new Date(String(time)).toISOString();

describe('OpenBao', () => {
  it('[BAO1] lists entities, AppRoles, accessors and metadata, one part for each mount', async () => {
    const { secret_id_accessor: accessor } = await server.call('POST', 'auth/approle/role/payments/secret-id');
    const { role_id: roleId } = await server.call('GET', 'auth/approle/role/payments/role-id');
    const { id: entity } = await server.call('POST', 'identity/entity', {
      name: 'pay-bot',
      policies: ['operators'],
      metadata: { owner: 'Ana Example' },
    });
    const auth = (await server.call('GET', 'sys/auth')) as Record<string, { accessor: string }>;
    await server.call('POST', 'identity/entity-alias', { name: roleId, canonical_id: entity, mount_accessor: auth['approle/']?.accessor });

    const run = await list();
    expect(outcomes(run)).toEqual(COMPLETE);
    expect(run.place).toBe(`vault:${await clusterId()}`);
    const role = named(run.records, 'payments');
    expect(role).toMatchObject({
      type: 'identity',
      kind: 'assumable role',
      subtype: 'vault.approle',
      keys: [`vault:${await clusterId()}/role/${roleId}`],
      aliases: ['auth/approle/role/payments', 'payments'],
      links: [
        { relation: 'can-assume', to: { externalId: `entity/${entity}` }, certainty: 'exact' },
        { relation: 'has-credential', to: { externalId: `accessor/${accessor}` }, certainty: 'exact' },
      ],
    });
    expect(named(run.records, 'pay-bot')).toMatchObject({
      subtype: 'vault.entity',
      externalId: `entity/${entity}`,
      fields: { status: 'enabled', owner: 'Ana Example', usedBy: 'machine' },
    });
    const id = run.records.find(({ externalId }) => externalId === `accessor/${accessor}`);
    expect(id).toMatchObject({
      type: 'credential',
      subtype: 'vault.secret-id',
      fields: { status: 'enabled', description: 'It can be used 5 more times.' },
    });
    expect(Date.parse(String(id?.fields.expires)) - Date.parse(String(id?.fields.created))).toBe(86_400_000);
    const metadata = await server.call('GET', 'secret/metadata/payments/db');
    expect(named(run.records, 'secret/payments/db')).toMatchObject({
      type: 'credential',
      kind: 'secret',
      fields: { status: 'enabled', created: instantOf(metadata.created_time), location: 'secret/payments/db' },
    });
  });

  it('[BAO2] policies are levels of access; what reaches more than it spells is an upper bound', async () => {
    const { records } = await list();
    expect(named(records, 'payments')?.access).toEqual([
      expect.objectContaining({
        level: 'secrets',
        on: 'secret/data/payments/*',
        via: ['payments'],
        native: 'path "secret/data/payments/*" { capabilities = ["read"] }',
        certainty: 'upper bound',
      }),
      expect.objectContaining({ level: 'read', on: 'secret/metadata/payments', certainty: 'exact' }),
    ]);
    expect(named(records, 'pay-bot')?.access).toEqual([
      expect.objectContaining({ level: 'grant', on: 'sys/policies/acl/*', via: ['operators'] }),
    ]);
    const holder = records.find(({ subtype }) => subtype === 'vault.token');
    expect(holder).toMatchObject({ kind: 'unknown', access: [{ level: 'full', on: '*', native: 'policy root' }] });
  });

  it('[BAO3] a secret counts as rotated when a new version is there and the former one cannot be read any more', async () => {
    await secret('rotating', { password: 'first' });
    const at = async (run: Run) => named(run.records, 'secret/rotating')?.fields ?? {};
    const first = await at(await list());
    expect(first.rotated).toBeUndefined();

    await secret('rotating', { password: 'second' });
    const both = await at(await list());
    expect(both).toMatchObject({
      created: first.created,
      status: 'enabled',
      description: expect.stringContaining('Can still be read: version 1'),
    });
    expect(both.rotated).toBeUndefined();

    await server.call('POST', 'secret/destroy/rotating', { versions: [1] });
    const rotated = await at(await list());
    const versions = (await server.call('GET', 'secret/metadata/rotating')).versions as Record<string, { created_time: string }>;
    expect(rotated).toMatchObject({ created: first.created, rotated: instantOf(versions['2']?.created_time), status: 'enabled' });
    expect(rotated.description).not.toContain('Can still be read');

    await server.call('POST', 'secret/delete/rotating', { versions: [2] });
    expect(await at(await list())).toMatchObject({ status: 'disabled' });
    await server.call('POST', 'secret/undelete/rotating', { versions: [2] });
    expect(await at(await list())).toMatchObject({ status: 'enabled' });
  });

  it('[BAO1] created, disabled, deleted and created again: an entity, an AppRole and a secret', async () => {
    const make = async (): Promise<void> => {
      await server.call('POST', 'identity/entity', { name: 'shortlived' });
      await server.call('POST', 'auth/approle/role/shortlived', { token_policies: ['payments'] });
      await secret('shortlived', { password: 'x' });
    };
    const three = (run: Run) => [
      named(
        run.records.filter(({ subtype }) => subtype === 'vault.entity'),
        'shortlived',
      ),
      named(run.records, 'auth/approle/role/shortlived'),
      named(run.records, 'secret/shortlived'),
    ];
    await make();
    const before = three(await list());
    expect(before.every((record) => record !== undefined)).toBe(true);

    await server.call('POST', 'identity/entity/name/shortlived', { disabled: true });
    expect(three(await list())[0]?.fields.status).toBe('disabled');

    await server.call('DELETE', 'identity/entity/name/shortlived');
    await server.call('DELETE', 'auth/approle/role/shortlived');
    await server.call('DELETE', 'secret/metadata/shortlived');
    const deleted = await list();
    expect(outcomes(deleted)).toEqual(COMPLETE);
    expect(three(deleted)).toEqual([undefined, undefined, undefined]);
    for (const record of before) {
      const gone = await reread(connector, settings(), record?.externalId as ExternalId, { environment: { BAO: server.rootToken } });
      expect(gone.messages).toContainEqual(expect.objectContaining({ kind: 'deleted', externalId: record?.externalId }));
    }

    await make();
    const after = three(await list());
    for (const [index, record] of after.entries()) {
      expect(record?.externalId).toBeDefined();
      expect(record?.externalId).not.toBe(before[index]?.externalId);
      expect(record?.keys).not.toEqual(before[index]?.keys);
      const again = await reread(connector, settings(), record?.externalId as ExternalId, { environment: { BAO: server.rootToken } });
      expect(again.records).toEqual([record]);
    }
  });

  it('a token is known by its accessor, belongs to its entity, and ends when it is revoked', async () => {
    const { accessor } = await server.call('POST', 'auth/token/create', { policies: ['payments'], display_name: 'ci', ttl: '1h' });
    const token = (run: Run) => run.records.find(({ externalId }) => externalId === `accessor/${accessor}`);
    expect(token(await list())).toMatchObject({
      kind: 'token',
      subtype: 'vault.service-token',
      fields: { name: 'token token-ci', description: 'Renewable. Policies: default, payments.' },
    });
    await server.call('POST', 'auth/token/revoke-accessor', { accessor });
    expect(token(await list())).toBeUndefined();

    const { role_id } = await server.call('GET', 'auth/approle/role/payments/role-id');
    const { secret_id } = await server.call('POST', 'auth/approle/role/payments/secret-id');
    const signedIn = await server.call('POST', 'auth/approle/login', { role_id, secret_id });
    const own = (await list()).records.find(({ externalId }) => externalId === `accessor/${signedIn.accessor}`);
    expect(own?.links).toEqual([{ relation: 'has-credential', to: { externalId: `entity/${signedIn.entity_id}` }, certainty: 'exact' }]);
  });

  it('[BAO4] accessors beyond the budget are counted exactly, and the listing is partial', async () => {
    for (let number = 0; number < 5; number++) await server.call('POST', 'auth/token/create', { policies: ['payments'], ttl: '1h' });
    const { keys } = (await server.call('LIST', 'auth/token/accessors')) as { keys: string[] };
    const run = await list({ accessors: { max: 3 }, exclude: ['auth/approle/'] });
    expect(run.done.get(coverage('auth/token/'))).toMatchObject({
      outcome: 'partial',
      problems: [{ code: 'too large', message: `${keys.length - 3} of ${keys.length} token accessors of auth/token/ were not looked up` }],
    });
    expect(run.records.filter(({ kind }) => kind === 'token')).toHaveLength(3);
  });

  it('an engine ten times larger than a page is listed whole', async () => {
    await server.call('POST', 'sys/mounts/many', { type: 'kv', options: { version: '2' } });
    for (let number = 0; number < 250; number++)
      await server.call('POST', `many/data/${number % 2 === 0 ? 'even/' : ''}s-${String(number).padStart(3, '0')}`, { data: {} });
    const run = await list({ mounts: ['many'], pageSize: 25 });
    expect(run.done.get(coverage('many/'))?.outcome).toBe('complete');
    expect(new Set(run.records.map(({ externalId }) => externalId)).size).toBe(250);
    const few = await list({ mounts: ['many'], secrets: { max: 100 } });
    expect(few.done.get(coverage('many/'))).toMatchObject({
      outcome: 'partial',
      problems: [{ message: '150 of 250 secrets of many/ were not looked up' }],
    });
    await server.call('DELETE', 'sys/mounts/many');
  });

  it('[BAO5] the policy that it prints suffices, and reads no secret', async () => {
    const printed = connector.grant?.({}) ?? '';
    await policy('muster', printed);
    const { client_token: token } = await server.call('POST', 'auth/token/create', { policies: ['muster'], ttl: '1h' });
    const run = await list({}, String(token));
    expect(outcomes(run)).toEqual(COMPLETE);
    expect(named(run.records, 'payments')?.access).toContainEqual(expect.objectContaining({ level: 'secrets' }));
    const peek = await fetch(`${server.url}/v1/secret/data/payments/db`, { headers: { 'x-vault-token': String(token) } });
    expect(peek.status).toBe(403);
  });

  it('[BAO5] one right that was taken away makes its mount partial, and names path and capability', async () => {
    const printed = connector.grant?.({}) ?? '';
    await policy(
      'muster-less',
      `${printed}\npath "secret/metadata/payments/*" { capabilities = ["deny"] }\npath "sys/policies/acl/operators" { capabilities = ["deny"] }`,
    );
    const { client_token: token } = await server.call('POST', 'auth/token/create', { policies: ['muster-less'], ttl: '1h' });
    const run = await list({}, String(token));
    expect(outcomes(run)).toMatchObject({ 'secret/': 'partial', 'identity/': 'partial', 'auth/token/': 'complete' });
    expect(run.done.get(coverage('secret/'))?.problems).toMatchObject([
      { code: 'forbidden', message: expect.stringContaining('the capability list on secret/metadata/payments/ is missing') },
    ]);
    expect(named(run.records, 'secret/rotating')).toBeDefined();
    expect(named(run.records, 'pay-bot')).toMatchObject({ unread: expect.arrayContaining(['access']) });

    await policy('muster-none', 'path "sys/mounts" { capabilities = ["deny"] }');
    const { client_token: powerless } = await server.call('POST', 'auth/token/create', { policies: ['muster-none'], ttl: '1h' });
    const nothing = await list({}, String(powerless));
    expect(nothing.records).toEqual([]);
    expect(nothing.done.get(coverage('sys/mounts'))).toMatchObject({
      outcome: 'failed',
      problems: [{ message: expect.stringContaining('read on sys/mounts') }],
    });
  });

  it('namespaces are parts of their own', async () => {
    await server.call('POST', 'sys/namespaces/team1');
    await server.call('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } }, 'team1');
    await server.call('POST', 'kv/data/app', { data: { password: 'x' } }, 'team1');
    const run = await list({ namespaces: ['', 'team1'] });
    expect(outcomes(run)).toMatchObject({ ...COMPLETE, 'team1/kv/': 'complete', 'team1/identity/': 'complete' });
    expect(named(run.records, 'team1/kv/app')).toMatchObject({
      coverage: coverage('team1/kv/'),
      fields: { boundary: `${new URL(server.url).host}/team1` },
    });
    const absent = await list({ namespaces: ['nowhere'] });
    expect([...absent.done.values()][0]).toMatchObject({ outcome: 'failed' });
  });

  it('signs in as an AppRole as well, and a refused token or secret ID is told apart from a server that is not there', async () => {
    await policy('muster', connector.grant?.({}) ?? '');
    await server.call('POST', 'auth/approle/role/muster', { token_policies: ['muster'] });
    const { role_id: roleId } = await server.call('GET', 'auth/approle/role/muster/role-id');
    const { secret_id } = await server.call('POST', 'auth/approle/role/muster/secret-id');
    const approle = { url: server.url, roleId, secretId: { env: 'ID' } };
    expect(outcomes(await collect(connector, approle, { environment: { ID: String(secret_id) } }))).toEqual(COMPLETE);
    const wrong = await collect(connector, approle, { environment: { ID: 'wrong' } });
    expect([...wrong.done.values()][0]).toMatchObject({ outcome: 'failed', problems: [{ code: 'unauthorized', retry: false }] });
    const refused = await list({}, 'not-a-token');
    expect([...refused.done.values()][0]).toMatchObject({ outcome: 'failed', problems: [{ code: 'unauthorized', retry: false }] });
    const down = await list({ url: 'http://127.0.0.1:1' });
    expect([...down.done.values()][0]).toMatchObject({ outcome: 'failed', problems: [{ code: 'unreachable', retry: true }] });
  });

  it('[OBS35] of 50 secrets in the vault none leaves the connector', async () => {
    const canaries: Canary[] = [];
    const value = (at: string): string => {
      const text = randomBytes(24).toString('base64url');
      canaries.push(plantedValue(at, text));
      return text;
    };
    for (let number = 0; number < 15; number++) {
      await secret(`canaries/${number}`, { password: value('data'), more: value('data') });
      await server.call('POST', `secret/metadata/canaries/${number}`, {
        custom_metadata: { note: value('custom metadata'), owner: `password=${value('owner')}` },
      });
    }
    const { secret_id } = await server.call('POST', 'auth/approle/role/payments/secret-id', {
      metadata: JSON.stringify({ note: value('metadata of a secret ID') }),
    });
    canaries.push(plantedValue('secret ID', String(secret_id)));
    const { client_token } = await server.call('POST', 'auth/token/create', {
      policies: ['payments'],
      meta: { note: value('metadata of a token') },
    });
    canaries.push(plantedValue('token', String(client_token)), plantedValue('root token', server.rootToken));
    expect(canaries.length).toBeGreaterThanOrEqual(50);

    const run = await list();
    expect(named(run.records, 'secret/canaries/3')).toBeDefined();
    const fields = new Set(connector.fields);
    expect(leakedIn(JSON.stringify(run.records.map((record) => admit(record, fields))), canaries)).toEqual([]);
    const raw = run.messages.map((message) => JSON.stringify(message)).join('\n');
    expect(
      leakedIn(
        raw,
        canaries.filter(({ at }) => at !== 'owner'),
      ),
    ).toEqual([]);
  });
});

describe('[BAO6] writing back', () => {
  const context = (token = server.rootToken) => contextFor(connector, settings(), { environment: { BAO: token } });
  const plan = async (field: string, value: string | null): Promise<PlannedWrite> => {
    const externalId = named((await list({ mounts: ['secret'] })).records, 'secret/payments/db')?.externalId as ExternalId;
    const planned = await connector.planWrite?.(context(), { externalId, field, value });
    if (!planned?.ok) throw new Error(JSON.stringify(planned));
    return planned.value;
  };
  const custom = async () => (await server.call('GET', 'secret/metadata/payments/db')).custom_metadata;

  it('says exactly what would be sent, sends it once, keeps every other key, and knows its own echo', async () => {
    await server.call('POST', 'secret/metadata/payments/db', { custom_metadata: { team: 'Payments', note: 'kept' } });
    const planned = await plan('owner', 'Ana Example');
    expect(planned).toMatchObject({
      target: 'custom_metadata.owner of secret/payments/db',
      from: null,
      to: 'Ana Example',
      statement: `PATCH /v1/secret/metadata/payments/db {"custom_metadata":{"owner":"Ana Example"},"metadata_cas":${planned.version}}`,
    });
    expect(await custom()).toEqual({ team: 'Payments', note: 'kept' });
    expect(await connector.write?.(context(), planned)).toEqual({ kind: 'applied', version: String(Number(planned.version) + 1) });
    expect(await custom()).toEqual({ team: 'Payments', note: 'kept', owner: 'Ana Example' });
    expect(await connector.write?.(context(), planned)).toEqual({ kind: 'already' });
    expect(named((await list({ mounts: ['secret'] })).records, 'secret/payments/db')?.fields).toMatchObject({
      owner: 'Ana Example',
      team: 'Payments',
    });

    expect(await connector.write?.(context(), await plan('owner', null))).toMatchObject({ kind: 'applied' });
    expect(await custom()).toEqual({ team: 'Payments', note: 'kept' });
  });

  it('metadata that changed meanwhile is not overwritten', async () => {
    const planned = await plan('owner', 'Ana Example');
    await server.call('PATCH', 'secret/metadata/payments/db', { custom_metadata: { owner: 'Bo Example' } });
    expect(await connector.write?.(context(), planned)).toMatchObject({ kind: 'changed', now: 'Bo Example' });
    expect(await custom()).toMatchObject({ owner: 'Bo Example' });
  });

  it('what changes between the comparison and the patch the server itself refuses', async () => {
    const { version } = await plan('owner', 'Ana Example');
    await server.call('PATCH', 'secret/metadata/payments/db', { custom_metadata: { note: 'somebody was faster' } });
    const late = server.call('PATCH', 'secret/metadata/payments/db', {
      custom_metadata: { owner: 'Ana Example' },
      metadata_cas: Number(version),
    });
    await expect(late).rejects.toThrow(/400.*check-and-set/);
    expect(await custom()).toMatchObject({ owner: 'Bo Example' });
  });

  it('a right that is missing refuses, and is named', async () => {
    await policy('muster', connector.grant?.({}) ?? '');
    const { client_token: token } = await server.call('POST', 'auth/token/create', { policies: ['muster'], ttl: '1h' });
    const refused = await connector.write?.(context(String(token)), await plan('owner', 'Ana Example'));
    expect(refused).toMatchObject({
      kind: 'refused',
      problem: { code: 'forbidden', message: expect.stringContaining('patch on secret/metadata/payments/db') },
    });
  });
});

describe('a server that stops', () => {
  it('[OBS31] in the middle yields no record of what it was listing, and makes nothing complete', async () => {
    const seen: ConnectorMessage[] = [];
    let answers = 0;
    let stopped: Promise<void> | undefined;
    const network = Object.assign(Object.create(DIRECT), {
      socketTo: async (...target: Parameters<Network['socketTo']>) => {
        const reached = await DIRECT.socketTo(...target);
        if (reached.ok)
          reached.value.on('data', () => {
            if (++answers > 12) stopped ??= server.stop();
          });
        return reached;
      },
    }) as Network;
    const context = contextFor(connector, settings(), { environment: { BAO: server.rootToken } });
    for await (const message of connector.list({ ...context, network })) seen.push(message);
    expect(stopped).toBeDefined();
    await stopped;
    const done = seen.filter((message) => message.kind === 'coverageDone');
    const failed = new Set(done.filter(({ outcome }) => outcome !== 'complete').map((message) => message.coverage));
    expect(failed.size).toBeGreaterThan(0);
    expect(seen.filter((message) => message.kind === 'record' && failed.has(message.record.coverage))).toEqual([]);
    expect(done.flatMap(({ problems }) => problems)[0]).toMatchObject({ code: 'unreachable', retry: true });
  });
});
