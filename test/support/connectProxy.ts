import { createServer, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { MadeCertificate } from '../servers/tls.ts';

export interface ConnectProxy {
  readonly port: number;
  /** `HOST:PORT` of every tunnel that was asked for, in order. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

export interface ConnectProxyOptions {
  /** `user:password`; anything else is answered with 407. */
  readonly credentials?: string;
  /** The proxy itself speaks TLS. */
  readonly tls?: MadeCertificate;
  /** Where a name leads, as on the far side of a firewall; a name that is not here cannot be reached (502). */
  readonly routes: Readonly<Record<string, number>>;
}

/** An HTTP proxy that knows CONNECT alone (RFC 9110, 9.3.6), on loopback. */
export async function startConnectProxy({ credentials, tls, routes }: ConnectProxyOptions): Promise<ConnectProxy> {
  const server: HttpServer = tls ? (createTlsServer({ cert: tls.certificate, key: tls.key }) as unknown as HttpServer) : createServer();
  const asked: string[] = [];
  const open = new Set<Duplex>();
  const wanted = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
  server.on('connect', (request, socket: Duplex, head: Buffer) => {
    open.add(socket);
    socket.on('error', () => undefined);
    asked.push(request.url ?? '');
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted)
      return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\n\r\n');
    const port = routes[request.url ?? ''];
    if (port === undefined) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    const target = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
    open.add(target);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    stop: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
