import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Connection } from './connection.ts';

/** How the API server answered when it did not do what was asked (Kubernetes API conventions, "Response Status Kind"). */
export class ApiFailure extends Error {
  /** The HTTP status; 0: no answer. */
  readonly status: number;
  /** Milliseconds that the server asks to be left alone. */
  readonly retryAfter: number | undefined;
  constructor(status: number, retryAfter?: number) {
    super(`HTTP ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Only the metadata of objects is asked for and sent: of a Secret no data leaves the API server. */
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const JSON_TYPE = 'application/json';

export type Query = Readonly<Record<string, string | number>>;

interface Asked {
  readonly method: 'GET' | 'PATCH';
  readonly path: string;
  readonly query?: Query;
  readonly accept: string;
  readonly body?: string;
  readonly contentType?: string;
}

/** A page of a list: what is in it, where the next one is, and which state of the cluster it shows. */
export interface Page {
  readonly items: readonly unknown[];
  readonly next: string | undefined;
  readonly version: string;
}

/** An answer of a watch: `type` is ADDED, MODIFIED, DELETED, BOOKMARK or ERROR. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

const ANSWER_WITHIN = 60_000;
const MOST_BYTES = 256 * 1_048_576;
const MOST_TRIES = 4;
const LONGEST_WAIT = 30_000;

/** The protocol of the API server, and nothing of Muster. Every request ends when the connection's signal does. */
export class Client {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get cluster(): string {
    return this.#connection.cluster;
  }

  get server(): string {
    return this.#connection.server.host;
  }

  /** @throws ApiFailure */
  async get(path: string, metadataOnly = false): Promise<unknown> {
    return (await this.#patiently({ method: 'GET', path, accept: metadataOnly ? METADATA : JSON_TYPE })).body;
  }

  /** @throws ApiFailure; 410 when the list changed under the pages for too long and must be read from its beginning. */
  async page(path: string, query: Query, metadataOnly: boolean): Promise<Page> {
    const accept = metadataOnly ? METADATA_LIST : JSON_TYPE;
    const { body } = await this.#patiently({ method: 'GET', path, query, accept });
    const { items, metadata } = body as { items?: unknown; metadata?: { continue?: unknown; resourceVersion?: unknown } };
    const { continue: next, resourceVersion } = metadata ?? {};
    // An empty list of metadata has null for items.
    const found = items ?? [];
    if (!Array.isArray(found) || typeof resourceVersion !== 'string') throw new ApiFailure(0);
    return { items: found, next: typeof next === 'string' && next !== '' ? next : undefined, version: resourceVersion };
  }

  /**
   * Events from a resource version on, until the server ends the watch or `signal` aborts. `opened` is called when the server agreed.
   * @throws ApiFailure
   */
  async *watch(path: string, query: Query, metadataOnly: boolean, signal: AbortSignal, opened: () => void): AsyncGenerator<WatchEvent> {
    const accept = `${metadataOnly ? METADATA : JSON_TYPE}`;
    const { response } = await this.#send(
      { method: 'GET', path, query: { ...query, watch: 1, allowWatchBookmarks: 'true' }, accept },
      signal,
    );
    if (response.statusCode !== 200) throw await failureOf(response);
    opened();
    try {
      for await (const line of createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) {
        const event = JSON.parse(line) as Partial<WatchEvent>;
        if (typeof event.type === 'string') yield { type: event.type, object: event.object };
      }
    } catch {
      throw new ApiFailure(0);
    } finally {
      response.destroy();
    }
  }

  /** Server-side apply of an object that names its version. @throws ApiFailure; 409 when that is not the version any more. */
  async apply(path: string, manager: string, object: unknown): Promise<unknown> {
    const asked: Asked = {
      method: 'PATCH',
      path,
      // Other managers may hold the field: the version, which must be the one that was read, is what protects what they wrote since.
      query: { fieldManager: manager, force: 'true' },
      accept: METADATA,
      contentType: 'application/apply-patch+yaml',
      body: JSON.stringify(object),
    };
    const { body } = await this.#answer(asked);
    return body;
  }

  /** A server that is busy says when to come back (429, 503 with Retry-After); a network that hiccups is asked again. */
  async #patiently(asked: Asked): Promise<{ body: unknown }> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#answer(asked);
      } catch (error) {
        const failure = error instanceof ApiFailure ? error : new ApiFailure(0);
        const busy = failure.status === 429 || failure.status === 503 || failure.status === 504;
        if (!busy || attempt >= MOST_TRIES || this.#connection.signal.aborted) throw failure;
        await wait(Math.min(LONGEST_WAIT, failure.retryAfter ?? 500 * 2 ** attempt), undefined, { signal: this.#connection.signal }).catch(
          () => {
            throw failure;
          },
        );
      }
    }
  }

  async #answer(asked: Asked): Promise<{ body: unknown }> {
    const { response } = await this.#send(asked, AbortSignal.timeout(ANSWER_WITHIN));
    if (response.statusCode === undefined || response.statusCode >= 300) throw await failureOf(response);
    try {
      return { body: JSON.parse(await textOf(response)) };
    } catch {
      throw new ApiFailure(0);
    }
  }

  #send({ method, path, query = {}, accept, body, contentType }: Asked, signal: AbortSignal): Promise<{ response: IncomingMessage }> {
    const { server, headers, agent } = this.#connection;
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const send = url.protocol === 'http:' ? plainRequest : tlsRequest;
    const { promise, resolve, reject } = Promise.withResolvers<{ response: IncomingMessage }>();
    const request = send(url, {
      method,
      agent,
      signal: AbortSignal.any([signal, this.#connection.signal]),
      headers: { ...headers, accept, 'user-agent': 'muster', ...(contentType === undefined ? {} : { 'content-type': contentType }) },
    });
    request.once('response', (response) => resolve({ response }));
    request.once('error', (error) => reject(networkFailure(error)));
    request.end(body);
    return promise;
  }
}

/** TLS that is not trusted will not be tomorrow: it is told apart from a server that does not answer. */
export class UntrustedServer extends ApiFailure {}

function networkFailure(error: Error): ApiFailure {
  const code = 'code' in error ? String(error.code) : '';
  const untrusted = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED|UNABLE_TO|CERT_|ERR_TLS)/.test(code);
  return untrusted ? new UntrustedServer(0) : new ApiFailure(0);
}

async function failureOf(response: IncomingMessage): Promise<ApiFailure> {
  response.resume();
  const seconds = Number(response.headers['retry-after']);
  return new ApiFailure(response.statusCode ?? 0, Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined);
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new ApiFailure(0);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
