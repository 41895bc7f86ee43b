import type { AccessLevel } from '../../../shared/model/vocabulary.ts';
import type { Right } from '../identityProvider.ts';

/** A role as it reached somebody: its container is a client's id, or the realm. */
export interface ReachedRole {
  readonly name: string;
  /** The clientId whose role it is; undefined: of the realm. */
  readonly client: string | undefined;
  /** Groups and composite roles on the way. */
  readonly via: readonly string[];
}

/** DOMAIN E, for the roles over a realm that Keycloak itself defines (Server Administration Guide, "Realm-specific roles"). */
const MANAGEMENT: Readonly<Record<string, AccessLevel>> = {
  'realm-admin': 'full',
  'manage-users': 'grant',
  'manage-clients': 'grant',
  'manage-realm': 'grant',
  'manage-authorization': 'grant',
  'manage-identity-providers': 'grant',
  'manage-organizations': 'grant',
  impersonation: 'grant',
  'create-client': 'write',
  'manage-events': 'write',
  // Who may view clients is shown their secrets.
  'view-clients': 'secrets',
  'view-users': 'read',
  'view-realm': 'read',
  'view-events': 'read',
  'view-authorization': 'read',
  'view-identity-providers': 'read',
  'view-organizations': 'read',
};
const QUERIES = /^query-/;
/** What everybody has over their own account. */
const OWN = new Set(['offline_access', 'uma_authorization']);

const isManagement = (client: string): boolean => client === 'realm-management' || /^.+-realm$/.test(client);

/** Of an application's own roles the name is all that is known. */
function guessed(name: string): AccessLevel {
  if (/admin|owner|superuser|root/i.test(name)) return 'grant';
  if (/secret|password|credential/i.test(name)) return 'secrets';
  if (/^(read|view|list|get|query|audit)|(reader|viewer|auditor|read-?only)$/i.test(name)) return 'read';
  return 'write';
}

export function rightOf({ name, client, via }: ReachedRole, realm: string): Right | undefined {
  const native = client === undefined ? `realm role ${name}` : `role ${name} of client ${client}`;
  const said = (level: AccessLevel, on: string, certainty: Right['certainty']): Right => ({ level, on, via, native, certainty });
  if (client === undefined) {
    if (OWN.has(name) || name === `default-roles-${realm}`) return undefined;
    // The realm role `admin` exists in the realm `master` alone, and is over every realm.
    if (realm === 'master' && name === 'admin') return said('full', '*', 'exact');
    if (realm === 'master' && name === 'create-realm') return said('grant', '*', 'exact');
    return said(guessed(name), `realm ${realm}`, 'upper bound');
  }
  if (client === 'account') return undefined;
  if (client === 'broker') return said(name === 'read-token' ? 'secrets' : 'read', 'tokens of other providers', 'exact');
  if (!isManagement(client)) return said(guessed(name), client, 'upper bound');
  const over = client === 'realm-management' ? realm : client.replace(/-realm$/, '');
  const level = MANAGEMENT[name];
  if (level !== undefined) return said(level, `realm ${over}`, 'exact');
  return QUERIES.test(name) ? undefined : said('grant', `realm ${over}`, 'upper bound');
}

/** One right for each role, by its shortest way. */
export function rightsOf(roles: readonly ReachedRole[], realm: string): Right[] {
  const byRole = new Map<string, ReachedRole>();
  for (const role of roles) {
    const key = JSON.stringify([role.client ?? null, role.name]);
    const known = byRole.get(key);
    if (known === undefined || role.via.length < known.via.length) byRole.set(key, role);
  }
  return [...byRole.values()].flatMap((role) => rightOf(role, realm) ?? []);
}
