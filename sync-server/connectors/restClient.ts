import { type ClientRequestArgs, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { type Millis, SECOND } from '../../shared/base/time.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';
import type { Network } from '../network/network.ts';
import { problem } from './connector.ts';

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query, from the root of the server. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or a form where `headers` says so. */
  readonly body?: string;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Undefined: no body, or none that is JSON. */
  readonly body: unknown;
  /** An answer may be lost only after the request was sent: see `sent` of {@link RestFailure}. */
}

/** No answer came. `sent`: the request may have been carried out. */
export interface RestFailure {
  readonly problem: ConnectorProblem;
  readonly sent: boolean;
}

export interface RestOptions {
  readonly base: URL;
  readonly network: Network;
  readonly signal: AbortSignal;
  /** Bytes; more is refused. */
  readonly most?: number;
  /** How long one wait that a server asks for may be, and all of them together. */
  readonly patience?: { readonly each: Millis; readonly all: Millis };
}

const ANSWER_MS = 30 * SECOND;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
export const isLoopback = (url: URL): boolean => LOOPBACK.test(url.hostname);

/** `http://` and `https://` addresses; a password in one would be stored and shown. */
export function parseHttpUrl(text: string): URL | undefined {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  return url?.hostname && url.username === '' && url.password === '' && url.search === '' && url.hash === '' ? url : undefined;
}

/**
 * JSON over HTTP by the way that the source's network takes. 429 and 503 are waited for as the server asks (RFC 9110, 10.2.3), as far as
 * patience goes. Redirects are not followed: they would carry a token elsewhere.
 */
export class RestClient {
  readonly #options: RestOptions;
  readonly #agent;
  #waited = 0;

  constructor(options: RestOptions) {
    this.#options = options;
    this.#agent = options.base.protocol === 'https:' ? options.network.agent({ maxSockets: 8 }) : new PlainAgent(options);
  }

  get server(): string {
    return this.#options.base.host;
  }

  async send(asked: RestRequest): Promise<Result<RestAnswer, RestFailure>> {
    for (;;) {
      const answered = await this.#once(asked);
      if (!answered.ok) return answered;
      const { status, headers } = answered.value;
      if (status !== 429 && status !== 503) return answered;
      const wait = retryAfter(headers['retry-after'], Date.now()) ?? (status === 429 ? SECOND : undefined);
      const { each, all } = this.#options.patience ?? { each: 60 * SECOND, all: 300 * SECOND };
      if (wait === undefined) return answered;
      if (wait > each || this.#waited + wait > all) return err({ problem: limited(this.server, wait), sent: false });
      this.#waited += wait;
      if (!(await waited(wait, this.#options.signal))) return err({ problem: givenUp(this.server), sent: false });
    }
  }

  #once({ method, path, headers = {}, body }: RestRequest): Promise<Result<RestAnswer, RestFailure>> {
    const { base, signal, most = 64 * 1_048_576 } = this.#options;
    const url = new URL(path, base);
    const kind = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
    return new Promise((settle) => {
      let sent = false;
      const failed = (error: unknown): void => settle(err({ problem: httpProblem(error, this.server), sent }));
      const options = { method, agent: this.#agent, signal, headers: { accept: 'application/json', ...kind, ...headers } };
      const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (incoming) => {
        read(incoming, most).then((text) => settle(ok(answerOf(incoming, text))), failed);
      });
      outgoing.setTimeout(ANSWER_MS, () => outgoing.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
      outgoing.once('error', failed);
      outgoing.once('finish', () => {
        sent = true;
      });
      outgoing.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function answerOf(incoming: IncomingMessage, text: string): RestAnswer {
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  return { status: incoming.statusCode ?? 0, headers, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

async function read(incoming: IncomingMessage, most: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    size += (part as Buffer).length;
    if (size > most) throw Object.assign(new Error('too large'), { code: 'ETOOLARGE' });
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfter(text: string | undefined, now: Millis): Millis | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  if (/^\s*\d+\s*$/.test(text)) return Number(text) * SECOND;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

const waited = (millis: Millis, signal: AbortSignal): Promise<boolean> =>
  new Promise((settle) => {
    if (signal.aborted) return settle(false);
    const end = (whole: boolean) => (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      settle(whole);
    };
    const stop = end(false);
    const timer = setTimeout(end(true), millis);
    signal.addEventListener('abort', stop);
  });

/** Of the server's error nothing is passed on but what kind it is: texts of servers quote what they were sent. */
export function httpProblem(error: unknown, server: string): ConnectorProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ETOOLARGE') return problem('too large', `${server} answered with more than may be read`, false);
  if (code === 'ETIMEDOUT') return problem('timed out', `${server} took longer than 30 s to answer`, true);
  if (code === 'ABORT_ERR') return givenUp(server);
  if (/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED|UNABLE_TO|CERT_|ERR_TLS|ERR_SSL|EPROTO)/.test(code))
    return problem('unreachable', `${server}: no trusted TLS connection`, false, 'Name its authority in `network.ca`.');
  return problem(
    'unreachable',
    `${server} cannot be reached or stopped answering`,
    true,
    'Check that it runs and that the address is right.',
  );
}

const givenUp = (server: string): ConnectorProblem => problem('timed out', `${server}: given up`, true);
const limited = (server: string, wait: Millis): ConnectorProblem =>
  problem('rate limited', `${server} asks to wait ${Math.ceil(wait / SECOND)} s`, true, 'Let this source run less often.');

/** Plain HTTP by the same way: a network that lets out its proxy alone would keep it from its source. */
class PlainAgent extends HttpAgent {
  readonly #options: RestOptions;

  constructor(options: RestOptions) {
    super({ keepAlive: true, maxSockets: 8 });
    this.#options = options;
  }

  override createConnection(asked: ClientRequestArgs, done: (error: Error | null, stream: Duplex) => void = () => undefined): null {
    const { network, signal } = this.#options;
    const target = { host: (asked.host ?? 'localhost').replace(/^\[|\]$/g, ''), port: Number(asked.port ?? 80) };
    void network.socketTo(target, signal).then((reached) => {
      if (reached.ok) done(null, reached.value);
      else (done as (error: Error) => void)(new Error(reached.error.message));
    });
    return null;
  }
}

/** At most so many at once, in order; stops taking on more once one failed for good. */
export async function eachOf<T>(items: readonly T[], atOnce: number, take: (item: T) => Promise<boolean>): Promise<void> {
  let next = 0;
  let going = true;
  const work = async (): Promise<void> => {
    while (going && next < items.length) {
      const item = items[next++] as T;
      if (!(await take(item))) going = false;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
}
