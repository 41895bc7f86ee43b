import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { err, ok, type Result } from '../../shared/base/result.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';
import type { NetworkSettings } from '../../shared/wire/http.ts';
import { NoProxy } from './noProxy.ts';

/** A proxy with its credentials. They go into one header and nowhere else: never into a message, a log or a document. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  /** Whether the proxy itself is spoken to over TLS. */
  readonly tls: boolean;
  readonly credentials: string | undefined;
}

/** How a source is reached, with everything resolved. Lives in the connector's worker. */
export interface ResolvedNetwork {
  readonly proxy: HttpProxy | undefined;
  readonly noProxy: NoProxy;
  /** What is trusted, in PEM; undefined: what Node trusts by itself, `NODE_EXTRA_CA_CERTS` included. */
  readonly authorities: readonly string[] | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;
type Secret = (reference: unknown) => Promise<Result<string, ConnectorProblem>>;

const misconfigured = (message: string, wayOut: string) => err<ConnectorProblem>({ code: 'misconfigured', message, retry: false, wayOut });

/** What a source's `network` says; what it leaves open comes from HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE, as for other programs. */
export async function resolveNetwork(
  settings: NetworkSettings | undefined,
  environment: Environment,
  secret: Secret,
): Promise<Result<ResolvedNetwork, ConnectorProblem>> {
  const proxy = await proxyOf(settings, environment, secret);
  if (!proxy.ok) return proxy;
  const authorities = authoritiesOf(settings?.ca ?? nonEmpty(environment.SSL_CERT_FILE));
  if (!authorities.ok) return authorities;
  const noProxy = new NoProxy(settings?.noProxy ?? (environment.NO_PROXY ?? environment.no_proxy ?? '').split(','));
  return ok({ proxy: proxy.value, noProxy, authorities: authorities.value });
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

async function proxyOf(
  settings: NetworkSettings | undefined,
  environment: Environment,
  secret: Secret,
): Promise<Result<HttpProxy | undefined, ConnectorProblem>> {
  if (settings?.proxy === null) return ok(undefined);
  if (settings?.proxy === undefined) {
    const text = nonEmpty(environment.HTTPS_PROXY ?? environment.https_proxy);
    return text === undefined ? ok(undefined) : parseProxy(text, undefined, 'HTTPS_PROXY');
  }
  if (settings.proxyCredentials === undefined) return parseProxy(settings.proxy, undefined, 'network.proxy');
  const credentials = await secret(settings.proxyCredentials);
  return credentials.ok ? parseProxy(settings.proxy, credentials.value, 'network.proxy') : credentials;
}

/** @param where names the setting in the message; its text may hold a password and is not repeated. */
export function parseProxy(text: string, credentials: string | undefined, where: string): Result<HttpProxy, ConnectorProblem> {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '')
    return misconfigured(`${where} is not the address of an HTTP proxy`, 'Write http://HOST:PORT or https://HOST:PORT.');
  const tls = url.protocol === 'https:';
  const own = url.username === '' ? undefined : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return ok({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (tls ? 443 : 80)),
    tls,
    credentials: credentials ?? own,
  });
}

/** Beside what Node trusts, not instead of it: a company's authority does not end the public ones. */
function authoritiesOf(path: string | undefined): Result<readonly string[] | undefined, ConnectorProblem> {
  if (path === undefined) return ok(undefined);
  try {
    const found = readFileSync(path, 'utf8').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
    if (found) return ok([...getCACertificates('default'), ...found]);
    return misconfigured(`The file of authorities ${path} holds no certificate`, 'Give a PEM file in network.ca.');
  } catch {
    return misconfigured(`The file of authorities ${path} cannot be read`, 'Check network.ca, or SSL_CERT_FILE: its path and permissions.');
  }
}
