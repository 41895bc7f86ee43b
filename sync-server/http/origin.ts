import type { IncomingHttpHeaders } from 'node:http';

/** The desktop application's own page: another origin than the server's, so its calls need the headers of the Fetch standard (CORS). */
export const DESKTOP_ORIGIN = 'muster://app';

export const DESKTOP_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': DESKTOP_ORIGIN,
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-max-age': '600',
  vary: 'origin',
};

export type Scheme = 'http' | 'https';

export interface OriginOptions {
  /** What the server itself speaks. */
  readonly scheme?: Scheme;
  /** Complete Host headers besides the bound address. */
  readonly hosts?: readonly string[] | undefined;
  /** The address that people open, when it is another than the bound one: a proxy's, or a name in the certificate. */
  readonly publicUrl?: URL | undefined;
}

/**
 * Names under which this server may be addressed. Anything else is a page that rebound its DNS name to us, or a mistake. What a proxy
 * serves is known from the settings and the Host header alone: anybody can send X-Forwarded-Proto or Forwarded, so they are not read.
 */
export class AllowedOrigins {
  readonly scheme: Scheme;
  private readonly names: readonly string[];
  private readonly bound = new Set<string>();
  private readonly hosts: ReadonlySet<string>;
  private readonly publicUrl: URL | undefined;
  private readonly publicHosts: ReadonlySet<string>;

  constructor(boundHost: string, { scheme = 'http', hosts = [], publicUrl }: OriginOptions = {}) {
    this.scheme = scheme;
    this.names = ['127.0.0.1', 'localhost', '[::1]', ...(isWildcard(boundHost) ? [] : [bracketed(boundHost)])];
    this.hosts = new Set(hosts.map((host) => host.toLowerCase()));
    this.publicUrl = publicUrl;
    this.publicHosts = new Set(publicUrl ? hostsOf(publicUrl) : []);
  }

  /** Nothing is allowed before the port is known. */
  bind(port: number): void {
    for (const name of this.names) {
      this.bound.add(`${name.toLowerCase()}:${port}`);
      // Browsers leave the scheme's own port out of Host and Origin (URL standard).
      if (port === DEFAULT_PORTS[this.scheme]) this.bound.add(name.toLowerCase());
    }
  }

  allowsHost(headers: IncomingHttpHeaders): boolean {
    const host = headers.host?.toLowerCase();
    return host !== undefined && (this.bound.has(host) || this.hosts.has(host) || this.publicHosts.has(host));
  }

  /** Browsers send Origin with everything that can do harm; tools send none. `muster://app` is the desktop application's own page. */
  allowsOrigin(headers: IncomingHttpHeaders): boolean {
    const { origin } = headers;
    if (origin === undefined || origin === DESKTOP_ORIGIN) return true;
    const [scheme, host] = origin.toLowerCase().split('://');
    if (host === undefined || (scheme !== 'http' && scheme !== 'https')) return false;
    return this.hosts.has(host) || (this.bound.has(host) && scheme === this.scheme) || origin.toLowerCase() === this.publicUrl?.origin;
  }

  /** As the asker's own page sees it. Call after `allowsHost`: a Host that is not one of ours would come back as an origin. */
  originOf({ host = '' }: IncomingHttpHeaders): string {
    return this.publicUrl && this.publicHosts.has(host.toLowerCase()) ? this.publicUrl.origin : `${this.scheme}://${host}`;
  }

  /** Whether what is asked travels under TLS all the way that its sender can see. */
  isSecure(headers: IncomingHttpHeaders): boolean {
    return this.originOf(headers).startsWith('https:');
  }

  /** Whether browsers give the asker's page a secure context (W3C Secure Contexts, 3.1): over TLS, or from this computer. */
  isTrustworthy(headers: IncomingHttpHeaders): boolean {
    return this.isSecure(headers) || /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
  }

  /** The address of the server itself: what only a caller on this computer, past no proxy that gives another name, uses. */
  isOwnName(host: string | undefined): boolean {
    return host !== undefined && this.bound.has(host.toLowerCase());
  }
}

const DEFAULT_PORTS: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

/** Some proxies pass the scheme's own port on as well. */
const hostsOf = (url: URL): string[] => (url.port === '' ? [url.host, `${url.host}:${url.protocol === 'https:' ? 443 : 80}`] : [url.host]);

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
