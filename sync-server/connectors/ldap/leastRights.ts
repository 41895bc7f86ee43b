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
export function leastRights(settings: Partial<LdapSettings>, { writing = false }: { readonly writing?: boolean } = {}): string {
  const { bindDn, bases, peopleBases, groupBases, ownerAttribute, purposeAttribute } = settings;
  const who = bindDn ?? 'cn=muster,ou=services,dc=example,dc=org';
  const named = [...(bases ?? []), ...(peopleBases ?? []), ...(groupBases ?? [])];
  const subtrees = [...new Set(named.length > 0 ? named : ['dc=example,dc=org'])];
  const extra = [ownerAttribute, purposeAttribute].filter((name) => name !== undefined);
  const parts = [[...new Set([...DATA.join(',').split(','), ...extra])].join(','), ...OVERLAYS.map(([, attributes]) => attributes)];
  const written = [ownerAttribute ?? 'owner', purposeAttribute ?? 'description'].join(',');
  const rules = [
    ...(writing ? subtrees.map((base) => [`to dn.subtree="${base}" attrs=${written}`, 'write']) : []),
    ...subtrees.flatMap((base) => parts.map((attributes) => [`to dn.subtree="${base}" attrs=${attributes}`, 'read'])),
  ];
  return [
    '# OpenLDAP: ldapmodify -Y EXTERNAL -H ldapi:///, with the name of your database. Passwords are in none of these rules.',
    `# Leave out the rules of overlays that you have not loaded: ${OVERLAYS.map(([overlay, names]) => `${names} (${overlay})`).join('; ')}.`,
    'dn: olcDatabase={1}mdb,cn=config',
    'changetype: modify',
    'add: olcAccess',
    ...rules.map(([rule, right], index) => `olcAccess: {${index}}${rule}\n  by dn.exact="${who}" ${right}\n  by * break`),
    '-',
    'add: olcLimits',
    `olcLimits: dn.exact="${who}" size.prtotal=unlimited size.pr=5000`,
    '',
    '# Active Directory: an ordinary member of Domain Users may read all of this.',
    ...(writing
      ? ['# To write back it needs the right to write managedBy and manager on the organizational units concerned, and nothing else.']
      : []),
  ].join('\n');
}
