import type { Flavour, Purpose } from './directory.ts';

/**
 * Every attribute that is ever asked for, by name. `*` and `+` are never asked for: userPassword, unicodePwd, pwdHistory,
 * msDS-ManagedPassword and the Kerberos keys are attributes like any other, and a reader with too many rights would get them.
 */
const COMMON = ['objectClass', 'cn', 'description', 'memberOf'];

const OPENLDAP: Readonly<Record<Purpose, readonly string[]>> = {
  groups: ['member', 'uniqueMember', 'memberUid', 'owner', 'mail', 'gidNumber'],
  people: ['uid', 'displayName', 'givenName', 'sn', 'mail', 'manager', 'pwdAccountLockedTime', 'pwdEndTime', 'shadowExpire', 'gidNumber'],
  accounts: [
    ...['uid', 'owner', 'managedBy', 'manager', 'seeAlso', 'krbPrincipalName', 'gidNumber', 'authTimestamp', 'pwdLastSuccess'],
    ...['pwdChangedTime', 'pwdAccountLockedTime', 'pwdEndTime', 'shadowExpire'],
  ],
};
const OPENLDAP_ALWAYS = ['entryUUID', 'entryCSN', 'createTimestamp', 'hasSubordinates'];

const DIRECTORY: Readonly<Record<Purpose, readonly string[]>> = {
  groups: ['managedBy', 'mail', 'sAMAccountName', 'isCriticalSystemObject'],
  people: [
    ...['sAMAccountName', 'userPrincipalName', 'displayName', 'mail', 'manager', 'userAccountControl', 'accountExpires'],
    'primaryGroupID',
  ],
  accounts: [
    ...['sAMAccountName', 'userPrincipalName', 'displayName', 'servicePrincipalName', 'managedBy', 'manager', 'owner', 'seeAlso'],
    ...['userAccountControl', 'pwdLastSet', 'accountExpires', 'lastLogonTimestamp', 'msDS-UserPasswordExpiryTimeComputed'],
    ...['primaryGroupID', 'msDS-AllowedToDelegateTo', 'msDS-ManagedPasswordInterval'],
  ],
};
const DIRECTORY_ALWAYS = ['objectGUID', 'objectSid', 'whenCreated', 'uSNChanged'];

/** Attributes that an entry need not have: whether this user would see them has to be asked. */
export function optionalFor(purpose: Purpose, owner: string | undefined): readonly string[] {
  const account = ['pwdChangedTime', 'pwdAccountLockedTime', 'authTimestamp', 'pwdLastSuccess'];
  const asked = { groups: [], people: ['pwdAccountLockedTime', 'manager'], accounts: [...account, owner ?? 'owner'] };
  return asked[purpose];
}
/** Where the last sign-in is kept at all, few may see it: it is unread then, and the listing is complete without it. */
export const MAY_BE_HIDDEN: ReadonlySet<string> = new Set(['authTimestamp', 'pwdLastSuccess']);

export const BINARY = ['objectGUID', 'objectSid'];

export function attributesFor(flavour: Flavour, purpose: Purpose, extra: readonly (string | undefined)[] = []): string[] {
  const own = flavour === 'openldap' ? [...OPENLDAP_ALWAYS, ...OPENLDAP[purpose]] : [...DIRECTORY_ALWAYS, ...DIRECTORY[purpose]];
  return [...new Set([...COMMON, ...own, ...extra.filter((name) => name !== undefined)])];
}

/** Whatever the settings say, these are never read or written: each holds a secret, its hash, or keys that are worth one. */
const SECRET =
  /^(user|unicode|unix|sambaNT|sambaLM|supplemental)?(password|pwd|credentials)$|^(pwdHistory|dBCSPwd|lmPwdHistory|ntPwdHistory|unixUserPassword|orclPassword|authPassword|krbPrincipalKey|krbExtraData|userPKCS12|userSMIMECertificate|msDS-ManagedPassword|msDS-ManagedPasswordId|ms-Mcs-AdmPwd|msLAPS-.*|msFVE-.*|msDS-KeyCredentialLink|olcRootPW|olcDbCredentials|oathSecret)$/i;
export const mayBeNamed = (attribute: string): boolean => /^[A-Za-z][A-Za-z0-9-]*$/.test(attribute) && !SECRET.test(attribute);

export const FILTERS: Readonly<Record<Flavour, Readonly<Record<Purpose, string>>>> = {
  openldap: {
    groups: '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))',
    people: '(objectClass=inetOrgPerson)',
    accounts: '(|(objectClass=account)(objectClass=simpleSecurityObject)(objectClass=applicationProcess))',
  },
  'active directory': {
    groups: '(objectCategory=group)',
    people: '(&(objectCategory=person)(objectClass=user))',
    accounts:
      '(|(objectClass=msDS-GroupManagedServiceAccount)(objectClass=msDS-ManagedServiceAccount)(&(objectCategory=person)(objectClass=user)(servicePrincipalName=*)))',
  },
};
