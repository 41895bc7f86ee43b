import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CoverageId, ExternalId } from '../../shared/model/ids.ts';
import type { Observation } from '../../shared/model/record.ts';
import { admit } from '../../shared/observed/allowlist.ts';
import type { ConnectorMessage } from '../../sync-server/connectors/connector.ts';
import { connector } from '../../sync-server/connectors/keycloak/connector.ts';
import type { Network } from '../../sync-server/network/network.ts';
import { type Canary, leakedIn, plantedValue } from '../support/canaries.ts';
import { collect, contextFor, DIRECT, reread } from '../support/collect.ts';
import { type Keycloak, startKeycloak } from './keycloak.ts';

const REALM = 'corp';
let server: Keycloak;
let unavailable: string | undefined;
/** The secret of the client that Muster signs in as. */
let secret: string;
let management: string;

interface Named {
  readonly id: string;
  readonly name: string;
}
const realm = <T = unknown>(method: string, path: string, body?: unknown): Promise<T> => server.call<T>(method, `${REALM}${path}`, body);
const client = (clientId: string, more: object = {}): Promise<string> =>
  realm('POST', '/clients', { clientId, publicClient: false, serviceAccountsEnabled: true, standardFlowEnabled: false, ...more });
const accountOf = async (id: string): Promise<string> => (await realm<Named>('GET', `/clients/${id}/service-account-user`)).id;
const secretOf = async (id: string): Promise<string> => (await realm<{ value: string }>('GET', `/clients/${id}/client-secret`)).value;
const rolesNamed = async (path: string, names: readonly string[]): Promise<Named[]> =>
  (await realm<Named[]>('GET', path)).filter(({ name }) => names.includes(name));

async function manage(account: string, roles: readonly string[], method: 'POST' | 'DELETE' = 'POST'): Promise<void> {
  await realm(method, `/users/${account}/role-mappings/clients/${management}`, await rolesNamed(`/clients/${management}/roles`, roles));
}

beforeAll(async () => {
  const started = await startKeycloak();
  if ('unavailable' in started) {
    unavailable = started.unavailable;
    process.stdout.write(`${unavailable}\n`);
    return;
  }
  server = started;
  await server.call('POST', '', { realm: REALM, enabled: true, adminEventsEnabled: true });
  const profile = await realm<object>('GET', '/users/profile');
  await realm('PUT', '/users/profile', { ...profile, unmanagedAttributePolicy: 'ENABLED' });
  management = (await realm<{ id: string }[]>('GET', '/clients?clientId=realm-management'))[0]?.id ?? '';
  const own = await client('muster');
  secret = await secretOf(own);
  await manage(await accountOf(own), rolesPrinted());
}, 900_000);
afterAll(async () => server?.dispose());
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

/** What the connector itself says that it needs. */
const rolesPrinted = (): string[] =>
  [...(connector.grant?.({ realm: REALM }) ?? '').matchAll(/--rolename (\S+)/g)].map(([, name = '']) => name);
const settings = (more: object = {}) => ({ url: server.url, realm: REALM, clientId: 'muster', clientSecret: { env: 'KC' }, ...more });
const environment = () => ({ KC: secret });
const list = (more: object = {}) => collect(connector, settings(more), { environment: environment() });
type Run = Awaited<ReturnType<typeof list>>;
const named = (records: readonly Observation[], name: string): Observation | undefined =>
  records.find((record) => record.aliases.includes(name) || record.fields.name === name);
const outcomes = (run: Run): Record<string, string> => Object.fromEntries([...run.done].map(([id, { outcome }]) => [id, outcome]));
const COMPLETE = { clients: 'complete', users: 'complete', groups: 'complete' };
const part = (name: string): CoverageId => name as CoverageId;
const secretsOf = (run: Run, id: string): Observation[] => run.records.filter(({ externalId }) => externalId.startsWith(`secret/${id}/`));

