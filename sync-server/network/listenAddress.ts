import { isIP } from 'node:net';
import { err, ok, type Result } from '../../shared/base/result.ts';
import type { TlsFiles } from './tlsIdentity.ts';

/** What of the options decides how the server may be reached. */
export interface Reach {
  readonly host: string;
  readonly tls?: TlsFiles | undefined;
  readonly publicUrl?: string | undefined;
  readonly insecurePlainHttp?: boolean | undefined;
}

export const isLoopbackHost = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host);

/** What a browser does not give a page of an address such as http://192.0.2.7 (W3C Secure Contexts, 3.1). */
export const PLAIN_HTTP_WARNING =
  'Plain http beyond this computer: browsers give such a page no keys, no locks and no offline store, so nobody can sign in, edit or work offline there, and everything travels readable.';

/**
 * Refuses plain http beyond loopback, and reads the public address.
 * @returns the public address, undefined when there is none, or one line with the way out.
 */
export function checkReach({ host, tls, publicUrl, insecurePlainHttp = false }: Reach): Result<URL | undefined, string> {
  if (!isLoopbackHost(host) && !tls && !insecurePlainHttp) return err(refusal(host));
  if (publicUrl === undefined) return ok(undefined);
  const url = parsePublicUrl(publicUrl);
  return url ? ok(url) : err('--public-url takes an address without a path, such as https://muster.example.');
}

const refusal = (host: string): string =>
  `Plain http on ${host.slice(0, 100)} would send everything readable over the network, and browsers would not let anybody sign in. Give --tls-cert and --tls-key, or put a proxy with TLS before 127.0.0.1 and name it with --public-url; --insecure-plain-http forces it.`;

function parsePublicUrl(text: string): URL | undefined {
  try {
    const url = new URL(text);
    const bare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
    return bare && (url.protocol === 'https:' || url.protocol === 'http:') ? url : undefined;
  } catch {
    return undefined;
  }
}

/** An address that listens everywhere is shown as this computer's own. */
export function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return isIP(host) === 6 ? `[${host}]` : host;
}
