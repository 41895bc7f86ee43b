import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Network } from '../network/network.ts';
import { NoProxy } from '../network/noProxy.ts';
import { eachOf, parseHttpUrl, RestClient, type RestOptions, retryAfter } from './restClient.ts';

const network = new Network({ proxy: undefined, noProxy: new NoProxy([]), authorities: undefined });
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serving(listener: RequestListener, more: Partial<RestOptions> = {}): Promise<RestClient> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = new RestClient({ base, network, signal: new AbortController().signal, ...more });
  closing.push(
    () => client.close(),
    () => server.close(),
  );
  return client;
}

describe('[BAO7] a server that asks to wait', () => {
  it('is asked again after that time, and its answer counts', async () => {
    const asked: number[] = [];
    const client = await serving((_, reply) => {
      asked.push(Date.now());
      if (asked.length === 1) reply.writeHead(429, { 'retry-after': '1' }).end();
      else reply.writeHead(200, { 'content-type': 'application/json' }).end('{"fine":true}');
    });
    expect(await client.send({ method: 'GET', path: '/' })).toMatchObject({ ok: true, value: { status: 200, body: { fine: true } } });
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(900);
  });

  it('longer than anybody has patience for is a problem that says how long', async () => {
    const client = await serving((_, reply) => reply.writeHead(503, { 'retry-after': '3600' }).end());
    expect(await client.send({ method: 'GET', path: '/' })).toMatchObject({
      ok: false,
      error: { sent: false, problem: { code: 'rate limited', retry: true, message: expect.stringContaining('3600 s') } },
    });
  });

  it('says it in seconds or as a date', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect([
      retryAfter('7', now),
      retryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now),
      retryAfter('soon', now),
      retryAfter(undefined, now),
    ]).toEqual([7_000, 30_000, undefined, undefined]);
  });
});

describe('[BAO7] an answer', () => {
  it('that leads elsewhere is not followed', async () => {
    let asked = 0;
    const client = await serving((_, reply) => {
      asked++;
      reply.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await client.send({ method: 'GET', path: '/' })).toMatchObject({ ok: true, value: { status: 307 } });
    expect(asked).toBe(1);
  });

  it('that never ends is cut off, and one that breaks off is no answer', async () => {
    const endless = await serving(
      (_, reply) => {
        reply.writeHead(200);
        const more = setInterval(() => reply.write('x'.repeat(1_000)), 1);
        reply.once('close', () => clearInterval(more));
      },
      { most: 10_000 },
    );
    expect(await endless.send({ method: 'GET', path: '/' })).toMatchObject({ ok: false, error: { problem: { code: 'too large' } } });
    const broken = await serving((_, reply) => {
      reply.writeHead(200, { 'content-length': '1000' });
      reply.write('{', () => reply.destroy());
    });
    expect(await broken.send({ method: 'POST', path: '/', body: '{}' })).toMatchObject({ ok: false, error: { sent: true } });
  });
});

describe('addresses and work', () => {
  it.each(['', 'ftp://a', 'https://ana:word@host', 'https://host?token=x', 'https://host#x'])('%j is no address', (text) => {
    expect(parseHttpUrl(text)).toBeUndefined();
  });

  it('takes so many at once, all of them, and no more after one that failed', async () => {
    let [now, most] = [0, 0];
    const done: number[] = [];
    await eachOf([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      done.push(item);
      return true;
    });
    expect([most, done.sort()]).toEqual([3, [1, 2, 3, 4, 5, 6, 7]]);
    const begun: number[] = [];
    await eachOf([1, 2, 3, 4], 1, async (item) => begun.push(item) < 2);
    expect(begun).toEqual([1, 2]);
  });
});
