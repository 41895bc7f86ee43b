import type { SourceKind } from './kinds.ts';

const DN = /^\s*[A-Za-z][A-Za-z0-9-]*\s*=.+/;
const dnProblem = (value: string): string | undefined =>
  value.split(/(?<!\\)[,;]/).every((part) => DN.test(part)) ? undefined : `"${value.slice(0, 60)}" is no distinguished name`;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const hasCredentials = (url: URL): boolean => url.username !== '' || url.password !== '';

function directoryProblem(value: string): string | undefined {
  const url = /^ldaps?:\/\//i.test(value) ? URL.parse(value) : null;
  if (!url?.hostname) return 'Write it as ldaps://host:636 or ldap://host:389';
  return hasCredentials(url) ? 'Leave user and password out of the address: say below who and where' : undefined;
}

function httpsProblem(value: string): string | undefined {
  const url = /^https?:\/\//i.test(value) ? URL.parse(value) : null;
  if (!url?.hostname) return 'Write it as https://host:port';
  if (hasCredentials(url)) return 'Leave user and password out of the address: say below where they can be read';
  return url.protocol === 'https:' || LOOPBACK.test(url.hostname) ? undefined : 'Only https: what signs in would go in clear';
}

const LEVEL = /^\s*(read|write|run|secrets|grant|full)\s*[:=]\s*\S/;
const levelProblem = (value: string): string | undefined =>
  LEVEL.test(value) ? undefined : `"${value.slice(0, 60)}" is not "level: group"`;

const SECRET_HINT = 'Where the server reads it. It is never typed here.';

export const LDAP_KIND: SourceKind = {
  kind: 'ldap',
  title: 'LDAP or Active Directory',
  what: 'Service accounts with their passwords’ age, groups and what they give, people and whether they left. An ordinary user is enough.',
  fields: [
    {
      ...{
        name: 'url',
        label: 'Address',
        hint: 'ldap:// is secured with StartTLS',
        type: 'text',
        placeholder: 'ldaps://dc1.example.org:636',
      },
      ...{ required: true, check: directoryProblem },
    },
    {
      name: 'bindDn',
      label: 'Sign in as',
      hint: 'A DN; on Active Directory also user@domain',
      type: 'text',
      placeholder: 'cn=muster,ou=services,dc=example,dc=org',
    },
    { name: 'password', label: 'Password', hint: SECRET_HINT, type: 'secret' },
    {
      name: 'bases',
      label: 'Where service accounts are',
      hint: 'One DN a line. Empty: the whole directory',
      type: 'lines',
      placeholder: 'ou=services,dc=example,dc=org',
      check: dnProblem,
    },
    {
      name: 'peopleBases',
      label: 'Where people are',
      hint: 'One DN a line. Empty: the whole directory',
      type: 'lines',
      placeholder: 'ou=people,dc=example,dc=org',
      check: dnProblem,
    },
    {
      name: 'groupBases',
      label: 'Where groups are',
      hint: 'One DN a line. Empty: the whole directory',
      type: 'lines',
      placeholder: 'ou=groups,dc=example,dc=org',
      check: dnProblem,
    },
    {
      name: 'ownerAttribute',
      label: 'Attribute that names the owner',
      hint: 'Empty: owner, managedBy or manager',
      type: 'text',
      placeholder: 'managedBy',
    },
    {
      name: 'levels',
      label: 'Groups that give rights',
      hint: 'Level and group, one a line. Those of Windows are known',
      type: 'lines',
      placeholder: 'full: cn=admins,ou=groups,dc=example,dc=org',
      check: levelProblem,
    },
  ],
  check: (form) =>
    (form.bindDn ?? '').trim() !== '' && (form.password ?? '').trim() === ''
      ? { password: 'A name without a password signs nobody in' }
      : {},
};

export const OPENBAO_KIND: SourceKind = {
  kind: 'openbao',
  title: 'OpenBao or Vault',
  what: 'Entities, AppRoles, accessors of tokens, what policies allow, and the metadata of secrets. No secret is ever read.',
  fields: [
    {
      ...{ name: 'url', label: 'Address', hint: 'Without a user or token', type: 'text', placeholder: 'https://vault.example.org:8200' },
      ...{ required: true, check: httpsProblem },
    },
    { name: 'token', label: 'Token', hint: SECRET_HINT, type: 'secret', required: true },
    { name: 'namespaces', label: 'Namespaces', hint: 'One a line. Empty: the root', type: 'lines', placeholder: 'team1' },
    { name: 'mounts', label: 'Mounts', hint: 'One a line. Empty: all that hold something to read', type: 'lines', placeholder: 'secret/' },
  ],
};

export const KEYCLOAK_KIND: SourceKind = {
  kind: 'keycloak',
  title: 'Keycloak',
  what: 'Clients with their roles and the age of their secrets, third-party apps, people, groups and whether they left. Of one realm.',
  fields: [
    {
      ...{ name: 'url', label: 'Address', hint: 'Of the server, without the realm', type: 'text', placeholder: 'https://id.example.org' },
      ...{ required: true, check: httpsProblem },
    },
    { name: 'realm', label: 'Realm', hint: 'As in its address', type: 'text', placeholder: 'corp', required: true },
    {
      name: 'clientId',
      label: 'Client',
      hint: 'A confidential client with a service account',
      type: 'text',
      placeholder: 'muster',
      required: true,
    },
    { name: 'clientSecret', label: 'Client secret', hint: SECRET_HINT, type: 'secret', required: true },
  ],
};
