import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../shared/base/time.ts';
import { observation } from '../../../shared/model/record.ts';
import { changedSince, cursorText, parseCursor } from './changes.ts';
import type { Root } from './client.ts';
import { connector } from './connector.ts';
import type { Purpose, Scope, Snapshot } from './directory.ts';
import { firstValue, isDn, isWithin, normalDn } from './dn.ts';
import type { LdapEntry } from './entry.ts';
import { outermost } from './scopes.ts';
import { toObservations } from './toObservations.ts';
import { guidBytes, guidText, parseFileTime, parseGeneralizedTime, sidText } from './values.ts';

const AS_OF = '2026-06-01T00:00:00.000Z' as Instant;
const BASE = 'DC=corp,DC=example';
const guidOf = (number: number): Buffer => guidBytes(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`);

function sid(...parts: number[]): Buffer {
  const bytes = Buffer.alloc(8 + parts.length * 4);
  bytes.writeUInt8(1, 0);
  bytes.writeUInt8(parts.length, 1);
  bytes.writeUInt8(5, 7);
  for (const [index, part] of parts.entries()) bytes.writeUInt32LE(part, 8 + index * 4);
  return bytes;
}
const domainSid = (rid: number): Buffer => sid(21, 1, 2, 3, rid);

let made = 0;
function entry(dn: string, attributes: Record<string, string | Buffer | readonly string[]>): LdapEntry {
  made += 1;
  const all = { objectGUID: guidOf(made), whenCreated: '20240102030405.0Z', ...attributes };
  return {
    dn,
    attributes: new Map(
      Object.entries(all).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value : [value as string | Buffer]]),
    ),
  };
}
const scope = (purpose: Purpose, entries: readonly LdapEntry[], rest: Partial<Scope> = {}): Scope => ({
  purpose,
  base: BASE,
  outcome: 'complete',
  entries,
  absent: [],
  problems: [],
  ...rest,
});
const snapshot = (scopes: readonly Scope[], rest: Partial<Snapshot> = {}): Snapshot => ({
  flavour: 'active directory',
  asOf: AS_OF,
  server: 'dc1.corp.example:636',
  known: undefined,
  scopes,
  ownerAttribute: undefined,
  purposeAttribute: undefined,
  levels: new Map(),
  ...rest,
});
const recordsOf = (seen: Snapshot) => toObservations(seen).flatMap(({ records }) => records.map((record) => observation.parse(record)));
/** 100 ns since 1601. */
const fileTime = (instant: string): string => String((BigInt(Date.parse(instant)) + 11_644_473_600_000n) * 10_000n);
const user = (name: string, attributes: Record<string, string | Buffer | readonly string[]> = {}): LdapEntry =>
  entry(`CN=${name},OU=Services,${BASE}`, {
    objectClass: ['top', 'person', 'user'],
    cn: name,
    sAMAccountName: name,
    userAccountControl: '512',
    pwdLastSet: fileTime('2026-01-02T03:04:05.678Z'),
    accountExpires: '9223372036854775807',
    ...attributes,
  });

describe('names', () => {
  it('one spelling for every way to write the same DN', () => {
    expect(normalDn('CN=Ana\\2C Ruiz, OU=People,DC=Example')).toBe(normalDn('cn=ana\\, ruiz,ou=people,dc=example'));
    expect(normalDn('cn=Andr\\C3\\A9,dc=example')).toBe('cn=andré,dc=example');
    expect(normalDn('ou=B+cn=a,dc=x')).toBe(normalDn('CN=A + OU=b, dc=x'));
    expect(firstValue('cn=Ana\\, Ruiz,ou=people')).toBe('Ana, Ruiz');
    expect(['cn=a,dc=b', '1.2.3=x'].map(isDn)).toEqual([true, true]);
    expect(['ana@example.org', '', 'Ana Ruiz', 'cn=a,b'].map(isDn)).toEqual([false, false, false, false]);
  });

  it('a base within another one is not searched twice', () => {
    expect(isWithin('ou=a,dc=x', 'dc=x')).toBe(true);
    expect(isWithin('dc=yx', 'dc=x')).toBe(false);
    expect(outermost(['OU=a, DC=x', 'dc=x', 'dc=X', 'dc=y'])).toEqual(['dc=x', 'dc=y']);
  });
});

describe('[LDP2] times', () => {
  it('GeneralizedTime in all its forms', () => {
    const read = (text: string) => new Date(parseGeneralizedTime(text) ?? Number.NaN).toISOString();
    expect(read('20260102030405Z')).toBe('2026-01-02T03:04:05.000Z');
    expect(read('20260102030405.678901Z')).toBe('2026-01-02T03:04:05.678Z');
    expect(read('202601020304+0130')).toBe('2026-01-02T01:34:00.000Z');
    expect(read('2026010203,5Z')).toBe('2026-01-02T03:30:00.000Z');
    expect(['000001010000Z', 'yesterday', '20261399000000Z'].map(parseGeneralizedTime)).toEqual([undefined, undefined, undefined]);
  });

  it('FILETIME counts from 1601; zero and never are no moments, and text is neither', () => {
    expect(parseFileTime('116444736000000000')).toEqual({ kind: 'at', at: 0 });
    expect(parseFileTime(fileTime('2026-01-02T03:04:05.678Z'))).toEqual({ kind: 'at', at: Date.parse('2026-01-02T03:04:05.678Z') });
    expect(parseFileTime('0')).toEqual({ kind: 'zero' });
    expect(parseFileTime('9223372036854775807')).toEqual({ kind: 'never' });
    expect([undefined, '', 'x'].map(parseFileTime)).toEqual([undefined, undefined, undefined]);
  });

  it('ids are what Windows shows', () => {
    const bytes = Buffer.from('33221100554477668899aabbccddeeff', 'hex');
    expect(guidText(bytes)).toBe('00112233-4455-6677-8899-aabbccddeeff');
    expect(guidBytes('00112233-4455-6677-8899-aabbccddeeff')).toEqual(bytes);
    expect(sidText(domainSid(512))).toBe('S-1-5-21-1-2-3-512');
    expect(sidText(Buffer.from([1, 9]))).toBeUndefined();
  });
});

describe('Active Directory', () => {
  it('[LDP2] a password that was set, must be changed, or whose date may not be read', () => {
    const records = recordsOf(
      snapshot([
        scope('accounts', [user('set'), user('zero', { pwdLastSet: '0' }), user('hidden', { pwdLastSet: [] as readonly string[] })]),
      ]),
    );
    const password = (name: string) => records.find(({ fields }) => fields.name === `password of ${name}`);
    expect(password('set')?.fields.rotated).toBe('2026-01-02T03:04:05.678Z');
    expect(password('set')?.unread).toBeUndefined();
    expect(password('zero')?.fields).toMatchObject({
      created: '2024-01-02T03:04:05.000Z',
      description: 'It must be changed at the next sign-in.',
    });
    expect(password('zero')?.fields.rotated).toBeUndefined();
    expect(password('zero')?.unread).toBeUndefined();
    expect(password('hidden')).toMatchObject({ unread: ['rotated'] });
    expect(password('hidden')?.fields).not.toHaveProperty('created');
  });

  it('disabled, expired, never and unreadable are four things', () => {
    const records = recordsOf(
      snapshot([
        scope('accounts', [
          user('plain'),
          user('disabled', { userAccountControl: '514' }),
          user('expired', { accountExpires: fileTime('2026-05-31T00:00:00Z') }),
          user('ends', { accountExpires: fileTime('2031-05-31T00:00:00Z') }),
          user('hidden', { userAccountControl: [] as readonly string[] }),
        ]),
      ]),
    );
    const status = (name: string) => records.find(({ type, fields }) => type === 'identity' && fields.name === name);
    expect(['plain', 'disabled', 'expired', 'ends', 'hidden'].map((name) => status(name)?.fields.status)).toEqual([
      'enabled',
      'disabled',
      'expired',
      'enabled',
      undefined,
    ]);
    expect(status('plain')?.fields).not.toHaveProperty('expires');
    expect(status('ends')?.fields.expires).toBe('2031-05-31T00:00:00.000Z');
    expect(status('hidden')?.unread).toContain('status');
  });

  it('[LDP3] the rights of built-in groups are told by their SID, through nesting and the primary group', () => {
    const admins = entry(`CN=Domänen-Admins,CN=Users,${BASE}`, { objectClass: ['group'], cn: 'Domänen-Admins', objectSid: domainSid(512) });
    const backup = entry(`CN=Backup,CN=Builtin,${BASE}`, { objectClass: ['group'], cn: 'Backup Operators', objectSid: sid(32, 551) });
    const nested = entry(`CN=Batch,OU=Groups,${BASE}`, {
      objectClass: ['group'],
      cn: 'Batch',
      objectSid: domainSid(1200),
      memberOf: admins.dn,
    });
    const accounts = [
      user('nested', { memberOf: nested.dn.toUpperCase() }),
      user('primary', { primaryGroupID: '512' }),
      user('backup', { memberOf: backup.dn }),
    ];
    const records = recordsOf(snapshot([scope('groups', [admins, backup, nested]), scope('accounts', accounts)]));
    const access = (name: string) => records.find(({ type, fields }) => type === 'identity' && fields.name === name)?.access;
    expect(access('nested')).toMatchObject([{ level: 'full', on: '*', boundary: 'corp.example', via: ['Batch', 'Domänen-Admins'] }]);
    expect(access('primary')).toMatchObject([{ level: 'full', via: ['Domänen-Admins'] }]);
    expect(access('backup')).toMatchObject([{ level: 'secrets', via: ['Backup Operators'] }]);
    expect(records.find(({ fields }) => fields.name === 'Batch')).toMatchObject({ type: 'party', kind: 'team' });
    expect(records.find(({ fields }) => fields.name === 'Domänen-Admins')).toMatchObject({ type: 'resource', kind: 'group' });
  });

  it('groups that go round in a ring end', () => {
    const [one, two] = ['One', 'Two'].map((cn) => `CN=${cn},OU=Groups,${BASE}`) as [string, string];
    const ring = [
      entry(one, { objectClass: ['group'], cn: 'One', memberOf: two }),
      entry(two, { objectClass: ['group'], cn: 'Two', memberOf: one }),
    ];
    const levels = new Map([['two', 'grant']]);
    const records = recordsOf(snapshot([scope('groups', ring), scope('accounts', [user('bot', { memberOf: one })])], { levels }));
    expect(records.find(({ fields }) => fields.name === 'bot')?.access).toMatchObject([{ level: 'grant', via: ['One', 'Two'] }]);
  });

  it('delegation is a right to act as others', () => {
    const [bot] = recordsOf(
      snapshot([
        scope('accounts', [
          user('bot', {
            userAccountControl: String(512 | 0x80000 | 0x1000000),
            'msDS-AllowedToDelegateTo': ['cifs/files.corp.example'],
            servicePrincipalName: ['HTTP/bot.corp.example'],
          }),
        ]),
      ]),
    );
    expect(bot?.access).toMatchObject([
      { level: 'grant', on: '*', native: 'TRUSTED_FOR_DELEGATION', certainty: 'upper bound' },
      { level: 'grant', on: 'cifs/files.corp.example', native: 'msDS-AllowedToDelegateTo cifs/files.corp.example, any protocol' },
    ]);
    expect(bot?.aliases).toContain('HTTP/bot.corp.example');
  });

  it('a managed account is one, with the password that the directory changes', () => {
    const gmsa = user('batch$', {
      objectClass: ['top', 'person', 'user', 'computer', 'msDS-GroupManagedServiceAccount'],
      'msDS-ManagedPasswordInterval': '30',
      managedBy: `CN=Ana,OU=People,${BASE}`,
    });
    const ana = entry(`cn=Ana,ou=People,${BASE}`, {
      objectClass: ['user'],
      cn: 'Ana',
      userAccountControl: '512',
      mail: 'ana@corp.example',
    });
    const records = recordsOf(snapshot([scope('people', [ana]), scope('accounts', [gmsa])]));
    expect(records.find(({ type }) => type === 'identity')).toMatchObject({ subtype: 'ad.gmsa', fields: { owner: ana.dn } });
    expect(records.find(({ type }) => type === 'credential')?.fields.description).toBe('The directory changes it every 30 days.');
    expect(records.find(({ type }) => type === 'party')?.aliases).toEqual([ana.dn, 'Ana', 'ana@corp.example']);
  });

  it('[LDP4] disabled and expired people have left; who may not be judged is unread', () => {
    const people = ['here', 'disabled', 'expired', 'hidden'].map((name, index) =>
      user(name, {
        userAccountControl: ['512', '514', '512', []][index] as string,
        accountExpires: name === 'expired' ? fileTime('2026-05-04T12:00:00Z') : '0',
      }),
    );
    const records = recordsOf(snapshot([scope('people', people)]));
    expect(records.map(({ fields }) => fields.active)).toEqual([true, false, false, undefined]);
    expect(records[2]?.fields.leftOn).toBe('2026-05-04');
    expect(records[3]?.unread).toEqual(['active']);
  });

  it('[LDP5] while groups were not listed whole, what an account may do is unread', () => {
    const [bot] = recordsOf(snapshot([scope('groups', [], { outcome: 'failed' }), scope('accounts', [user('bot')])]));
    expect(bot?.unread).toEqual(expect.arrayContaining(['access', 'memberships']));
    expect(bot?.fields).not.toHaveProperty('memberships');
  });
});

describe('what changed', () => {
  const root: Root = {
    flavour: 'active directory',
    namingContexts: [],
    defaultContext: BASE,
    subschema: undefined,
    supportsAssertion: false,
    highestChange: '7',
    invocation: 'CN=NTDS Settings,CN=DC1',
  };

  it('is asked for after the position, of the same database alone', () => {
    expect(changedSince({ kind: 'usn', usn: '41', invocation: root.invocation ?? '' }, root)?.toString()).toBe('(uSNChanged>=42)');
    expect(changedSince({ kind: 'usn', usn: '41', invocation: 'CN=NTDS Settings,CN=DC2' }, root)).toBeUndefined();
    const csn = '20260102030405.000000Z#000000#000#000000';
    expect(changedSince({ kind: 'csn', csn }, { ...root, flavour: 'openldap' })?.toString()).toBe(`(entryCSN>=${csn})`);
    expect(changedSince({ kind: 'csn', csn }, root)).toBeUndefined();
  });

  it('a cursor that is none is none', () => {
    const text = cursorText({ kind: 'csn', csn: 'x' }, [scope('people', [])]);
    expect(parseCursor(text)).toEqual({ position: { kind: 'csn', csn: 'x' }, scopes: [{ purpose: 'people', base: BASE }] });
    expect([undefined, '', '{', '{"scopes":1}'].map(parseCursor)).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('settings', () => {
  it.each(['', 'http://a', 'ldap://ana:hunter2@host', 'ldap://host/dc=x', 'ldaps://host?x'])('%j is no address', (url) => {
    const parsed = connector.settings.safeParse({ url });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error)).not.toContain('hunter2');
  });

  it.each([
    { bases: ['not a dn'] },
    { accountFilter: '(((' },
    { ownerAttribute: 'userPassword' },
    { ownerAttribute: 'msDS-ManagedPassword' },
    { purposeAttribute: 'unicodePwd' },
    { levels: ['cn=admins'] },
    { password: 'word' },
  ])('%j is refused', (more) => {
    expect(connector.settings.safeParse({ url: 'ldap://host', ...more }).success).toBe(false);
  });
});
