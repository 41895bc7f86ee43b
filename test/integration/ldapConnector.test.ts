import { randomBytes } from 'node:crypto';
import { Attribute, Change, Control } from 'ldapts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CoverageId, ExternalId } from '../../shared/model/ids.ts';
import type { Observation } from '../../shared/model/record.ts';
import { admit } from '../../shared/observed/allowlist.ts';
import type { ConnectorMessage } from '../../sync-server/connectors/connector.ts';
import { AssertionControl } from '../../sync-server/connectors/ldap/assertion.ts';
import { connector } from '../../sync-server/connectors/ldap/connector.ts';
import type { PlannedWrite } from '../../sync-server/connectors/writeBack.ts';
import { Network } from '../../sync-server/network/network.ts';
import { NoProxy } from '../../sync-server/network/noProxy.ts';
import { type Slapd, SUFFIX, startSlapd } from '../servers/slapd.ts';
import { startAuthority } from '../servers/tls.ts';
import { type Canary, leakedIn, plantedValue } from '../support/canaries.ts';
import { collect, contextFor, DIRECT, reread } from '../support/collect.ts';

const authority = startAuthority();
const PASSWORD = randomBytes(18).toString('base64url');
const READER = `cn=muster,ou=services,${SUFFIX}`;
const [PEOPLE, GROUPS, SERVICES] = ['people', 'groups', 'services'].map((ou) => `ou=${ou},${SUFFIX}`) as [string, string, string];
let server: Slapd;
let unavailable: string | undefined;

beforeAll(async () => {
  const tls =
    'unavailable' in authority ? {} : { certificate: authority.issue({ name: 'localhost', days: 2 }), authority: authority.certificate };
  const started = await startSlapd(PASSWORD, tls);
  if ('unavailable' in started) {
    unavailable = started.unavailable;
    process.stdout.write(`${unavailable}\n`);
    return;
  }
  server = started;
  await server.add(READER, { objectClass: ['applicationProcess', 'simpleSecurityObject'], cn: 'muster', userPassword: PASSWORD });
  await person('ana', { manager: `uid=bo,${PEOPLE}` });
  await person('bo');
  await service('payments', { description: 'Pays invoices at night', seeAlso: `uid=ana,${PEOPLE}` });
  await server.add(`cn=Operators,${GROUPS}`, { objectClass: 'groupOfNames', cn: 'Operators', member: `uid=payments,${SERVICES}` });
  await server.add(`cn=Admins,${GROUPS}`, {
    objectClass: 'groupOfNames',
    cn: 'Admins',
    member: [`cn=operators, ${GROUPS}`, `uid=bo,${PEOPLE}`],
  });
});
afterAll(async () => {
  await server?.dispose();
  if (!('unavailable' in authority)) authority.dispose();
});
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

const person = (uid: string, more: Record<string, string | string[]> = {}): Promise<void> =>
  server.add(`uid=${uid},${PEOPLE}`, {
    objectClass: 'inetOrgPerson',
    uid,
    cn: `${uid} Example`,
    sn: 'Example',
    mail: `${uid}@example.org`,
    userPassword: PASSWORD,
    ...more,
  });
const service = (uid: string, more: Record<string, string | string[]> = {}): Promise<void> =>
  server.add(`uid=${uid},${SERVICES}`, { objectClass: ['account', 'simpleSecurityObject'], uid, userPassword: PASSWORD, ...more });

const settings = (more: object = {}) => ({
  url: `ldap://127.0.0.1:${server.port}`,
  bindDn: READER,
  password: { env: 'LDAP' },
  ownerAttribute: 'seeAlso',
  levels: [`full: cn=Admins,${GROUPS}`],
  ...more,
});
const environment = { LDAP: PASSWORD };
const list = (more: object = {}) => collect(connector, settings(more), { environment });
const named = (records: readonly Observation[], name: string, type = 'identity'): Observation | undefined =>
  records.find((record) => record.type === type && record.aliases.some((alias) => alias === name));
const coverage = (purpose: string, base: string = SUFFIX): CoverageId => `${purpose}:${base}` as CoverageId;
const outcomes = (run: Awaited<ReturnType<typeof list>>): string[] => [...run.done.values()].map(({ outcome }) => outcome);

