import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../shared/base/time.ts';
import { observation } from '../../../shared/model/record.ts';
import type { ProviderPart } from '../identityProvider.ts';
import { providerToObservations } from '../identityProviderObservations.ts';
import { clientAnswer, type EventAnswer, userAnswer } from './answers.ts';
import { connector } from './connector.ts';
import { lastOfEach, touchedBy } from './events.ts';
import { rightOf, rightsOf } from './roles.ts';
import { clientToApplication, isBuiltIn, secondsIn, userToPerson } from './toProvider.ts';

const AS_OF = '2026-06-01T00:00:00.000Z' as Instant;
const part = (name: ProviderPart['name'], kept: Partial<ProviderPart> = {}): ProviderPart => ({
  ...{ name, outcome: 'complete', problems: [], applications: [], users: [], groups: [] },
  ...kept,
});
const recordsOf = (...parts: ProviderPart[]) =>
  providerToObservations({
    provider: 'keycloak',
    issuer: 'https://id.example.org/realms/corp',
    boundary: 'realm corp',
    asOf: AS_OF,
    parts,
  }).flatMap(({ records }) => records.map((record) => observation.parse(record)));
const client = (more: object = {}) =>
  clientAnswer.parse({ id: 'c-1', clientId: 'app', serviceAccountsEnabled: true, clientAuthenticatorType: 'client-secret', ...more });
const application = (more: object = {}) => clientToApplication(client(more), { roles: [], groups: [], actsFor: [] }, 'corp');

describe('what is kept of an answer', () => {
  it('is neither a secret nor a former one, whoever may see them', () => {
    const parsed = client({
      secret: 'hunter2',
      registrationAccessToken: 'hunter2',
      attributes: { 'client.secret.rotated': 'hunter2', owner: 'Ana' },
    });
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
    expect(parsed.attributes).toEqual({ owner: 'Ana' });
    expect(JSON.stringify(userAnswer.parse({ id: 'u', username: 'ana', attributes: { manager: ['Bo'], pin: ['hunter2'] } }))).not.toContain(
      'hunter2',
    );
  });
});

describe('[KCL2] roles', () => {
  it.each([
    [{ name: 'realm-admin', client: 'realm-management' }, 'full realm corp exact'],
    [{ name: 'manage-users', client: 'realm-management' }, 'grant realm corp exact'],
    [{ name: 'view-clients', client: 'realm-management' }, 'secrets realm corp exact'],
    [{ name: 'view-users', client: 'realm-management' }, 'read realm corp exact'],
    [{ name: 'query-users', client: 'realm-management' }, undefined],
    [{ name: 'manage-something-new', client: 'realm-management' }, 'grant realm corp upper bound'],
    [{ name: 'manage-users', client: 'other-realm' }, 'grant realm other exact'],
    [{ name: 'read-token', client: 'broker' }, 'secrets tokens of other providers exact'],
    [{ name: 'manage-account', client: 'account' }, undefined],
    [{ name: 'offline_access', client: undefined }, undefined],
    [{ name: 'default-roles-corp', client: undefined }, undefined],
    [{ name: 'viewer', client: 'shop' }, 'read shop upper bound'],
    [{ name: 'invoice-writer', client: undefined }, 'write realm corp upper bound'],
    [{ name: 'shop-admin', client: 'shop' }, 'grant shop upper bound'],
  ])('%j', (role, expected) => {
    const right = rightOf({ ...role, via: [] }, 'corp');
    expect(right && `${right.level} ${right.on} ${right.certainty}`).toBe(expected);
  });

  it('the administrator of the realm master is over every realm, and the shortest way is told', () => {
    expect(rightOf({ name: 'admin', client: undefined, via: [] }, 'master')).toMatchObject({ level: 'full', on: '*' });
    const twice = [['a', 'b'], ['a']].map((via) => ({ name: 'viewer', client: 'shop', via }));
    expect(rightsOf(twice, 'corp')).toMatchObject([{ via: ['a'] }]);
  });
});

