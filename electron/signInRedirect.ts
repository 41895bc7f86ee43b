import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SignInResult } from '../shared/bridge/bridge.ts';
import type { HostTrouble } from '../shared/model/hostTrouble.ts';

const LIMIT = 5 * 60_000;
const PATH = '/sign-in';
const QUERY_LENGTH = 8_192;
const STATE = /^[\x21-\x7e]{16,512}$/;

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Muster</title><h1>You may close this page</h1>
<p>Muster has got the answer. Go back to its window to see what came of it.</p></html>`;
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

interface Waiting {
  readonly id: string;
  readonly redirect: string;
  readonly server: Server;
  readonly result: Promise<SignInResult>;
  /** Closes the port; the first end counts. */
  readonly end: (result: SignInResult) => void;
  state?: string;
  isAnswered?: boolean;
}

/** Waits on a loopback port for the one answer that a sign-in in the system's browser brings back (RFC 8252, 7.3 and 8.3). */
export class SignInRedirect {
  readonly #limit: number;
  #waiting: Waiting | undefined;

  /** @param limit in milliseconds. */
  constructor(limit: number = LIMIT) {
    this.#limit = limit;
  }

  async begin(): Promise<{ id: string; redirect: string }> {
    this.#waiting?.end(trouble('Another sign-in was begun', 'Go on with that one.'));
    const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 10_000 }, (request, reply) => this.#hear(server, request, reply));
    server.maxConnections = 16;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const waiting = waitOn(server, this.#limit);
    // Two that began at once: the port of the one that lost must not stay open.
    this.#waiting?.end(trouble('Another sign-in was begun', 'Go on with that one.'));
    this.#waiting = waiting;
    return { id: waiting.id, redirect: waiting.redirect };
  }

  /** Remembers the state that the answer must carry. @returns the address to open, or undefined when it may not be opened. */
  expect(id: string, address: string): string | undefined {
    const waiting = this.#waiting;
    if (waiting?.id !== id || waiting.state !== undefined) return undefined;
    const url = providerPage(address);
    const [state, ...moreStates] = url?.searchParams.getAll('state') ?? [];
    const [redirect, ...moreRedirects] = url?.searchParams.getAll('redirect_uri') ?? [];
    if (state === undefined || !STATE.test(state) || redirect !== waiting.redirect) return undefined;
    if (moreStates.length + moreRedirects.length > 0) return undefined;
    waiting.state = state;
    return url?.href;
  }

  async result(id: string): Promise<SignInResult> {
    const waiting = this.#waiting;
    if (waiting?.id !== id) return trouble('This sign-in is over', 'Begin it again.');
    const result = await waiting.result;
    if (this.#waiting === waiting) this.#waiting = undefined;
    return result;
  }

  stop(): void {
    this.#waiting?.end(trouble('Muster was closed', 'Start it and sign in again.'));
    this.#waiting = undefined;
  }

  #hear(server: Server, request: IncomingMessage, reply: ServerResponse): void {
    const waiting = this.#waiting;
    const query = waiting?.server === server ? answerOf(request, waiting) : undefined;
    if (!waiting || query === undefined) {
      reply.writeHead(404, { ...HEADERS, 'content-type': 'text/plain' }).end('Not found');
      return;
    }
    // A second answer that is on its way at the same moment is a stranger's already.
    waiting.isAnswered = true;
    reply.once('close', () => waiting.end({ query }));
    reply.writeHead(200, HEADERS).end(PAGE);
  }
}

function waitOn(server: Server, limit: number): Waiting {
  const { promise: result, resolve } = Promise.withResolvers<SignInResult>();
  const redirect = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
  const end = (said: SignInResult): void => {
    clearTimeout(timer);
    server.close();
    server.closeAllConnections();
    resolve(said);
  };
  const timer = setTimeout(() => end(trouble('Nobody signed in within five minutes', 'Begin again.')), limit);
  return { id: randomBytes(16).toString('base64url'), redirect, server, result, end };
}

/** @returns the query of the answer that is waited for; undefined for anything else. */
function answerOf({ method, url = '', headers }: IncomingMessage, { redirect, state, isAnswered }: Waiting): string | undefined {
  if (method !== 'GET' || state === undefined || isAnswered || headers.host !== new URL(redirect).host) return undefined;
  if (!url.startsWith(`${PATH}?`)) return undefined;
  const query = url.slice(PATH.length + 1);
  if (query.length > QUERY_LENGTH) return undefined;
  const states = new URLSearchParams(query).getAll('state');
  return states.length === 1 && isSame(states[0] ?? '', state) ? query : undefined;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

function providerPage(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const isPrivate = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
  return isPrivate && url.username === '' && url.password === '' ? url : undefined;
}

const trouble = (message: string, wayOut: string): { trouble: HostTrouble } => ({ trouble: { message, wayOut } });
