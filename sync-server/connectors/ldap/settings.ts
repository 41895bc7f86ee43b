import { FilterParser } from 'ldapts';
import * as z from 'zod';
import { accessLevel } from '../../../shared/model/vocabulary.ts';
import { secretReference } from '../../../shared/wire/http.ts';
import { mayBeNamed } from './attributes.ts';
import { isDn } from './dn.ts';

/** @returns undefined for what is no `ldap://host:port` or `ldaps://host:port`. */
export function parseAddress(text: string): { readonly host: string; readonly port: number; readonly secure: boolean } | undefined {
  const url = /^ldaps?:\/\//i.test(text) ? URL.parse(text) : null;
  if (!url?.hostname || url.username !== '' || url.password !== '' || url.search !== '' || !['', '/'].includes(url.pathname))
    return undefined;
  const secure = url.protocol === 'ldaps:';
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (secure ? 636 : 389)), secure };
}

function isFilter(text: string): boolean {
  try {
    FilterParser.parseString(text);
    return true;
  } catch {
    return false;
  }
}

const dn = z.string().min(1).max(1_024).refine(isDn, 'must be a distinguished name: ou=services,dc=example,dc=org');
const filter = z.string().min(3).max(4_096).refine(isFilter, 'must be a filter as RFC 4515 writes it: (objectClass=account)');
const attribute = z.string().max(128).refine(mayBeNamed, 'must be the name of an attribute that holds no secret');
const LEVEL = /^\s*([a-z]+)\s*[:=]\s*(.+)$/;

/** `full: cn=admins,ou=groups,dc=example,dc=org` */
export function parseLevel(text: string): readonly [group: string, level: string] | undefined {
  const [, level = '', group = ''] = LEVEL.exec(text) ?? [];
  return accessLevel.safeParse(level).success ? [group.trim(), level] : undefined;
}

export const settings = z.strictObject({
  url: z
    .string()
    .max(512)
    .refine((text) => parseAddress(text) !== undefined, 'must be ldap://host:port or ldaps://host:port, without a user or password'),
  /** Whom to bind as: a DN, or on Active Directory also `user@domain`. Absent: anonymous. */
  bindDn: z.string().min(1).max(1_024).optional(),
  password: secretReference.optional(),
  /** How an `ldap://` connection is secured; by default StartTLS, unless the server is this computer. */
  tls: z.enum(['StartTLS', 'off']).optional(),
  /** A file with the authority that signed the server's certificate. */
  authority: z.string().max(1_024).optional(),
  /** Where service accounts are; by default everything that the server holds. */
  bases: z.array(dn).max(100).optional(),
  peopleBases: z.array(dn).max(100).optional(),
  groupBases: z.array(dn).max(100).optional(),
  accountFilter: filter.optional(),
  peopleFilter: filter.optional(),
  groupFilter: filter.optional(),
  /** Which attribute says who answers for an account; read first, and the one that is written. */
  ownerAttribute: attribute.optional(),
  purposeAttribute: attribute.optional(),
  /** Groups that give rights beyond those that Windows defines: `full: cn=admins,ou=groups,dc=example,dc=org`. */
  levels: z
    .array(
      z
        .string()
        .max(1_100)
        .refine((text) => parseLevel(text) !== undefined, 'must be `level: group`, as in `full: cn=admins,…`'),
    )
    .max(500)
    .optional(),
  pageSize: z.number().int().min(10).max(5_000).optional(),
});
export type LdapSettings = z.infer<typeof settings>;
