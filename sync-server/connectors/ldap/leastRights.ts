import type { LdapSettings } from './settings.ts';

const DATA = [
  'entry,entryUUID,entryCSN,createTimestamp,hasSubordinates,objectClass',
  'cn,uid,displayName,sn,givenName,mail,manager,description,owner,seeAlso',
  'member,uniqueMember,memberUid,gidNumber',
];
/** Attributes of an overlay: a server that has not loaded it refuses a rule that names them. */
const OVERLAYS = [
  ['memberof', 'memberOf'],
  ['ppolicy', 'pwdChangedTime,pwdAccountLockedTime,pwdEndTime'],
] as const;

/** The least rights that a listing needs: for OpenLDAP as an LDIF, for Active Directory in words. */
export function leastRights({ bindDn, bases, peopleBases, groupBases, ownerAttribute, purposeAttribute }: Partial<LdapSettings>): string {
  const who = bindDn ?? 'cn=muster,ou=services,dc=example,dc=org';
  const named = [...(bases ?? []), ...(peopleBases ?? []), ...(groupBases ?? [])];
  const subtrees = [...new Set(named.length > 0 ? named : ['dc=example,dc=org'])];
  const extra = [ownerAttribute, purposeAttribute].filter((name) => name !== undefined);
  const parts = [[...new Set([...DATA.join(',').split(','), ...extra])].join(','), ...OVERLAYS.map(([, attributes]) => attributes)];
  const rules = subtrees.flatMap((base) => parts.map((attributes) => `to dn.subtree="${base}" attrs=${attributes}`));
  return [
    '# OpenLDAP: ldapmodify -Y EXTERNAL -H ldapi:///, with the name of your database. Passwords are in none of these rules.',
    `# Leave out the rules of overlays that you have not loaded: ${OVERLAYS.map(([overlay, names]) => `${names} (${overlay})`).join('; ')}.`,
    'dn: olcDatabase={1}mdb,cn=config',
    'changetype: modify',
    'add: olcAccess',
    ...rules.map((rule, index) => `olcAccess: {${index}}${rule}\n  by dn.exact="${who}" read\n  by * break`),
    '-',
    'add: olcLimits',
    `olcLimits: dn.exact="${who}" size.prtotal=unlimited size.pr=5000`,
    '',
    '# Active Directory: an ordinary member of Domain Users may read all of this. To write owners back as well, give it',
    '# the right to write managedBy and manager on the organizational units concerned, and nothing else.',
  ].join('\n');
}
