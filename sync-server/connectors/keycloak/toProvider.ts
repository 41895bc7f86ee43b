import type { Instant } from '../../../shared/base/time.ts';
import type { Application, ApplicationSecret, Group, User } from '../identityProvider.ts';
import type { ClientAnswer, GroupAnswer, UserAnswer } from './answers.ts';
import { type ReachedRole, rightsOf } from './roles.ts';

/** Clients that are a part of Keycloak itself. One that was given a service account acts by itself, and is listed. */
const BUILT_IN = new Set(['account', 'account-console', 'admin-cli', 'broker', 'realm-management', 'security-admin-console']);
export const isBuiltIn = ({ clientId, serviceAccountsEnabled, bearerOnly }: ClientAnswer): boolean =>
  !serviceAccountsEnabled && (BUILT_IN.has(clientId) || (bearerOnly && clientId.endsWith('-realm')));

/** Seconds since 1970, as text. */
export function secondsIn(text: string | undefined): Instant | undefined {
  if (text === undefined || !/^\d{1,12}$/.test(text) || Number(text) === 0) return undefined;
  return new Date(Number(text) * 1_000).toISOString() as Instant;
}

/** What else is known of a client than its own representation. */
export interface ClientExtras {
  /** Undefined: they may not be read. */
  readonly roles: readonly ReachedRole[] | undefined;
  readonly groups: Application['groups'];
  readonly actsFor: Application['actsFor'];
}

export function clientToApplication(client: ClientAnswer, extras: ClientExtras, realm: string): Application {
  const people = client.standardFlowEnabled || client.implicitFlowEnabled || client.directAccessGrantsEnabled;
  const machine = client.serviceAccountsEnabled;
  // Names like ${client_account} are keys of a translation.
  const shown = client.name && !client.name.startsWith('${') ? client.name : client.clientId;
  const { owner, team, vendor } = client.attributes ?? {};
  return {
    id: client.id,
    type: 'client',
    name: shown,
    aliases: [client.clientId, ...(machine ? [`service-account-${client.clientId.toLowerCase()}`] : [])],
    enabled: client.enabled,
    created: undefined,
    description: descriptionOf(client),
    usedBy: machine && people ? 'both' : machine ? 'machine' : people ? 'person' : undefined,
    owner,
    team,
    vendor,
    secrets: secretsOf(client),
    rights: extras.roles === undefined ? undefined : rightsOf(extras.roles, realm),
    groups: extras.groups,
    actsFor: extras.actsFor,
  };
}

function descriptionOf(client: ClientAnswer): string | undefined {
  const said = client.description && !client.description.startsWith('${') ? client.description : undefined;
  const marks = [
    client.publicClient ? 'Public: it proves itself with no secret.' : undefined,
    client.consentRequired ? 'Third party: people are asked before it acts for them.' : undefined,
    client.directAccessGrantsEnabled && client.publicClient ? 'It takes passwords of people itself (direct access grants).' : undefined,
  ];
  const text = [said, ...marks].filter((one) => one !== undefined).join(' ');
  return text === '' ? undefined : text;
}

const KEYS: Readonly<Record<string, ApplicationSecret['kind']>> = {
  'client-jwt': 'key',
  'client-x509': 'certificate',
  'federated-jwt': 'federated trust',
};

/** The secret of now, and the former one for as long as it is still taken. */
function secretsOf(client: ClientAnswer): ApplicationSecret[] {
  const { clientId, clientAuthenticatorType: way, attributes } = client;
  if (client.publicClient || client.bearerOnly || client.protocol === 'saml') return [];
  const kind = KEYS[way ?? ''];
  if (kind !== undefined)
    return [
      { id: kind.replace(' ', '-'), kind, name: `${kind} of ${clientId}`, created: undefined, expires: undefined, description: undefined },
    ];
  if (way !== undefined && way !== null && !['client-secret', 'client-secret-jwt'].includes(way)) return [];
  const created = secondsIn(attributes?.['client.secret.creation.time']);
  const now: ApplicationSecret = {
    id: created ?? 'undated',
    kind: 'secret',
    name: `secret of ${clientId}`,
    created,
    expires: secondsIn(attributes?.['client.secret.expiration.time']),
    description: undefined,
  };
  const ends = secondsIn(attributes?.['client.secret.rotated.expiration.time']);
  const was = secondsIn(attributes?.['client.secret.rotated.creation.time']);
  if (ends === undefined && was === undefined) return [now];
  // The time that Keycloak keeps with it is that of the rotation: when the former one was made nobody knows any more.
  const former: ApplicationSecret = {
    ...now,
    id: `former-${was ?? 'undated'}`,
    name: `former secret of ${clientId}`,
    created: undefined,
    expires: ends,
    description: 'It was rotated, and is taken until it ends.',
  };
  return [now, former];
}

export function userToPerson({ id, username, firstName, lastName, email, enabled, attributes, federationLink }: UserAnswer): User {
  const full = [firstName, lastName].filter((part) => part).join(' ');
  return {
    id,
    name: full === '' ? username : full,
    aliases: [username],
    email: email ?? undefined,
    enabled,
    leftOn: undefined,
    manager: attributes?.manager?.[0],
    directoryId: federationLink ? attributes?.LDAP_ID?.[0] : undefined,
  };
}

export const groupToTeam = ({ id, name, path, attributes }: GroupAnswer, members: readonly string[] | undefined): Group => ({
  id,
  name,
  path: path === '' ? name : path,
  email: attributes?.mail?.[0] ?? attributes?.email?.[0],
  members,
});
