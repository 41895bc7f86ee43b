/** What the build writes where the nonce of a response belongs. */
export const NONCE_PLACEHOLDER = '__CSP_NONCE__';

/**
 * The policy of the app's page, the same from a server and in the desktop program (CSP Level 3). No inline script, no eval, no
 * other origin but those of `connect`.
 * @param nonce fresh for each response; style sheets that the grid and the components write at run time carry it.
 * @param connect origins besides the page's own that it may talk to.
 */
export const contentSecurityPolicy = (nonce: string, connect: readonly string[] = []): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    ["connect-src 'self'", ...connect].join(' '),
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