const attributesOf = (dn: string, attributes: string[] = ['*']) =>
  server.admin(async (client) => (await client.search(dn, { scope: 'base', attributes })).searchEntries[0] as Record<string, unknown>);
const operationalOf = (dn: string) => attributesOf(dn, ['+']) as Promise<Record<string, string>>;
const uuidOf = async (dn: string): Promise<string> => (await operationalOf(dn)).entryUUID ?? '';
/** 20260102030405Z is 2026-01-02T03:04:05.000Z. */
const instantOf = (time: string | undefined): string =>
  `${time?.slice(0, 14).replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6')}.000Z`;
/** The server writes whole seconds: the next change has to be in another one. */
const pastSecond = async (time: string | undefined): Promise<void> => {
  await expect.poll(() => new Date().toISOString() > `${instantOf(time).slice(0, 19)}.999Z`).toBe(true);
};

/** A way to the server that is closed by its stopping once so many bytes came back. */
function stopAfter(bytes: number, stop: () => void): Network {
  return Object.assign(Object.create(DIRECT), {
    socketTo: async (...target: Parameters<Network['socketTo']>) => {
      const reached = await DIRECT.socketTo(...target);
      if (reached.ok) reached.value.on('data', () => reached.ok && reached.value.bytesRead > bytes && stop());
      return reached;
    },
  }) as Network;
}

