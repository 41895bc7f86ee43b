import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { Readable } from 'node:stream';
import type { Network } from './network.ts';

export interface FetchLimits {
  /** Bytes of one answer. */
  readonly size: number;
  /** Milliseconds without a byte. */
  readonly silence: number;
}

const DEFAULTS: FetchLimits = { size: 32 * 1024 * 1024, silence: 30_000 };
const MOST_REDIRECTS = 3;
const BODILESS: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);

/**
 * `fetch` (WHATWG) for vendors' clients that take one: it goes the way of the source's network and trusts what that trusts, which Node's
 * own cannot be told. Redirects are followed for GET and to the same origin alone, so that no token is carried elsewhere.
 */
export function networkFetch(network: Network, limits: Partial<FetchLimits> = {}): typeof fetch {
  const agent = network.agent();
  const { size, silence } = { ...DEFAULTS, ...limits };
  const once = (url: URL, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const options = {
        method: init.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init.headers)),
        timeout: silence,
        ...(init.signal ? { signal: init.signal } : {}),
      };
      const sent = url.protocol === 'https:' ? requestTls(url, { ...options, agent }) : requestPlain(url, options);
      sent.once('error', reject);
      sent.once('timeout', () => sent.destroy(new DOMException('no answer for too long', 'TimeoutError')));
      sent.once('response', (answer) => {
        const status = answer.statusCode ?? 500;
        let length = 0;
        answer.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > size) answer.destroy(new RangeError('the answer is too large'));
        });
        const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
          values.map((value): [string, string] => [name, value]),
        );
        if (BODILESS.has(status)) answer.resume();
        const body = BODILESS.has(status) ? null : (Readable.toWeb(answer) as unknown as ReadableStream<Uint8Array>);
        resolve(new Response(body, { status, headers }));
      });
      sent.end(init.body ?? undefined);
    });
  return async (input, init = {}) => {
    let url = new URL(input instanceof Request ? input.url : input);
    for (let redirects = 0; ; redirects++) {
      const answer = await once(url, init);
      const location = answer.headers.get('location');
      if (!REDIRECTS.has(answer.status) || location === null || (init.method ?? 'GET') !== 'GET') return answer;
      const next = new URL(location, url);
      if (redirects >= MOST_REDIRECTS || next.origin !== url.origin) return answer;
      await answer.body?.cancel();
      url = next;
    }
  };
}
