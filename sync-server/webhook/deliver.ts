import { request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { err, ok, type Result } from '../../shared/base/result.ts';
import type { Network } from '../network/network.ts';

export interface Delivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly network: Network;
  readonly signal: AbortSignal;
}

/** Why it was not taken; `after`: seconds that the receiver asks for (RFC 9110, 10.2.3). */
export interface NotTaken {
  readonly message: string;
  readonly after?: number;
}

const TIMEOUT = 20_000;

/** One POST. Taken is any 2xx; a redirect is not followed, since the body is for the address that was configured. */
export function deliver({ url, headers, body, network, signal }: Delivery): Promise<Result<null, NotTaken>> {
  const tls = url.startsWith('https:');
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    timeout: TIMEOUT,
    signal,
    ...(tls ? { agent: network.agent({ keepAlive: false }) } : {}),
  };
  return new Promise((resolve) => {
    const sent = (tls ? tlsRequest : plainRequest)(url, options, (answer) => {
      answer.resume();
      const status = answer.statusCode ?? 0;
      const wait = Number(answer.headers['retry-after']);
      const after = Number.isFinite(wait) && wait > 0 ? { after: wait } : {};
      answer.on('end', () => resolve(status >= 200 && status < 300 ? ok(null) : err({ message: `it answered ${status}`, ...after })));
      answer.on('error', () => resolve(err({ message: 'it broke off its answer' })));
    });
    sent.on('timeout', () => sent.destroy(new Error('it did not answer in time')));
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(err({ message: error.code ?? error.message.slice(0, 120) })));
    sent.end(body);
  });
}