describe('OpenLDAP', () => {
  it('[LDP1] lists accounts, people and groups by entryUUID, with names as aliases', async () => {
    const run = await list();
    expect(outcomes(run)).toEqual(['complete', 'complete', 'complete']);
    const payments = named(run.records, 'payments');
    const uuid = await uuidOf(`uid=payments,${SERVICES}`);
    expect(payments).toMatchObject({
      type: 'identity',
      kind: 'service account',
      subtype: 'ldap.account',
      externalId: `entry/${uuid}`,
      coverage: coverage('accounts'),
      keys: [`ldap:${uuid}`],
      aliases: [`uid=payments,${SERVICES}`, 'payments'],
      fields: {
        status: 'enabled',
        boundary: 'example.org',
        description: 'Pays invoices at night',
        owner: `uid=ana,${PEOPLE}`,
        memberships: ['Operators'],
      },
    });
    expect(named(run.records, 'ana@example.org', 'party')).toMatchObject({
      kind: 'person',
      fields: { name: 'ana Example', email: 'ana@example.org', manager: 'bo Example', active: true },
    });
    expect(named(run.records, 'Operators', 'party')).toMatchObject({ kind: 'team', fields: { partyKind: 'team', active: true } });
    expect(run.place).toBe(`ldap:${await uuidOf(SUFFIX)}`);
  });

  it('[LDP3] what a group gives goes to the members of its members, with the way there', async () => {
    const payments = named((await list()).records, 'payments');
    expect(payments?.access).toEqual([
      {
        level: 'full',
        on: '*',
        boundary: 'example.org',
        via: ['Operators', 'Admins'],
        native: `member of cn=Admins,${GROUPS}`,
        certainty: 'exact',
      },
    ]);
    expect(payments?.links).toContainEqual({
      relation: 'member-of',
      to: { externalId: `entry/${await uuidOf(`cn=Operators,${GROUPS}`)}` },
      certainty: 'exact',
    });
  });

  it('[LDP1, LDP2] an account created, changed, rotated, disabled, moved, deleted and created again is seen as what it is', async () => {
    await service('shortlived');
    const before = await list();
    const created = named(before.records, 'shortlived');
    const password = (run: typeof before) =>
      run.records.find(({ type, keys }) => type === 'credential' && keys[0]?.startsWith(String(created?.keys[0])));
    const operational = await operationalOf(`uid=shortlived,${SERVICES}`);
    expect(created?.fields).toMatchObject({ status: 'enabled', created: instantOf(operational.createTimestamp) });
    expect(password(before)?.fields).toMatchObject({ status: 'enabled', rotated: instantOf(operational.pwdChangedTime) });

    await server.set(`uid=shortlived,${SERVICES}`, 'description', ['Now it has a purpose']);
    await pastSecond(operational.pwdChangedTime);
    await server.set(`uid=shortlived,${SERVICES}`, 'userPassword', ['another one entirely']);
    const rotated = await list();
    const since = instantOf((await operationalOf(`uid=shortlived,${SERVICES}`)).pwdChangedTime);
    expect(named(rotated.records, 'shortlived')?.fields).toMatchObject({ description: 'Now it has a purpose', rotated: since });
    expect(password(rotated)?.fields.rotated).toBe(since);
    expect(since > String(password(before)?.fields.rotated)).toBe(true);

    await server.set(`uid=shortlived,${SERVICES}`, 'pwdAccountLockedTime', ['000001010000Z']);
    const disabled = await list();
    expect(named(disabled.records, 'shortlived')?.fields.status).toBe('disabled');
    expect(password(disabled)?.fields.status).toBe('disabled');
    await server.set(`uid=shortlived,${SERVICES}`, 'pwdAccountLockedTime', []);

    await server.admin((client) => client.modifyDN(`uid=shortlived,${SERVICES}`, `uid=renamed,${GROUPS}`));
    const moved = named((await list()).records, 'renamed');
    expect(moved?.externalId).toBe(created?.externalId);
    expect(moved?.aliases).toContain(`uid=renamed,${GROUPS}`);
    await server.admin((client) => client.modifyDN(`uid=renamed,${GROUPS}`, `uid=shortlived,${SERVICES}`));

    await server.admin((client) => client.del(`uid=shortlived,${SERVICES}`));
    const deleted = await list();
    expect(outcomes(deleted)).toEqual(['complete', 'complete', 'complete']);
    expect(named(deleted.records, 'shortlived')).toBeUndefined();

    await service('shortlived');
    const again = named((await list()).records, 'shortlived');
    expect(again?.aliases).toEqual(created?.aliases);
    expect(again?.externalId).not.toBe(created?.externalId);
    expect(again?.keys).not.toEqual(created?.keys);

    const gone = await reread(connector, settings(), created?.externalId as ExternalId, { environment });
    expect(gone.messages).toContainEqual(expect.objectContaining({ kind: 'deleted', externalId: created?.externalId }));
    const there = await reread(connector, settings(), again?.externalId as ExternalId, { environment });
    expect(there.records).toEqual([again]);
  });

  it('[LDP4] a person who is locked for good has left; one who was locked out for a while has not', async () => {
    await person('cem');
    await server.set(`uid=cem,${PEOPLE}`, 'pwdAccountLockedTime', ['20260101000000Z']);
    expect(named((await list()).records, 'cem', 'party')?.fields.active).toBe(true);
    await server.set(`uid=cem,${PEOPLE}`, 'pwdAccountLockedTime', ['000001010000Z']);
    expect(named((await list()).records, 'cem', 'party')?.fields.active).toBe(false);
    await server.admin((client) => client.del(`uid=cem,${PEOPLE}`));
    expect(named((await list()).records, 'cem', 'party')).toBeUndefined();
  });

  it('a directory ten times larger than a page is listed whole; a size limit ends it, and is said', async () => {
    await server.admin(async (client) => {
      await client.add(`ou=many,${SUFFIX}`, { objectClass: 'organizationalUnit', ou: 'many' });
      for (let number = 0; number < 250; number++)
        await client.add(`uid=many-${number},ou=many,${SUFFIX}`, { objectClass: 'account', uid: `many-${number}` });
    });
    const many = { bases: [`ou=many,${SUFFIX}`], pageSize: 25 };
    const accounts = (run: Awaited<ReturnType<typeof list>>) =>
      run.records.filter(({ coverage: id }) => id === coverage('accounts', `ou=many,${SUFFIX}`));
    const whole = await list(many);
    expect(whole.done.get(coverage('accounts', `ou=many,${SUFFIX}`))?.outcome).toBe('complete');
    expect(new Set(accounts(whole).map(({ externalId }) => externalId)).size).toBe(250);

    await server.limit([`dn.exact="${READER}" size.prtotal=100`]);
    const cut = await list(many);
    await server.limit([]);
    expect(cut.done.get(coverage('accounts', `ou=many,${SUFFIX}`))).toMatchObject({
      outcome: 'partial',
      problems: [{ code: 'too large', retry: false }],
    });
    expect(accounts(cut).length).toBeGreaterThan(0);
    expect(accounts(cut).length).toBeLessThan(250);
  });

  it('[LDP5] a right that was taken away is named, and makes its part partial, never empty', async () => {
    const everyone = 'to * by users read by * auth';
    await server.allow([`to attrs=pwdAccountLockedTime,pwdChangedTime by dn.exact="${READER}" none by * break`, everyone]);
    const blind = await list();
    expect(blind.done.get(coverage('accounts'))).toMatchObject({
      outcome: 'partial',
      problems: [{ code: 'forbidden', message: expect.stringContaining('pwdChangedTime, pwdAccountLockedTime') }],
    });
    expect(named(blind.records, 'payments')).toMatchObject({ unread: expect.arrayContaining(['status']) });
    expect(named(blind.records, 'ana', 'party')?.unread).toContain('active');

    await server.allow([`to attrs=entryUUID by dn.exact="${READER}" none by * break`, everyone]);
    const nameless = await list();
    expect(outcomes(nameless)).toEqual(['partial', 'partial', 'partial']);
    expect(JSON.stringify(nameless.done.get(coverage('accounts')))).toContain('entryUUID');

    await server.allow([`to dn.subtree="${SERVICES}" by dn.exact="${READER}" none by * break`, everyone]);
    const hidden = await list({ bases: [SERVICES] });
    expect(hidden.done.get(coverage('accounts', SERVICES))).toMatchObject({
      outcome: 'failed',
      problems: [{ message: expect.stringContaining(SERVICES) }],
    });

    await server.allow([`to dn.children="${SERVICES}" by dn.exact="${READER}" none by * break`, everyone]);
    const childless = await list({ bases: [SERVICES] });
    expect(childless.done.get(coverage('accounts', SERVICES))).toMatchObject({ outcome: 'partial', problems: [{ code: 'forbidden' }] });

    await server.allow([everyone]);
    expect(outcomes(await list())).toEqual(['complete', 'complete', 'complete']);
  });

  it('[LDP6] the rights that it prints suffice, and passwords are in none of them', async () => {
    const ldif = connector.grant?.({ bindDn: READER, bases: [SUFFIX], ownerAttribute: 'seeAlso' }) ?? '';
    const rules = [...ldif.replaceAll('\n  by', ' by').matchAll(/^olcAccess: \{\d+\}(.*)$/gm)].map(([, rule = '']) => rule);
    await server.allow([...rules, 'to attrs=userPassword by anonymous auth', 'to * by * none']);
    const run = await list();
    await server.allow(['to * by users read by * auth']);
    expect(outcomes(run)).toEqual(['complete', 'complete', 'complete']);
    expect(named(run.records, 'payments')).toMatchObject({
      fields: { status: 'enabled', owner: `uid=ana,${PEOPLE}`, memberships: ['Operators'] },
    });
    expect(rules.join()).not.toMatch(/userPassword/i);
  });

  it('a wrong password is told apart from a base that is not there and a server that is not', async () => {
    const wrong = await collect(connector, settings(), { environment: { LDAP: 'wrong' } });
    expect([...wrong.done.values()][0]).toMatchObject({ outcome: 'failed', problems: [{ code: 'unauthorized', retry: false }] });
    const absent = await list({ bases: [`ou=nowhere,${SUFFIX}`] });
    expect(absent.done.get(coverage('accounts', `ou=nowhere,${SUFFIX}`))).toMatchObject({
      outcome: 'failed',
      problems: [{ code: 'not found' }],
    });
    const down = await list({ url: 'ldap://127.0.0.1:1' });
    expect([...down.done.values()][0]).toMatchObject({ outcome: 'failed', problems: [{ code: 'unreachable', retry: true }] });
    expect(down.records).toEqual([]);
  });

  it('a referral is not followed', async () => {
    const referral = { objectClass: ['referral', 'extensibleObject'], ou: 'elsewhere', ref: `ldap://192.0.2.1/ou=elsewhere,${SUFFIX}` };
    await server.add(`ou=elsewhere,${SUFFIX}`, referral);
    const run = await list();
    expect(outcomes(run)).toEqual(['complete', 'complete', 'complete']);
    const base = await list({ bases: [`ou=elsewhere,${SUFFIX}`] });
    expect(base.done.get(coverage('accounts', `ou=elsewhere,${SUFFIX}`))).toMatchObject({
      outcome: 'failed',
      problems: [{ code: 'misconfigured', message: expect.stringContaining('referrals are not followed') }],
    });
    await server.admin((client) => client.del(`ou=elsewhere,${SUFFIX}`, new Control('2.16.840.1.113730.3.4.2', { critical: true })));
  });

  it('[OBS35] of 50 secrets in the directory none leaves the connector', async () => {
    const canaries: Canary[] = [];
    const secret = (at: string): string => {
      const value = randomBytes(24).toString('base64url');
      canaries.push(plantedValue(at, value));
      return value;
    };
    for (let number = 0; number < 12; number++) {
      await person(`canary-${number}`, {
        userPassword: secret('userPassword of a person'),
        userPKCS12: secret('userPKCS12'),
        homePostalAddress: secret('homePostalAddress'),
      });
      await service(`canary-${number}`, {
        userPassword: secret('userPassword of a service'),
        host: secret('host'),
        description: `password=${secret('description')}`,
      });
    }
    expect(canaries.length).toBeGreaterThanOrEqual(50);
    // As the most that a reader could be given: the administrator, who may read every attribute.
    const run = await list({ bindDn: `cn=admin,${SUFFIX}` });
    expect(named(run.records, 'canary-3')).toBeDefined();
    const fields = new Set(connector.fields);
    const kept = run.records.map((record) => admit(record, fields));
    expect(leakedIn(JSON.stringify(kept), canaries)).toEqual([]);
    const raw = run.messages.map((message) => JSON.stringify(message)).join('\n');
    expect(
      leakedIn(
        raw,
        canaries.filter(({ at }) => at !== 'description'),
      ),
    ).toEqual([]);
    expect(raw).not.toContain(PASSWORD);
  });

  it('[OBS31] a server that stops in the middle yields no record of what it was listing, and makes nothing complete', async () => {
    const seen: ConnectorMessage[] = [];
    const context = contextFor(connector, settings({ pageSize: 10 }), { environment });
    let stopped: Promise<void> | undefined;
    const stopping = {
      ...context,
      network: stopAfter(3_000, () => {
        stopped ??= server.stop();
      }),
    };
    for await (const message of connector.list(stopping)) seen.push(message);
    await stopped;
    expect(stopped).toBeDefined();
    const done = seen.filter((message) => message.kind === 'coverageDone');
    expect(done.some(({ outcome }) => outcome === 'failed')).toBe(true);
    const failed = new Set(done.filter(({ outcome }) => outcome !== 'complete').map((message) => message.coverage));
    expect(seen.filter((message) => message.kind === 'record' && failed.has(message.record.coverage))).toEqual([]);
    expect(done.flatMap(({ problems }) => problems)[0]).toMatchObject({ code: 'unreachable', retry: true });
    await server.start();
    expect(outcomes(await list())).toEqual(['complete', 'complete', 'complete']);
  });
});

