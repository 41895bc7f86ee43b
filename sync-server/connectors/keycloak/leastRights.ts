import type { KeycloakSettings } from './settings.ts';

/** The least roles that a complete listing needs, as commands of Keycloak's own program. */
export function leastRights({ realm = 'REALM', clientId = 'muster', signInRealm, events }: Partial<KeycloakSettings>): string {
  const home = signInRealm ?? realm;
  const holder = home === realm ? 'realm-management' : `${realm}-realm`;
  const roles = ['view-clients', 'view-users', 'view-realm', ...(events === false ? [] : ['view-events'])];
  return [
    `# A confidential client with a service account, in the realm ${home}:`,
    `kcadm.sh create clients -r ${home} -s clientId=${clientId} -s publicClient=false -s serviceAccountsEnabled=true -s standardFlowEnabled=false`,
    `# view-realm is for composite roles; view-events only for following changes between listings.`,
    `kcadm.sh add-roles -r ${home} --uusername service-account-${clientId.toLowerCase()} --cclientid ${holder} ${roles.map((role) => `--rolename ${role}`).join(' ')}`,
    '# Who may view clients is shown their secrets: Keycloak has no lesser role. Muster drops them where it reads the answer;',
    '# treat this client as one that may read secrets all the same.',
    ...(events === false
      ? []
      : [`# So that changes can be followed: kcadm.sh update events/config -r ${realm} -s adminEventsEnabled=true`]),
  ].join('\n');
}
