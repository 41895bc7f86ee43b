import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../shared/base/time.ts';
import { instantIn } from './answers.ts';
import { connector } from './connector.ts';
import { entitlementsOf } from './entitlements.ts';
import { parsePolicy } from './policy.ts';
import type { Mount, Version } from './snapshot.ts';
import { versionFields } from './toObservations.ts';

const mount = (path: string, type: string, version?: string): Mount => ({
  namespace: '',
  path,
  type,
  uuid: path,
  accessor: path,
  version,
  auth: path.startsWith('auth/'),
});
const MOUNTS = [mount('secret/', 'kv', '2'), mount('old/', 'kv', '1'), mount('database/', 'database'), mount('auth/approle/', 'approle')];
const levels = (text: string): string[] =>
  entitlementsOf([{ policy: 'p', via: [] }], () => text, MOUNTS, 'vault').map(
    ({ level, on, certainty }) => `${level} ${on}${certainty === 'exact' ? '' : ` (${certainty})`}`,
  );
const rule = (path: string, ...capabilities: string[]): string => `path "${path}" { capabilities = ${JSON.stringify(capabilities)} }`;

describe('[BAO2] policies', () => {
  it('HCL with comments, nested blocks, old words and JSON', () => {
    const text = `
      # path "commented/out" { capabilities = ["sudo"] }
      /* path "so/is/this" { } */
      path "secret/data/a" { // reads
        capabilities = ["read",
          "list"]
        allowed_parameters = { "capabilities" = ["sudo"], "*" = [] }
        required_parameters = ["x"]
      }
      path "old" { policy = "write" }
      path "quoted/\\"brace}\\"" { capabilities = ["deny"] }`;
    expect(parsePolicy(text)).toEqual([
      { path: 'secret/data/a', capabilities: ['read', 'list'] },
      { path: 'old', capabilities: ['create', 'read', 'update', 'delete', 'list'] },
      { path: 'quoted/"brace}"', capabilities: ['deny'] },
    ]);
    expect(parsePolicy('{"path": {"a": {"capabilities": ["read"]}, "b/*": {"capabilities": ["sudo"]}}}')).toEqual([
      { path: 'a', capabilities: ['read'] },
      { path: 'b/*', capabilities: ['sudo'] },
    ]);
    expect(parsePolicy('path "unfinished" { capabilities = ["read"')).toEqual([{ path: 'unfinished', capabilities: ['read'] }]);
  });

  it.each([
    [rule('*', 'create', 'read', 'update', 'delete', 'list', 'sudo'), ['full * (upper bound)']],
    [rule('secret/data/app', 'read'), ['secrets secret/data/app']],
    [rule('secret/*', 'read', 'list'), ['secrets secret/* (upper bound)']],
    [rule('+/data/+', 'read'), ['secrets +/data/+ (upper bound)']],
    [rule('sec*', 'read'), ['secrets sec* (upper bound)']],
    [rule('secret/metadata/app', 'read', 'list'), ['read secret/metadata/app']],
    [rule('secret/data/app', 'create', 'update'), ['write secret/data/app']],
    [rule('old/app', 'read'), ['secrets old/app']],
    [rule('database/creds/app', 'read'), ['secrets database/creds/app']],
    [rule('transit/decrypt/app', 'update'), ['secrets transit/decrypt/app', 'write transit/decrypt/app']],
    [rule('pki/issue/web', 'update'), ['grant pki/issue/web', 'write pki/issue/web']],
    [rule('sys/policies/acl/app', 'update'), ['grant sys/policies/acl/app']],
    [rule('auth/approle/role/app/secret-id', 'update'), ['grant auth/approle/role/app/secret-id']],
    [rule('auth/approle/login', 'update'), []],
    [rule('sys/seal', 'update', 'sudo'), ['grant sys/seal']],
    [rule('secret/data/{{identity.entity.name}}/*', 'read'), ['secrets secret/data/{{identity.entity.name}}/* (upper bound)']],
    [rule('secret/data/app', 'deny'), []],
    [rule('cubbyhole/*', 'create', 'read'), []],
    [rule('auth/token/renew-self', 'update'), []],
    [rule('sys/health', 'read'), ['read sys/health']],
  ])('%s', (text, expected) => {
    expect(levels(text)).toEqual(expected);
  });

  it('root is full, and a policy that may not be read is unread', () => {
    const of = (policy: string) => entitlementsOf([{ policy, via: ['Group'] }], () => undefined, MOUNTS, 'vault');
    expect(of('root')).toMatchObject([{ level: 'full', on: '*', via: ['Group', 'root'], certainty: 'exact' }]);
    expect(of('hidden')).toMatchObject([{ certainty: 'unread', native: 'policy hidden', via: ['Group', 'hidden'] }]);
  });
});

