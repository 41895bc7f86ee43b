import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

/** The desktop application's own page: another origin than the server's, so its calls need the headers of the Fetch standard (CORS). */
export const DESKTOP_ORIGIN = 'muster://app';

export const DESKTOP_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': DESKTOP_ORIGIN,
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-max-age': '600',
  vary: 'origin',
};

/** The origin under which this server was called. Only hosts that it answers to get so far. */
export const originOf = (request: FastifyRequest): string => `${request.protocol}://${request.headers.host}`;

/** Names under which this server may be addressed. Anything else is a page that rebound its DNS name to us, or a mistake. */
export class AllowedOrigins {
  private readonly names: readonly string[];
  private readonly hosts: Set<string>;

  /** @param more complete Host headers, for a name that a proxy serves. */
  constructor(boundHost: string, more: readonly string[] = []) {
    this.names = ['127.0.0.1', 'localhost', '[::1]', ...(isWildcard(boundHost) ? [] : [bracketed(boundHost)])];
    this.hosts = new Set(more.map((host) => host.toLowerCase()));
  }

  /** Nothing is allowed before the port is known. */
  bind(port: number): void {
    for (const name of this.names) this.hosts.add(`${name.toLowerCase()}:${port}`);
  }

  allowsHost(headers: IncomingHttpHeaders): boolean {
    return headers.host !== undefined && this.hosts.has(headers.host.toLowerCase());
  }

  /** Browsers send Origin with everything that can do harm; tools send none. `muster://app` is the desktop application's own page. */
  allowsOrigin(headers: IncomingHttpHeaders): boolean {
    const { origin } = headers;
    if (origin === undefined || origin === DESKTOP_ORIGIN) return true;
    const [scheme, host] = origin.split('://');
    return (scheme === 'http' || scheme === 'https') && host !== undefined && this.hosts.has(host.toLowerCase());
  }
}

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