describe('clients', () => {
  it('[KCL3] secrets by when they were made, keys and certificates without a date, and nothing for public ones', () => {
    expect(application({ attributes: { 'client.secret.creation.time': '1795790669' } }).secrets).toMatchObject([
      { id: '2026-11-27T14:44:29.000Z', kind: 'secret', created: '2026-11-27T14:44:29.000Z', expires: undefined },
    ]);
    expect(application().secrets).toMatchObject([{ id: 'undated', created: undefined }]);
    expect(application({ clientAuthenticatorType: 'client-jwt' }).secrets).toMatchObject([{ kind: 'key', created: undefined }]);
    expect(application({ clientAuthenticatorType: 'client-x509' }).secrets).toMatchObject([{ kind: 'certificate' }]);
    for (const none of [{ publicClient: true }, { bearerOnly: true }, { protocol: 'saml' }]) expect(application(none).secrets).toEqual([]);
    const rotated = { 'client.secret.rotated.creation.time': '1795790669', 'client.secret.rotated.expiration.time': '1795963470' };
    const ended = application({ attributes: { 'client.secret.creation.time': '1795790669', ...rotated } });
    expect(ended.secrets.map(({ id }) => id)).toEqual(['2026-11-27T14:44:29.000Z', 'former-2026-11-27T14:44:29.000Z']);
    expect(['', 'x', '0', undefined].map(secondsIn)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('parts of Keycloak itself are none, unless they can act by themselves', () => {
    const builtIn = (more: object) => isBuiltIn(client({ serviceAccountsEnabled: false, ...more }));
    expect([
      builtIn({ clientId: 'admin-cli' }),
      builtIn({ clientId: 'corp-realm', bearerOnly: true }),
      builtIn({ clientId: 'app' }),
    ]).toEqual([true, true, false]);
    expect(isBuiltIn(client({ clientId: 'admin-cli' }))).toBe(false);
  });

  it('what may not be read is unread, and never none', () => {
    const hidden = clientToApplication(client(), { roles: undefined, groups: undefined, actsFor: undefined }, 'corp');
    const [record] = recordsOf(part('clients', { applications: [hidden] }));
    expect(record?.unread).toEqual(['lastUsed', 'created', 'access', 'memberships', 'links']);
    expect(record?.fields).not.toHaveProperty('memberships');
    const third = clientToApplication(
      client({ consentRequired: true }),
      { roles: [], groups: [], actsFor: [{ user: 'u-1', scopes: ['email', 'profile'] }] },
      'corp',
    );
    expect(recordsOf(part('clients', { applications: [third] }))[0]?.links).toContainEqual({
      ...{ relation: 'acts-for', to: { externalId: 'user/u-1' }, certainty: 'exact', note: 'email profile' },
    });
  });
});

describe('[KCL4] people', () => {
  it('taken over from a directory are the same person as there; names are no ids', () => {
    const user = userAnswer.parse({
      id: 'u-1',
      username: 'ana',
      email: 'ana@example.org',
      federationLink: 'f',
      attributes: { LDAP_ID: ['AB-1'] },
    });
    const [record] = recordsOf(part('users', { users: [userToPerson(user)] }));
    expect(record?.keys).toEqual(['https://id.example.org/realms/corp/user/u-1', 'ldap:ab-1']);
    expect(record).toMatchObject({ aliases: ['ana', 'ana@example.org'], unread: ['memberships'], fields: { name: 'ana', active: true } });
    const own = userToPerson(userAnswer.parse({ id: 'u-2', username: 'eve', enabled: false, attributes: { LDAP_ID: ['ab-1'] } }));
    expect(own).toMatchObject({ directoryId: undefined, enabled: false });
  });
});

describe('[KCL6] admin events', () => {
  const event = (time: number, operationType: string, resourceType: string, resourcePath: string): EventAnswer => ({
    time,
    operationType,
    resourceType,
    resourcePath,
  });
  it.each([
    [event(1, 'UPDATE', 'CLIENT', 'clients/c'), { kind: 'client', id: 'c', deleted: false, at: 1 }],
    [event(1, 'ACTION', 'CLIENT', 'clients/c/client-secret'), { kind: 'client', id: 'c', deleted: false, at: 1 }],
    [event(1, 'DELETE', 'CLIENT', 'clients/c'), { kind: 'client', id: 'c', deleted: true, at: 1 }],
    [event(1, 'DELETE', 'CLIENT_ROLE_MAPPING', 'users/u/role-mappings/clients/c'), { kind: 'user', id: 'u', deleted: false, at: 1 }],
    [event(1, 'DELETE', 'GROUP_MEMBERSHIP', 'users/u/groups/g'), { kind: 'user', id: 'u', deleted: false, at: 1 }],
    [event(1, 'CREATE', 'REALM_ROLE_MAPPING', 'groups/g/role-mappings/realm'), { kind: 'everything', at: 1, what: 'the roles of a group' }],
    [event(1, 'UPDATE', 'REALM_ROLE', 'roles-by-id/r'), { kind: 'everything', at: 1, what: 'REALM_ROLE' }],
    [event(1, 'UPDATE', 'AUTH_FLOW', 'authentication/flows/f'), { kind: 'nothing' }],
  ])('%j', (one, expected) => {
    expect(touchedBy(one)).toEqual(expected);
  });

  it('of several about one thing the last counts', () => {
    const events = [
      event(3, 'DELETE', 'USER', 'users/u'),
      event(1, 'CREATE', 'USER', 'users/u'),
      event(2, 'UPDATE', 'CLIENT', 'clients/c'),
    ];
    expect(lastOfEach(events)).toEqual([
      { kind: 'client', id: 'c', deleted: false, at: 2 },
      { kind: 'user', id: 'u', deleted: true, at: 3 },
    ]);
  });
});

describe('settings', () => {
  const parse = (more: object) =>
    connector.settings.safeParse({ url: 'https://id.example.org', realm: 'corp', clientId: 'muster', clientSecret: { env: 'S' }, ...more })
      .success;
  it('an address that is encrypted, names without slashes, and a secret by reference', () => {
    expect([parse({}), parse({ url: 'http://localhost:8080' }), parse({ url: 'https://id.example.org/auth' })]).toEqual([true, true, true]);
    for (const wrong of [{ url: 'http://id.example.org' }, { realm: 'a/b' }, { clientSecret: 'word' }, { url: 'https://a:b@c' }])
      expect(parse(wrong)).toBe(false);
  });
});
