import type { OpenBaoSettings } from './settings.ts';

const rule = (path: string, ...capabilities: readonly string[]): string =>
  `path "${path}" {\n  capabilities = ${JSON.stringify(capabilities)}\n}`;

/** The least policy that a complete listing needs. Nothing in it reads a secret: `data/` is not there. */
export function leastRights({ mounts }: Partial<OpenBaoSettings>, { writing = false }: { readonly writing?: boolean } = {}): string {
  const engines = (mounts ?? []).filter((path) => !path.startsWith('auth/')).map((path) => path.replace(/\/$/, ''));
  const kv = engines.length === 0 ? ['+'] : engines;
  return [
    '# The parts of this source: engines and auth methods, without their settings.',
    rule('sys/mounts', 'read'),
    rule('sys/auth', 'read'),
    '# What policies allow.',
    rule('sys/policies/acl/*', 'read'),
    '# Entities, groups and AppRoles; of secret IDs their accessors alone.',
    rule('identity/entity/id', 'list'),
    rule('identity/entity/id/*', 'read'),
    rule('identity/group/id', 'list'),
    rule('identity/group/id/*', 'read'),
    // A list is checked with its slash where a path has a wildcard.
    rule('auth/+/role/', 'list'),
    rule('auth/+/role/+', 'read'),
    rule('auth/+/role/+/role-id', 'read'),
    rule('auth/+/role/+/secret-id/', 'list'),
    rule('auth/+/role/+/secret-id-accessor/lookup', 'update'),
    '# Accessors of tokens: the server wants sudo to list them. An accessor is no token.',
    rule('auth/token/accessors', 'list', 'sudo'),
    rule('auth/token/accessors/', 'list', 'sudo'),
    rule('auth/token/lookup-accessor', 'update'),
    '# Metadata of secrets, one rule for each KV engine of version 2.',
    ...kv.flatMap((path) => [rule(`${path}/metadata/`, 'list'), rule(`${path}/metadata/*`, 'list', 'read', ...(writing ? ['patch'] : []))]),
  ].join('\n');
}
