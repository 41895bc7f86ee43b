import type { Day, Millis } from '../../../shared/base/time.ts';
import { DAY, toDay } from '../../../shared/base/time.ts';
import type { Flavour } from './directory.ts';
import { hasAttribute, isOf, type LdapEntry, textOf } from './entry.ts';
import { parseFileTime, parseGeneralizedTime } from './values.ts';

/** ADS_USER_FLAG_ENUM ([MS-ADTS] 2.2.16). */
export const FLAGS = { disabled: 0x2, neverExpires: 0x10000, delegation: 0x80000, protocolTransition: 0x1000000 } as const;

/** What ppolicy writes when an administrator locks an account for good (draft-behera-ldap-password-policy, 5.3.3). */
const LOCKED_FOR_GOOD = /^0000010100000{0,2}Z$/;

/**
 * What can be known of an attribute that may be absent: `read` where this user sees it or would, so that absence means none;
 * `not kept` where the server's schema has no such attribute; otherwise nobody can say.
 */
export type Visible = 'read' | 'not kept' | 'unknown';

export interface Around {
  readonly flavour: Flavour;
  readonly now: Millis;
  visible(attribute: string): Visible;
}

export const createdOf = (entry: LdapEntry, flavour: Flavour): Millis | undefined =>
  parseGeneralizedTime(textOf(entry, flavour === 'openldap' ? 'createTimestamp' : 'whenCreated') ?? '');

/** `unread` is neither `never` nor `must be changed`: nobody knows then how old the password is. */
export type PasswordAge =
  | { readonly kind: 'set'; readonly at: Millis }
  | { readonly kind: 'never set again' }
  | { readonly kind: 'must be changed' }
  | { readonly kind: 'unread' };

export function passwordAge(entry: LdapEntry, { flavour, visible }: Around): PasswordAge {
  if (flavour === 'active directory') {
    const set = parseFileTime(textOf(entry, 'pwdLastSet'));
    if (set === undefined || set.kind === 'never') return { kind: 'unread' };
    return set.kind === 'zero' ? { kind: 'must be changed' } : { kind: 'set', at: set.at };
  }
  const changed = textOf(entry, 'pwdChangedTime');
  const at = changed === undefined ? undefined : parseGeneralizedTime(changed);
  if (at !== undefined) return { kind: 'set', at };
  return changed === undefined && visible('pwdChangedTime') === 'read' ? { kind: 'never set again' } : { kind: 'unread' };
}

/** When its password ends. Active Directory computes it, from policy and account (msDS-UserPasswordExpiryTimeComputed). */
export function passwordEnds(entry: LdapEntry): Millis | undefined {
  const ends = parseFileTime(textOf(entry, 'msDS-UserPasswordExpiryTimeComputed'));
  return ends?.kind === 'at' ? ends.at : undefined;
}

export function hasPassword(entry: LdapEntry, flavour: Flavour): boolean {
  if (flavour === 'active directory') return isOf(entry, 'user');
  return isOf(entry, 'simpleSecurityObject') || hasAttribute(entry, 'pwdChangedTime');
}

export const flagsOf = (entry: LdapEntry): number | undefined => {
  const flags = Number(textOf(entry, 'userAccountControl') ?? Number.NaN);
  return Number.isInteger(flags) ? flags : undefined;
};

/** When the account itself ends, whatever its password does. */
export function accountEnds(entry: LdapEntry, flavour: Flavour): Millis | undefined {
  if (flavour === 'active directory') {
    const ends = parseFileTime(textOf(entry, 'accountExpires'));
    return ends?.kind === 'at' ? ends.at : undefined;
  }
  const ends = parseGeneralizedTime(textOf(entry, 'pwdEndTime') ?? '');
  const days = Number(textOf(entry, 'shadowExpire') ?? 0);
  return ends ?? (days > 0 ? days * DAY : undefined);
}

export type AccountStatus = 'enabled' | 'disabled' | 'expired' | 'unread';

export function statusOf(entry: LdapEntry, around: Around): AccountStatus {
  const disabled = isDisabled(entry, around);
  if (disabled === true) return 'disabled';
  const ends = accountEnds(entry, around.flavour);
  if (ends !== undefined && ends <= around.now) return 'expired';
  return disabled === undefined ? 'unread' : 'enabled';
}

function isDisabled(entry: LdapEntry, { flavour, visible }: Around): boolean | undefined {
  if (flavour === 'active directory') {
    const flags = flagsOf(entry);
    return flags === undefined ? undefined : (flags & FLAGS.disabled) !== 0;
  }
  const locked = textOf(entry, 'pwdAccountLockedTime');
  if (locked !== undefined) return LOCKED_FOR_GOOD.test(locked);
  return visible('pwdAccountLockedTime') === 'unknown' ? undefined : false;
}

/** The day of the last sign-in; `unread` where nobody can say, undefined for never. */
export function lastUsedOf(entry: LdapEntry, { flavour, visible }: Around): Day | 'unread' | undefined {
  const names = flavour === 'active directory' ? ['lastLogonTimestamp'] : ['authTimestamp', 'pwdLastSuccess'];
  const moments = names.flatMap((name) => momentOf(textOf(entry, name)) ?? []);
  if (moments.length > 0) return toDay(Math.max(...moments));
  return names.some((name) => visible(name) === 'read') ? undefined : 'unread';
}

function momentOf(text: string | undefined): Millis | undefined {
  const file = parseFileTime(text);
  return file?.kind === 'at' ? file.at : parseGeneralizedTime(text ?? '');
}
