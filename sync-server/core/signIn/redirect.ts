/**
 * Where a provider may send the browser back to: a loopback address on any port (RFC 8252, 7.3), or this server's own page. Anything else would
 * hand the code to somebody.
 * @returns the address in its one spelling, or undefined.
 */
export function allowedRedirect(text: string, ownOrigin: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') return undefined;
  const loopback = url.protocol === 'http:' && (url.hostname === '127.0.0.1' || url.hostname === '[::1]') && url.port !== '';
  const own = url.origin === ownOrigin && url.pathname === '/sign-in';
  return loopback || own ? url.href : undefined;
}
