/**
 * Names that mean the same wherever they are said, because one authority gives them out: an ARN, a SPIFFE ID, the subject of
 * an issuer's tokens, the role of a database server. They are found in every source; any other name belongs to the source that
 * says it. A name all the same, and no key: it may be given to something else tomorrow, so it never joins records.
 */
const SCHEMES: readonly string[] = ['arn:', 'spiffe://', 'oidc:', 'postgres://'];

export const isGlobalName = (name: string): boolean => SCHEMES.some((scheme) => name.startsWith(scheme));

/**
 * The subject of an issuer's tokens (OpenID Connect Core 1.0: `iss` and `sub`). AWS and others write an issuer without its
 * scheme: https is left out everywhere, so that all of them say the same.
 * @param subject may hold `*` and `?` where it is used as a pattern.
 */
export const subjectName = (issuer: string, subject: string): string =>
  `oidc:${issuer.replace(/^https:\/\//i, '').replace(/\/+$/, '')}#${subject}`;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|)$/;

/** A role by the address of its server; undefined where the address means another server on every computer. */
export const databaseRoleName = (host: string, port: string | number, role: string): string | undefined =>
  LOOPBACK.test(host) ? undefined : `postgres://${host.toLowerCase()}:${port}/${role}`;