describe('[LDP8] a secured connection', () => {
  const trusting = (certificate: string) => new Network({ proxy: undefined, noProxy: new NoProxy([]), authorities: [certificate] });

  it('StartTLS and LDAPS, verified with the authorities of the source, and refused without', async (context) => {
    if ('unavailable' in authority) return context.skip(authority.unavailable);
    const network = trusting(authority.certificate);
    const ways = [{ url: `ldap://localhost:${server.port}`, tls: 'StartTLS' }, { url: `ldaps://localhost:${server.securePort}` }];
    for (const way of ways) {
      expect(outcomes(await collect(connector, settings(way), { environment, network }))).toEqual(['complete', 'complete', 'complete']);
      const strange = await collect(connector, settings(way), { environment });
      expect([...strange.done.values()][0]).toMatchObject({ outcome: 'failed', problems: [{ code: 'unreachable', retry: false }] });
    }
    const elsewhere = await collect(connector, settings({ url: `ldaps://127.0.0.1:${server.securePort}` }), { environment, network });
    expect([...elsewhere.done.values()][0]).toMatchObject({ outcome: 'failed', problems: [{ code: 'unreachable', retry: false }] });
  });

  it('a name without a password is no sign-in', async () => {
    const run = await list({ password: undefined });
    expect([...run.done.values()][0]).toMatchObject({ outcome: 'failed', problems: [{ code: 'misconfigured' }] });
  });
});

