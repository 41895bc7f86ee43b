import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { ledgerLength } from '../../../shared/documents/ledgerDocument.ts';
import { apiError, spaceInfo, uploadReply } from '../../../shared/wire/http.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

describe('the HTTP interface', () => {
  let server: TestServer;
  let assets: string;
  beforeEach(async () => {
    assets = throwAwayDirectory();
    mkdirSync(join(assets, 'assets'));
    writeFileSync(
      join(assets, 'index.html'),
      '<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><style nonce="__CSP_NONCE__"></style>',
    );
    writeFileSync(join(assets, 'assets', 'app-1a2b.js'), 'export {};');
    writeFileSync(join(assets, 'sw.js'), '1');
    server = await startTestServer({
      assets,
      localCommands: () => ({
        echo: async (args) => ({ said: args }),
        fail: async () => Promise.reject(Object.assign(new Error('No such id.'), { exitCode: 2, wayOut: 'Try list.' })),
      }),
    });
  });
  afterEach(async () => {
    await server.close();
    rmSync(assets, { recursive: true, force: true });
  });
  const get = (path: string): Promise<Response> => fetch(server.address + path);

  it('[SYN25] every page has a fresh nonce in its policy and in itself, and page routes fall back to the app', async () => {
    const pages = await Promise.all(['/', '/identity/abc', '/index.html'].map(get));
    const nonces = new Set<string>();
    for (const page of pages) {
      const nonce = /'nonce-([^']+)'/.exec(page.headers.get('content-security-policy') ?? '')?.[1] ?? 'none';
      const html = await page.text();
      expect(html.split(nonce)).toHaveLength(3);
      expect(html).not.toContain('__CSP_NONCE__');
      nonces.add(nonce);
      expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect(nonces.size).toBe(3);
  });

  it('[SYN25] hashed files are cached for ever, the service worker never, and what is not there is 404', async () => {
    expect((await get('/assets/app-1a2b.js')).headers.get('cache-control')).toContain('immutable');
    expect((await get('/sw.js')).headers.get('cache-control')).toBe('no-cache');
    expect((await get('/assets/none.js')).status).toBe(404);
    expect((await get('/api/none')).status).toBe(404);
    expect((await get('/..%2f..%2fetc/passwd')).status).not.toBe(500);
  });

  it('[SYN25] without a built app the page says what to do', async () => {
    const bare = await startTestServer();
    const page = await fetch(bare.address);
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('npm run build');
    await bare.close();
  });

  it('[SYN26] the space is public, everything else asks for a ticket and the right role', async () => {
    expect(spaceInfo.parse(await (await get('/api/space')).json()).place).toBe(1);
    for (const path of ['/api/sources', '/api/ledger/0/0', '/api/history/a/b', `/api/evidence/${'a'.repeat(64)}`]) {
      const reply = await get(path);
      expect(reply.status).toBe(401);
      expect(apiError.parse(await reply.json()).error.code).toBe('not signed in');
    }
    expect((await get('/metrics')).status).toBe(200);
    expect(await (await get('/healthz')).json()).toEqual({ ok: true });
  });

  it('[SYN26] a ledger segment is the document as a joiner would get it', async () => {
    const device = await TestDevice.enrol(server.launchLink());
    const reply = await fetch(`${server.address}/api/ledger/0/0`, { headers: { authorization: `Bearer ${await device.ticket()}` } });
    const doc = new Y.Doc();
    Y.applyUpdate(doc, new Uint8Array(await reply.arrayBuffer()));
    expect(ledgerLength(doc)).toBe(2);
  });

  it('[SYN27] an upload keeps its date and its extension, and its name is no path', async () => {
    const device = await TestDevice.enrol(server.launchLink());
    const name = encodeURIComponent('../../team list.CSV');
    const reply = await fetch(`${server.address}/api/uploads?name=${name}&modified=2024-03-01T10:00:00.000Z`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await device.ticket()}`, 'content-type': 'text/csv' },
      body: 'a,b\n1,2\n',
    });
    expect(reply.status).toBe(201);
    const { upload, bytes } = uploadReply.parse(await reply.json());
    expect(upload).toMatch(/^[0-9a-f]{24}\.csv$/);
    expect(bytes).toBe(8);
    const path = join(server.data, 'uploads', upload);
    expect(readFileSync(path, 'utf8')).toBe('a,b\n1,2\n');
    expect(statSync(path).mtime.toISOString()).toBe('2024-03-01T10:00:00.000Z');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('[SYN28] a bad body is named by its path and never by its value', async () => {
    const reply = await fetch(`${server.address}/api/enrol`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ device: 'hunter2', token: 'hunter2', extra: 'hunter2' }),
    });
    const text = await reply.text();
    expect(reply.status).toBe(400);
    expect(text).toContain('device');
    expect(text).not.toContain('hunter2');
    const broken = await fetch(`${server.address}/api/enrol`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{hunter2',
    });
    expect(broken.status).toBe(400);
    expect(await broken.text()).not.toContain('hunter2');
  });

  it('[SYN29] local commands answer the secret’s holder, with the command’s own sentence when it fails', async () => {
    const { secret } = JSON.parse(readFileSync(join(server.data, 'server.json'), 'utf8')) as { secret: string };
    const ask = async (command: string) => {
      const reply = await fetch(`${server.address}/api/local/${command}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-muster-secret': secret },
        body: '{"a":1}',
      });
      return { status: reply.status, body: (await reply.json()) as unknown };
    };
    expect(await ask('echo')).toEqual({ status: 200, body: { said: { a: 1 } } });
    expect(await ask('fail')).toEqual({
      status: 400,
      body: { error: { code: 'bad use', message: 'No such id.', wayOut: 'Try list.', retry: false } },
    });
    expect((await ask('constructor')).status).toBe(404);
  });

  it('[SYN29] a server without a sample hook says so', async () => {
    const device = await TestDevice.enrol(server.launchLink());
    const reply = await device.request('POST', '/api/sample', {});
    expect(reply).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } });
  });
});