describe('[BAO3] versions', () => {
  const AS_OF = '2026-06-01T00:00:00.000Z';
  const version = (number: number, rest: Partial<Version> = {}): Version => ({
    number,
    created: `2026-0${number}-01T00:00:00.000Z` as Instant,
    deleted: undefined,
    destroyed: false,
    ...rest,
  });
  const fields = (current: number, ...versions: Version[]) =>
    versionFields({ path: 'a', created: '2026-01-01T00:00:00.000Z' as Instant, current, versions, custom: {} }, AS_OF);

  it('deleted and destroyed are gone; what will be deleted still works, and says until when', () => {
    expect(fields(2, version(1, { destroyed: true }), version(2))).toMatchObject({
      status: 'enabled',
      rotated: '2026-02-01T00:00:00.000Z',
    });
    expect(fields(2, version(1, { deleted: '2026-03-01T00:00:00.000Z' as Instant }), version(2)).rotated).toBe('2026-02-01T00:00:00.000Z');
    expect(fields(2, version(1, { deleted: '2026-07-01T00:00:00.000Z' as Instant }), version(2)).rotated).toBeUndefined();
    expect(fields(3, version(1, { destroyed: true }), version(2), version(3)).rotated).toBe('2026-02-01T00:00:00.000Z');
    expect(fields(1, version(1, { deleted: '2026-07-01T00:00:00.000Z' as Instant }))).toMatchObject({
      expires: '2026-07-01T00:00:00.000Z',
    });
    expect(fields(1, version(1, { destroyed: true }))).toEqual({ status: 'disabled', description: 'Version 1 is deleted.' });
    expect(fields(0)).toEqual({ status: 'disabled', description: 'It never had a value.' });
  });

  it('times come with nine decimals and any zone, and the zero time is none', () => {
    expect(instantIn('2026-11-27T14:09:45.468936965Z')).toBe('2026-11-27T14:09:45.468Z');
    expect(instantIn('2026-11-27T14:09:45+02:00')).toBe('2026-11-27T12:09:45.000Z');
    expect(['', '0001-01-01T00:00:00Z', 7, 'soon'].map(instantIn)).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('settings', () => {
  const parse = (more: object) =>
    connector.settings.safeParse({ url: 'https://vault.example.org:8200', token: { env: 'T' }, ...more }).success;
  it('a token or an AppRole, over an encrypted connection', () => {
    expect(parse({})).toBe(true);
    expect(parse({ token: undefined, roleId: 'r', secretId: { env: 'S' } })).toBe(true);
    expect(parse({ url: 'http://127.0.0.1:8200' })).toBe(true);
    for (const wrong of [
      { token: undefined },
      { token: 's.xyz' },
      { token: undefined, roleId: 'r' },
      { roleId: 'r', secretId: { env: 'S' } },
      { url: 'http://vault.example.org:8200' },
      { url: 'https://ana:word@vault' },
      { mounts: ['se cret'] },
    ])
      expect(parse(wrong)).toBe(false);
  });
});
