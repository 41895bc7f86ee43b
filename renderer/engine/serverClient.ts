import type * as z from 'zod';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { type ApiError, apiError } from '../../shared/wire/http.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly json?: unknown;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly ticket?: string;
  /** The answer is a file: its body comes as bytes. */
  readonly file?: boolean;
}

/**
 * Milliseconds. A network may go silent without closing: who we are is asked quickly, and what a connector lists may take its time.
 */
const QUICK = 15_000;
const PATIENT = 10 * 60_000;
const limitOf = ({ path }: Call): number => (/^\/api\/(space|auth\/|enrol)/.test(path) ? QUICK : PATIENT);

export const OFFLINE: ApiError = {
  code: 'offline',
  message: 'The server cannot be reached.',
  wayOut: 'Everything here stays usable and is sent when the server is back. Try this again then.',
  retry: true,
};

const strange = (status: number): ApiError => ({
  code: 'malformed',
  message: `The server answered ${status} in a form that this version does not understand.`,
  wayOut: 'Reload the page, so that the app and the server have the same version.',
  retry: false,
});

/** Refused because of who asks: a new ticket may help once. */
export const isUnauthorised = (status: number): boolean => status === 401;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The HTTP interface of one server. Never throws: a network failure is the answer `offline`. */
export class ServerClient {
  readonly #fetch: typeof fetch;
  readonly server: string;

  constructor(fetcher: typeof fetch, server: string) {
    this.#fetch = fetcher;
    this.server = server.replace(/\/+$/, '');
  }

  async send(call: Call): Promise<Result<Answer, ApiError>> {
    try {
      const response = await this.#fetch(`${this.server}${call.path}`, requestOf(call));
      if (call.file && response.ok) return ok({ status: response.status, body: new Uint8Array(await response.arrayBuffer()) });
      const text = await response.text();
      return ok({ status: response.status, body: text === '' ? null : parsedJson(text) });
    } catch {
      return err(OFFLINE);
    }
  }

  async call<T>(call: Call, schema: z.ZodType<T>): Promise<Result<T, ApiError>> {
    const answer = await this.send(call);
    return answer.ok ? interpreted(answer.value, schema) : answer;
  }
}

function requestOf(call: Call): RequestInit {
  const { method, json, bytes, ticket } = call;
  const headers: Record<string, string> = {};
  if (ticket !== undefined) headers.authorization = `Bearer ${ticket}`;
  if (json !== undefined) headers['content-type'] = 'application/json';
  if (bytes !== undefined) headers['content-type'] = 'application/octet-stream';
  const body = json === undefined ? bytes : JSON.stringify(json);
  return { method, headers, cache: 'no-store', signal: AbortSignal.timeout(limitOf(call)), ...(body === undefined ? {} : { body }) };
}

export function interpreted<T>({ status, body }: Answer, schema: z.ZodType<T>): Result<T, ApiError> {
  if (status >= 200 && status < 300) {
    const parsed = schema.safeParse(body);
    return parsed.success ? ok(parsed.data) : err(strange(status));
  }
  const problem = apiError.safeParse(body);
  return err(problem.success ? problem.data.error : strange(status));
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