describe('[LDP7] writing back', () => {
  const context = (more: object = {}) => contextFor(connector, settings({ bindDn: `cn=admin,${SUFFIX}`, ...more }), { environment });
  const plan = async (field: string, value: string | null, more: object = {}): Promise<PlannedWrite> => {
    const externalId = `entry/${await uuidOf(`uid=payments,${SERVICES}`)}` as ExternalId;
    const planned = await connector.planWrite?.(context(more), { externalId, field, value });
    if (!planned?.ok) throw new Error(JSON.stringify(planned));
    return planned.value;
  };
  const owner = async (): Promise<unknown> => (await attributesOf(`uid=payments,${SERVICES}`)).seeAlso;

  it('says exactly what would be sent, sends it once, and knows its own echo', async () => {
    const planned = await plan('owner', 'bo@example.org');
    expect(planned).toMatchObject({
      target: `seeAlso of uid=payments,${SERVICES}`,
      from: `uid=ana,${PEOPLE}`,
      to: `uid=bo,${PEOPLE}`,
      statement: expect.stringContaining(`control: 1.3.6.1.1.12 true: (entryCSN=${planned.version})`),
    });
    expect(await owner()).toBe(`uid=ana,${PEOPLE}`);
    const done = await connector.write?.(context(), planned);
    expect(done).toMatchObject({ kind: 'applied' });
    expect(done?.kind === 'applied' && done.version > planned.version).toBe(true);
    expect(await owner()).toBe(`uid=bo,${PEOPLE}`);
    expect(await connector.write?.(context(), planned)).toEqual({ kind: 'already' });
    expect(named((await list()).records, 'payments')?.fields.owner).toBe(`uid=bo,${PEOPLE}`);
  });

  it('an entry that changed meanwhile is not overwritten', async () => {
    const planned = await plan('purpose', 'Pays invoices');
    await server.set(`uid=payments,${SERVICES}`, 'host', ['elsewhere']);
    expect(await connector.write?.(context(), planned)).toMatchObject({ kind: 'changed', now: 'Pays invoices at night' });
    expect((await attributesOf(`uid=payments,${SERVICES}`)).description).toBe('Pays invoices at night');
  });

  it('what changes between the comparison and the modification the server itself refuses', async () => {
    const { entryCSN = '' } = await operationalOf(`uid=payments,${SERVICES}`);
    await server.set(`uid=payments,${SERVICES}`, 'host', ['elsewhere again']);
    const change = new Change({ operation: 'replace', modification: new Attribute({ type: 'description', values: ['overwritten'] }) });
    // The test's copy of the client's types is another one than the connector's to the compiler (CommonJS and ESM).
    const assertion = new AssertionControl('entryCSN', entryCSN) as unknown as Control;
    const late = server.admin((client) => client.modify(`uid=payments,${SERVICES}`, change, assertion));
    await expect(late).rejects.toMatchObject({ code: 122 });
    expect((await attributesOf(`uid=payments,${SERVICES}`)).description).toBe('Pays invoices at night');
  });

  it('takes a value out, puts the first one in, and refuses what the source has no place for', async () => {
    const out = await plan('purpose', null);
    expect(out).toMatchObject({ from: 'Pays invoices at night', to: null });
    expect(await connector.write?.(context(), out)).toMatchObject({ kind: 'applied' });
    const back = await plan('purpose', 'Pays invoices at night');
    expect(back).toMatchObject({ from: null });
    expect(await connector.write?.(context(), back)).toMatchObject({ kind: 'applied' });

    const nobody = await connector.planWrite?.(context(), { externalId: back.externalId, field: 'owner', value: 'nobody@example.org' });
    expect(nobody).toMatchObject({ ok: false, error: { code: 'not found' } });
    const unplaced = await plan('owner', `uid=ana,${PEOPLE}`, { ownerAttribute: 'manager' });
    const refused = await connector.write?.(context({ ownerAttribute: 'manager' }), unplaced);
    expect(refused).toMatchObject({ kind: 'refused', problem: { code: 'misconfigured' } });
    const powerless = await connector.write?.(context({ bindDn: READER }), await plan('owner', null));
    expect(powerless).toMatchObject({ kind: 'refused', problem: { code: 'forbidden', message: expect.stringContaining('seeAlso') } });
  });
});
