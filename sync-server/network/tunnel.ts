import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { err, ok, type Result } from '../../shared/base/result.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';
import type { Target } from './network.ts';
import type { HttpProxy } from './networkSettings.ts';

const REACH_MS = 10_000;

const problem = (code: ConnectorProblem['code'], message: string, retry: boolean, wayOut: string): ConnectorProblem => ({
  code,
  message,
  retry,
  wayOut,
});

/** HTTP CONNECT (RFC 9110, 9.3.6). Messages name the proxy and the target by host and port, never the credentials. */
export function openTunnel(
  proxy: HttpProxy,
  { host, port }: Target,
  authorities: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Result<Socket, ConnectorProblem>> {
  const target = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  const via = `the proxy ${proxy.host}:${proxy.port}`;
  return new Promise((settle) => {
    const sent = request({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: target,
      signal,
      timeout: REACH_MS,
      headers: { host: target, ...authorizationOf(proxy) },
      // An agent, even `false`, would make the connection itself.
      ...(proxy.tls ? { createConnection: () => overTls(proxy, authorities) } : { agent: false }),
    });
    const late = (): void => void sent.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
    sent.setTimeout(REACH_MS, late);
    sent.once('error', (error: NodeJS.ErrnoException) => settle(err(unreachable(via, error))));
    // A proxy that refuses may also answer as to any other request.
    sent.once('response', (reply) => settle(err(refusal(via, target, reply))));
    sent.once('connect', (reply, socket: Socket, head) => {
      if (reply.statusCode !== 200) {
        socket.destroy();
        return settle(err(refusal(via, target, reply)));
      }
      socket.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      settle(ok(socket));
    });
    sent.end();
  });
}

const authorizationOf = ({ credentials }: HttpProxy): Record<string, string> =>
  credentials === undefined ? {} : { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };

function overTls({ host, port }: HttpProxy, authorities: readonly string[] | undefined): Socket {
  return connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...(authorities ? { ca: [...authorities] } : {}) });
}

function unreachable(via: string, { code = '' }: NodeJS.ErrnoException): ConnectorProblem {
  if (code === 'ETIMEDOUT' || code === 'ABORT_ERR')
    return problem('timed out', `${via} did not answer in time`, true, 'Check network.proxy.');
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code))
    return problem('unreachable', `${via}: its certificate is not trusted`, false, 'Name its authority in network.ca.');
  return problem('unreachable', `${via} cannot be reached`, true, 'Check network.proxy, or HTTPS_PROXY where the server is started.');
}

function refusal(via: string, target: string, { statusCode = 0 }: IncomingMessage): ConnectorProblem {
  if (statusCode === 407)
    return problem(
      'unauthorized',
      `${via} asks for a user and a password`,
      false,
      'Name them in network.proxyCredentials, as { env } or { file }.',
    );
  const wayOut = 'Ask whoever runs the proxy, or leave the host out with network.noProxy.';
  return problem('unreachable', `${via} does not connect to ${target} (${statusCode})`, statusCode >= 500, wayOut);
}