describe('Keycloak', () => {
  it('[KCL1] lists clients with what they may do, people and groups, by the ids of the realm', async () => {
    const id = await client('payments', { name: 'Payments batch', description: 'Pays invoices', attributes: { owner: 'ana@example.org' } });
    const account = await accountOf(id);
    await manage(account, ['manage-users']);
    const ana = await realm<string>('POST', '/users', {
      ...{ username: 'ana', firstName: 'Ana', lastName: 'Example', email: 'ana@example.org', enabled: true },
      attributes: { manager: ['Bo Example'] },
    });
    const group = await realm<string>('POST', '/groups', { name: 'operators' });
    const { id: below } = await realm<Named>('POST', `/groups/${group}/children`, { name: 'night' });
    await realm('PUT', `/users/${ana}/groups/${below}`);
    await realm('PUT', `/users/${account}/groups/${group}`);

    const run = await list();
    expect(outcomes(run)).toEqual(COMPLETE);
    const issuer = `${server.url}/realms/${REALM}`;
    expect(run.place).toBe(`oidc:${issuer}`);
    const [held] = secretsOf(run, id);
    expect(named(run.records, 'payments')).toMatchObject({
      ...{
        type: 'identity',
        kind: 'application',
        subtype: 'keycloak.client',
        externalId: `client/${id}`,
        keys: [`${issuer}/client/${id}`],
      },
      aliases: ['payments', 'service-account-payments'],
      fields: {
        ...{ name: 'Payments batch', status: 'enabled', boundary: 'realm corp', usedBy: 'machine', owner: 'ana@example.org' },
        ...{ description: 'Pays invoices', memberships: ['/operators'] },
      },
      access: [{ level: 'grant', on: 'realm corp', native: 'role manage-users of client realm-management', certainty: 'exact' }],
      links: [
        { relation: 'has-credential', to: { externalId: held?.externalId }, certainty: 'exact' },
        { relation: 'member-of', to: { externalId: `group/${group}` }, certainty: 'exact' },
      ],
    });
    expect(held).toMatchObject({ type: 'credential', kind: 'secret', fields: { status: 'enabled', name: 'secret of payments' } });
    expect(named(run.records, 'ana@example.org')).toMatchObject({
      ...{ type: 'party', kind: 'person', keys: [`${issuer}/user/${ana}`] },
      fields: { name: 'Ana Example', active: true, manager: 'Bo Example', memberships: ['/operators/night'] },
    });
    expect(named(run.records, '/operators/night')).toMatchObject({ type: 'party', kind: 'team' });
    expect(named(run.records, 'realm-management')).toBeUndefined();
    expect(named(run.records, 'service-account-muster')?.type).toBe('identity');
  });

  it('[KCL2] roles come through groups and composite roles, with the way there', async () => {
    const id = await client('layered');
    await realm('POST', '/roles', { name: 'invoice-writer' });
    await realm('POST', '/roles', { name: 'accountant' });
    await realm('POST', '/roles/accountant/composites', [
      await realm('GET', '/roles/invoice-writer'),
      ...(await rolesNamed(`/clients/${management}/roles`, ['realm-admin'])),
    ]);
    const group = await realm<string>('POST', '/groups', { name: 'accounting' });
    await realm('POST', `/groups/${group}/role-mappings/realm`, [await realm('GET', '/roles/accountant')]);
    await realm('PUT', `/users/${await accountOf(id)}/groups/${group}`);
    const access = named((await list()).records, 'layered')?.access ?? [];
    expect(access).toContainEqual(
      expect.objectContaining({ level: 'full', on: 'realm corp', via: ['/accounting', 'accountant'], certainty: 'exact' }),
    );
    expect(access).toContainEqual(
      expect.objectContaining({
        level: 'write',
        native: 'realm role invoice-writer',
        via: ['/accounting', 'accountant'],
        certainty: 'upper bound',
      }),
    );
  });

  it('[KCL1, KCL3] a client created, changed, rotated, disabled, deleted and created again is seen as what it is', async () => {
    const id = await client('shortlived');
    const first = await list();
    const created = named(first.records, 'shortlived');
    const [before] = secretsOf(first, id);
    const madeAt = (await realm<{ attributes: Record<string, string> }>('GET', `/clients/${id}`)).attributes['client.secret.creation.time'];
    expect(before?.fields.created).toBe(new Date(Number(madeAt) * 1_000).toISOString());

    // Keycloak dates secrets to the second: the next one has to be made in another.
    await expect.poll(() => Math.floor(Date.now() / 1_000) > Number(madeAt)).toBe(true);
    await realm('POST', `/clients/${id}/client-secret`);
    const rotated = await list();
    const [after] = secretsOf(rotated, id);
    expect(secretsOf(rotated, id)).toHaveLength(1);
    expect(after?.externalId).not.toBe(before?.externalId);
    expect(String(after?.fields.created) > String(before?.fields.created)).toBe(true);

    await realm('PUT', `/clients/${id}`, {
      ...(await realm<object>('GET', `/clients/${id}`)),
      enabled: false,
      description: 'Switched off',
    });
    const disabled = await list();
    expect(named(disabled.records, 'shortlived')?.fields).toMatchObject({ status: 'disabled', description: 'Switched off' });
    expect(secretsOf(disabled, id)[0]?.fields.status).toBe('disabled');

    await realm('DELETE', `/clients/${id}`);
    const deleted = await list();
    expect(outcomes(deleted)).toEqual(COMPLETE);
    expect(named(deleted.records, 'shortlived')).toBeUndefined();
    await client('shortlived');
    const again = named((await list()).records, 'shortlived');
    expect(again?.aliases).toEqual(created?.aliases);
    expect(again?.externalId).not.toBe(created?.externalId);

    const gone = await reread(connector, settings(), created?.externalId as ExternalId, { environment: environment() });
    expect(gone.messages).toContainEqual(expect.objectContaining({ kind: 'deleted', externalId: created?.externalId }));
    const there = await reread(connector, settings(), again?.externalId as ExternalId, { environment: environment() });
    expect(there.records).toEqual([again]);
  });

  it('[KCL3] after a rotation by policy the former secret is there until it ends', async () => {
    const executor = {
      executor: 'secret-rotation',
      configuration: { 'expiration-period': 2_505_600, 'rotated-expiration-period': 172_800, 'remaining-rotation-period': 864_000 },
    };
    await realm('PUT', '/client-policies/profiles', { profiles: [{ name: 'rotating', executors: [executor] }] });
    const condition = { condition: 'client-access-type', configuration: { type: ['confidential'] } };
    await realm('PUT', '/client-policies/policies', {
      policies: [{ name: 'rotate', enabled: true, conditions: [condition], profiles: ['rotating'] }],
    });
    const id = await client('rotating');
    const [original] = secretsOf(await list(), id);
    await expect.poll(() => new Date().toISOString() > `${String(original?.fields.created).slice(0, 19)}.999Z`).toBe(true);
    await realm('POST', `/clients/${id}/client-secret`);
    await realm('PUT', '/client-policies/policies', { policies: [] });
    const both = secretsOf(await list(), id);
    expect(both).toHaveLength(2);
    const former = both.find(({ fields }) => fields.name === 'former secret of rotating');
    expect(former?.fields).toMatchObject({ status: 'enabled', description: 'It was rotated, and is taken until it ends.' });
    expect(former?.fields.expires).toBeDefined();
    expect(former?.unread).toEqual(['created']);
    expect(both.find((one) => one !== former)?.externalId).not.toBe(original?.externalId);
    await realm('DELETE', `/clients/${id}/client-secret/rotated`);
    expect(secretsOf(await list(), id)).toHaveLength(1);
  });

  it('[KCL4] a person who is disabled has left, and one who is deleted is listed no more', async () => {
    const id = await realm<string>('POST', '/users', { username: 'cem', email: 'cem@example.org', enabled: true });
    expect(named((await list()).records, 'cem')?.fields.active).toBe(true);
    await realm('PUT', `/users/${id}`, { username: 'cem', email: 'cem@example.org', enabled: false });
    expect(named((await list()).records, 'cem')?.fields.active).toBe(false);
    await realm('DELETE', `/users/${id}`);
    const deleted = await list();
    expect(outcomes(deleted)).toEqual(COMPLETE);
    expect(named(deleted.records, 'cem')).toBeUndefined();
  });

  it('public and third-party clients are marked, with the people who agreed as far as the budget goes', async () => {
    await client('spa', { publicClient: true, serviceAccountsEnabled: false, standardFlowEnabled: true });
    await client('vendor-app', {
      serviceAccountsEnabled: false,
      standardFlowEnabled: true,
      consentRequired: true,
      attributes: { vendor: 'Acme Inc' },
    });
    const run = await list({ consents: { max: 1 } });
    expect(named(run.records, 'spa')?.fields).toMatchObject({ usedBy: 'person', description: 'Public: it proves itself with no secret.' });
    expect(named(run.records, 'spa')?.links).toEqual([]);
    expect(named(run.records, 'vendor-app')?.fields).toMatchObject({
      vendor: 'Acme Inc',
      description: expect.stringContaining('Third party'),
    });
    const people = run.records.filter(({ subtype }) => subtype === 'keycloak.user').length;
    if (people > 1)
      expect(run.done.get(part('clients'))).toMatchObject({
        outcome: 'partial',
        problems: [{ code: 'too large', message: `consents of ${people - 1} of ${people} people were not looked up` }],
      });
  });

  it('a realm ten times larger than a page is listed whole', async () => {
    for (let number = 0; number < 110; number++)
      await realm('POST', '/users', { username: `many-${String(number).padStart(3, '0')}`, enabled: true });
    const run = await list({ pageSize: 10 });
    expect(outcomes(run)).toEqual(COMPLETE);
    const many = run.records.filter(({ fields }) => String(fields.name).startsWith('many-'));
    expect(new Set(many.map(({ externalId }) => externalId)).size).toBe(110);
  });

  it('[KCL5] a role that was taken away is named, and nothing comes back empty', async () => {
    const other = await client('less');
    const account = await accountOf(other);
    const lesser = { clientId: 'less', clientSecret: { env: 'LESS' } };
    const run = async (): Promise<Run> => collect(connector, settings(lesser), { environment: { LESS: await secretOf(other) } });

    await manage(account, ['view-clients', 'query-users', 'query-groups']);
    const blind = await run();
    expect(outcomes(blind)).toEqual({ clients: 'partial', users: 'failed', groups: 'failed' });
    expect(blind.done.get(part('users'))?.problems).toMatchObject([
      { code: 'forbidden', message: expect.stringContaining('the role view-users of realm-management in the realm corp is missing') },
    ]);
    expect(named(blind.records, 'payments')).toMatchObject({ access: [], unread: expect.arrayContaining(['access', 'memberships']) });

    await manage(account, ['view-clients'], 'DELETE');
    await manage(account, ['view-users', 'query-clients']);
    const clientless = await run();
    expect(outcomes(clientless)).toEqual({ clients: 'failed', users: 'complete', groups: 'complete' });
    expect(clientless.done.get(part('clients'))?.problems[0]?.message).toContain('view-clients');

    await manage(account, ['view-users', 'query-clients', 'query-users', 'query-groups'], 'DELETE');
    expect(outcomes(await run())).toEqual({ clients: 'failed', users: 'failed', groups: 'failed' });
  });

  it('a wrong secret, a realm that is not there and a server that is not are told apart', async () => {
    const wrong = await collect(connector, settings(), { environment: { KC: 'wrong' } });
    expect([...wrong.done.values()][0]).toMatchObject({ outcome: 'failed', problems: [{ code: 'unauthorized', retry: false }] });
    const absent = await list({ realm: 'nowhere' });
    expect([...absent.done.values()][0]).toMatchObject({ outcome: 'failed', problems: [{ code: 'not found', retry: false }] });
    const down = await list({ url: 'http://127.0.0.1:1' });
    expect([...down.done.values()][0]).toMatchObject({ outcome: 'failed', problems: [{ code: 'unreachable', retry: true }] });
  });

  it('[KCL6] admin events say what to read again: created, rotated, deleted, and that roles changed', async () => {
    const abort = new AbortController();
    const seen: ConnectorMessage[] = [];
    const id = await client('followed');
    const [before] = secretsOf(await list(), id);
    await expect.poll(() => new Date().toISOString() > `${String(before?.fields.created).slice(0, 19)}.999Z`).toBe(true);
    const cursor = (await list({ events: true })).messages.find((message) => message.kind === 'checkpoint')?.cursor;
    await realm('POST', `/clients/${id}/client-secret`);
    const user = await realm<string>('POST', '/users', { username: 'dora', enabled: true });
    const gone = await client('soon-gone');
    await realm('DELETE', `/clients/${gone}`);
    await realm('POST', '/roles', { name: 'new-role' });

    const context = { ...contextFor(connector, settings({ events: true }), { environment: environment() }), cursor, signal: abort.signal };
    for await (const message of connector.follow?.(context) ?? []) {
      seen.push(message);
      if (message.kind === 'heartbeat') abort.abort();
    }
    const records = seen.flatMap((message) => (message.kind === 'record' ? [message.record] : []));
    expect(records.find(({ externalId }) => externalId === `client/${id}`)).toBeDefined();
    expect(records.find(({ type, externalId }) => type === 'credential' && externalId !== before?.externalId)).toBeDefined();
    expect(seen).toContainEqual({ kind: 'hint', externalId: `user/${user}` });
    expect(seen).toContainEqual(expect.objectContaining({ kind: 'deleted', externalId: `client/${gone}`, evidence: 'event' }));
    expect(seen.filter(({ kind }) => kind === 'gap')).toHaveLength(3);
    expect(seen.findIndex(({ kind }) => kind === 'checkpoint')).toBe(seen.length - 2);
  });

  it('[OBS35] of 50 secrets in the realm none leaves the connector', async () => {
    const canaries: Canary[] = [plantedValue('secret of muster', secret)];
    for (let number = 0; number < 17; number++) {
      const text = (): string => randomBytes(24).toString('base64url');
      const [own, attribute, password] = [text(), text(), text()];
      canaries.push(plantedValue('client secret', own), plantedValue('client attribute', attribute), plantedValue('password', password));
      await client(`canary-${number}`, { secret: own, attributes: { note: attribute, 'client.secret.rotated': attribute } });
      await realm('POST', '/users', {
        ...{ username: `canary-person-${number}`, enabled: true, attributes: { note: [attribute] } },
        credentials: [{ type: 'password', value: password, temporary: false }],
      });
    }
    expect(canaries.length).toBeGreaterThanOrEqual(50);
    const run = await list();
    expect(named(run.records, 'canary-3')).toBeDefined();
    expect(named(run.records, 'canary-person-3')).toBeDefined();
    const fields = new Set(connector.fields);
    for (const record of run.records) expect(admit(record, fields).ok).toBe(true);
    expect(leakedIn(run.messages.map((message) => JSON.stringify(message)).join('\n'), canaries)).toEqual([]);
  });

  it('[OBS31] a server that stops in the middle yields no record of what it was listing, and makes nothing complete', async () => {
    const seen: ConnectorMessage[] = [];
    let bytes = 0;
    let stopped: Promise<void> | undefined;
    const network = Object.assign(Object.create(DIRECT), {
      socketTo: async (...target: Parameters<Network['socketTo']>) => {
        const reached = await DIRECT.socketTo(...target);
        if (reached.ok)
          reached.value.on('data', (data: Buffer) => {
            bytes += data.length;
            if (bytes > 60_000) stopped ??= server.stop();
          });
        return reached;
      },
    }) as Network;
    const context = contextFor(connector, settings({ pageSize: 10 }), { environment: environment() });
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
