import { isIPv6, type Server, type Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Millis } from '../../shared/base/time.ts';
import { Allowances } from '../core/allowances.ts';
import type { Metrics } from '../core/metrics.ts';
import { apiFailure, NOT_SIGNED_IN, sendError } from './errors.ts';
import { isLoopback } from './localRoutes.ts';

/**
 * What somebody may cost who has not shown who they are, for each address of theirs. An office shares one address, so these are figures for a
 * few hundred people who start at once. From this computer come its own user, tests, and everybody behind a proxy that runs here: a hundred
 * times as much, and the proxy is the place for limits of its own.
 */
export const STRANGERS = {
  /** Nonces, tickets and enrolments. A page that opens 60 documents takes one ticket for all of them. */
  calls: { burst: 300, perSecond: 10 },
  /** Sockets that were told that they may not come in. */
  upgrades: { burst: 300, perSecond: 10 },
  /** Connections that carry no document: page loads and calls, six of them a browser. */
  sockets: 1_024,
  loopback: 100,
  /** JSON of a call without a ticket: the largest, an enrolment, has 1 KB. */
  body: 16 * 1024,
  /** Until the head of a request is complete, and until the whole of it is (an upload of 100 MB at 3 Mbit/s), in milliseconds. */
  head: 10_000,
  request: 300_000,
  /** Until the body of a call without a ticket is complete. */
  bodyTime: 10_000,
  /** All headers of a request together, in bytes. */
  headers: 16 * 1024,
} as const;

/** The server's own options that keep a slow or silent peer from holding a connection. */
export const SERVER_TIMES = {
  requestTimeout: STRANGERS.request,
  http: { headersTimeout: STRANGERS.head, maxHeaderSize: STRANGERS.headers, connectionsCheckingInterval: 2_000 },
} as const;

const TOO_MANY = apiFailure('too many requests', 'Too many calls came from this address.', 'Try again in a minute.', true);
const LARGE = apiFailure('too large', 'A call without a ticket cannot send this much.', 'Sign in first.');

/** Calls that prove who somebody is. */
const PROVING: readonly string[] = ['/api/auth/nonce', '/api/auth/ticket', '/api/enrol', '/hooks/:source'];

/** An IPv6 host has a whole /64 to choose addresses from. */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return '';
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const all = tail === undefined ? groups : [...groups, ...Array<string>(Math.max(0, 8 - groups.length - last.length)).fill('0'), ...last];
  return all.slice(0, 4).join(':');
}

/** Limits for peers that nobody knows yet. One for a server. */
export class Strangers {
  private readonly calls: Allowances;
  private readonly upgrades: Allowances;
  private readonly sockets = new Map<string, number>();
  /** Address and port of each socket that is counted: with TLS the request's socket is another object than the connection's. */
  private readonly counted = new Map<string, string>();
  private readonly metrics: Metrics;

  constructor(metrics: Metrics, clock: () => Millis) {
    this.metrics = metrics;
    this.calls = new Allowances(STRANGERS.calls, clock);
    this.upgrades = new Allowances(STRANGERS.upgrades, clock);
  }

  /** Counts the connections of each address until they close or become somebody's document. */
  watch(server: Pick<Server, 'on'>): void {
    server.on('connection', (socket: Socket) => {
      const [name, key] = [nameOf(socket), addressKey(socket.remoteAddress)];
      const count = (this.sockets.get(key) ?? 0) + 1;
      this.sockets.set(key, count);
      this.counted.set(name, key);
      socket.once('close', () => this.release(name));
      if (count <= STRANGERS.sockets * factor(socket.remoteAddress)) return;
      this.metrics.refusal('too many sockets of an address');
      socket.destroy();
    });
  }

  /** Whoever is on this socket showed a ticket: it is no stranger's any more. */
  forget(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): void {
    this.release(nameOf(socket));
  }

  private release(name: string): void {
    const key = this.counted.get(name);
    if (key === undefined || !this.counted.delete(name)) return;
    const left = (this.sockets.get(key) ?? 1) - 1;
    if (left === 0) this.sockets.delete(key);
    else this.sockets.set(key, left);
  }

  /** @returns whether this address may try to open another socket. */
  mayUpgrade(address: string | undefined): boolean {
    return this.upgrades.wait(addressKey(address)) === 0;
  }

  /** A socket of this address was told that it may not come in. */
  refusedUpgrade(address: string | undefined): void {
    this.upgrades.charge(addressKey(address), 1 / factor(address));
  }

  /** @param isKnown whether a request shows a ticket that holds. */
  guard(app: FastifyInstance, isKnown: (request: FastifyRequest) => boolean): void {
    app.addHook('onRequest', async (request, reply) => {
      if (isProving(request) && !this.mayCall(request)) {
        this.metrics.refusal('too many calls of an address');
        return sendError(reply.header('retry-after', '60'), TOO_MANY);
      }
      return hasBody(request) && !isKnown(request) ? this.limitBody(request, reply) : undefined;
    });
  }

  /** Strangers say beforehand how much they send, and have little time for little. What is too much is never held: Node drops it unread. */
  private limitBody(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    this.endSlow(request);
    const length = Number(request.headers['content-length'] ?? Number.NaN);
    if (length <= STRANGERS.body) return undefined;
    this.metrics.refusal('large body without a ticket');
    return sendError(reply, isProving(request) ? LARGE : NOT_SIGNED_IN);
  }

  private endSlow({ raw }: FastifyRequest): void {
    const timer = setTimeout(() => {
      if (raw.complete) return;
      this.metrics.refusal('too slow');
      raw.socket.destroy();
    }, STRANGERS.bodyTime).unref();
    raw.once('close', () => clearTimeout(timer));
  }

  private mayCall({ socket }: FastifyRequest): boolean {
    const { remoteAddress } = socket;
    return this.calls.take(addressKey(remoteAddress), 1 / factor(remoteAddress));
  }
}

/** Bytes that are no request, or one that never ends: one line back, and the socket is gone. */
export function endBadRequest(metrics: Metrics, error: Error & { code?: string }, socket: Socket): void {
  metrics.refusal(error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'too slow' : 'not a request');
  if (!socket.writable) socket.destroy();
  else socket.end(`HTTP/1.1 ${BAD_REQUEST[error.code ?? ''] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
}

const BAD_REQUEST: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

const factor = (address: string | undefined): number => (isLoopback(address) ? STRANGERS.loopback : 1);

const nameOf = ({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string => `${remoteAddress} ${remotePort}`;

const isProving = ({ method, routeOptions }: FastifyRequest): boolean => method === 'POST' && PROVING.includes(routeOptions.url ?? '');

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
