import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const ask = (origin: string, method = 'GET'): Promise<Response> => fetch(`${server.address}/api/space`, { method, headers: { origin } });

describe('[SYN] the desktop application’s page is another origin than the server', () => {
  it('it may call, and its preflight is answered without a ticket', async () => {
    const [preflight, call] = [await ask('muster://app', 'OPTIONS'), await ask('muster://app')];
    expect([preflight.status, call.status]).toEqual([204, 200]);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(call.headers.get('access-control-allow-origin')).toBe('muster://app');
  });

  it('no other page gets that answer', async () => {
    for (const origin of ['https://example.org', 'muster://application', 'null', server.address.replace(/\d+$/, '1')]) {
      const reply = await ask(origin);
      expect([origin, reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([origin, 403, null]);
    }
    expect((await ask(server.address)).headers.get('access-control-allow-origin')).toBeNull();
  });
});
