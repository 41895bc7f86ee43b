import { connect, type Socket } from 'node:net';
import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Metrics } from '../../../sync-server/core/metrics.ts';
import { STRANGERS, Strangers } from '../../../sync-server/http/strangers.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const metrics = async (): Promise<string> => (await fetch(`${server.address}/metrics`)).text();
const counted = async (kind: string): Promise<number> =>
  Number(new RegExp(`^muster_refusals_total\\{kind="${kind}"\\} (\\d+)`, 'm').exec(await metrics())?.[1] ?? 0);

/** Everything that comes back on a socket that is written to by hand, until the server ends it. */
function spoken(write: (socket: Socket) => void): Promise<{ said: string; millis: number }> {
  const { port } = new URL(server.address);
  return new Promise((resolve) => {
    const started = performance.now();
    let said = '';
    const socket = connect(Number(port), '127.0.0.1', () => write(socket));
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ said, millis: performance.now() - started }));
  });
}

const host = (): string => `Host: ${new URL(server.address).host}\r\n`;

describe('who has shown no ticket', () => {
  it('[HOS7] is not heard out: no request, half a head, half a body and headers without end are ended in time', async () => {
    const [silent, slowHead, slowBody, longHead, rubbish] = await Promise.all([
      spoken(() => undefined),
      spoken((socket) => void socket.write(`GET /api/space HTTP/1.1\r\n${host()}X-Slow: `)),
      spoken(
        (socket) =>
          void socket.write(`POST /api/auth/nonce HTTP/1.1\r\n${host()}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"dev`),
      ),
      spoken((socket) => void socket.write(`GET /api/space HTTP/1.1\r\n${host()}X-Long: ${'x'.repeat(STRANGERS.headers)}\r\n\r\n`)),
      spoken((socket) => void socket.write('\u0016\u0003\u0001 hello\r\n\r\n')),
    ]);
    expect([silent.said.slice(0, 12), slowHead.said.slice(0, 12)]).toEqual(['HTTP/1.1 408', 'HTTP/1.1 408']);
    expect(longHead.said.slice(0, 12)).toBe('HTTP/1.1 431');
    expect(rubbish.said.slice(0, 12)).toBe('HTTP/1.1 400');
    expect(slowBody.said).toBe('');
    for (const { millis } of [silent, slowHead, slowBody]) expect(millis).toBeLessThan(STRANGERS.head + 10_000);
    expect(await counted('too slow')).toBe(3);
    expect(await counted('not a request')).toBe(2);
  });

  it('[HOS7] sends little: a large body is refused before it is held, whether its length is told or not', async () => {
    const large = JSON.stringify({ device: 'x'.repeat(STRANGERS.body) });
    const post = async (path: string, body: BodyInit): Promise<number> => {
      const reply = await fetch(server.address + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        duplex: 'half',
      } as RequestInit);
      await reply.arrayBuffer();
      return reply.status;
    };
    const unmeasured = (): ReadableStream => new Blob([large]).stream();
    expect(await post('/api/enrol', large)).toBe(413);
    expect(await post('/api/auth/nonce', unmeasured())).toBe(413);
    expect(await post('/api/sources', large)).toBe(401);
    expect(await post('/api/sources', unmeasured())).toBe(401);
    expect(await counted('large body without a ticket')).toBe(4);
    const device = await TestDevice.enrol(server.launchLink());
    expect((await device.request('POST', '/api/sources', { device: 'x'.repeat(STRANGERS.body) })).status).toBe(400);
  });
});

describe('an address', () => {
  const watched = (strangers: Strangers) => {
    const listeners: ((socket: unknown) => void)[] = [];
    strangers.watch({ on: (_event: string, listener: (socket: unknown) => void) => void listeners.push(listener) } as never);
    return (remoteAddress: string, remotePort: number) => {
      const socket = { remoteAddress, remotePort, destroyed: false, closed: () => undefined as unknown };
      const seen = Object.assign(socket, {
        once: (_event: string, listener: () => void) => Object.assign(socket, { closed: listener }),
        destroy: () => Object.assign(socket, { destroyed: true }),
      });
      for (const listener of listeners) listener(seen);
      return seen;
    };
  };

  it('[HOS7] has so many connections that carry no document; those that close or show a ticket are not counted', () => {
    const strangers = new Strangers(new Metrics(), () => 0);
    const open = watched(strangers);
    const sockets = Array.from({ length: STRANGERS.sockets }, (_, port) => open('192.0.2.1', port));
    expect(sockets.some(({ destroyed }) => destroyed)).toBe(false);
    const more = open('192.0.2.1', 9_001);
    expect([more.destroyed, open('192.0.2.2', 1).destroyed]).toEqual([true, false]);
    more.closed();
    strangers.forget(sockets[0] as never);
    sockets[0]?.closed();
    expect([open('192.0.2.1', 9_002).destroyed, open('192.0.2.1', 9_003).destroyed]).toEqual([false, true]);
  });

  it('[HOS7] is told of refused sockets so many times, then not let in until time has passed; this computer is asked less often', () => {
    let now = 0;
    const strangers = new Strangers(new Metrics(), () => now);
    for (let count = 0; count <= STRANGERS.upgrades.burst; count++) strangers.refusedUpgrade('198.51.100.1');
    for (let count = 0; count <= STRANGERS.upgrades.burst; count++) strangers.refusedUpgrade('127.0.0.1');
    expect(['198.51.100.1', '198.51.100.2', '127.0.0.1'].map((address) => strangers.mayUpgrade(address))).toEqual([false, true, true]);
    now = 1_000;
    expect(strangers.mayUpgrade('198.51.100.1')).toBe(true);
  });

  it('[HOS7] proves itself so many times a minute, whoever it is', async () => {
    const app = Fastify();
    const strangers = new Strangers(new Metrics(), () => 0);
    strangers.guard(app, () => false);
    for (const url of ['/api/auth/nonce', '/api/enrol', '/api/space']) app.post(url, () => ({}));
    const ask = async (url: string, remoteAddress: string): Promise<number> =>
      (await app.inject({ method: 'POST', url, remoteAddress, payload: {} })).statusCode;
    const statuses: number[] = [];
    for (let count = 0; count <= STRANGERS.calls.burst; count++) {
      statuses.push(await ask(count % 2 === 0 ? '/api/auth/nonce' : '/api/enrol', '192.0.2.1'));
    }
    expect([statuses.indexOf(429), statuses.length - 1]).toEqual([STRANGERS.calls.burst, STRANGERS.calls.burst]);
    expect(await ask('/api/enrol', '192.0.2.2')).toBe(200);
    expect(await ask('/api/space', '192.0.2.1')).toBe(200);
    await app.close();
  });
});
