import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anchor } from '../../../shared/model/ids.ts';
import { nonceReply } from '../../../shared/wire/http.ts';
import { localCommands } from '../../../sync-server/cli/localCommands.ts';
import { openLocalServer } from '../../../sync-server/cli/localServer.ts';
import { type Nginx, startNginx } from '../../servers/nginx.ts';
import { freePort } from '../../servers/postgres.ts';
import { type Authority, startAuthority } from '../../servers/tls.ts';
import { markdownBlocks } from '../../support/markdownBlock.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { newSigner, post, TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';
import { writeTlsFiles } from '../../support/tlsFiles.ts';

const trusted = getCACertificates('default');
const folder = throwAwayDirectory();
let authority: Authority | undefined;
let nginx: Nginx | undefined;
let server: TestServer;
let publicUrl: string;
let port: number;
let unavailable: string | undefined;

const skipAll = (reason: string): void => {
  unavailable = reason;
  process.stdout.write(`${reason}\n`);
};

/** The example of the documentation, on this test's ports and certificate. */
function documented(upstream: number, certificate: string, key: string): string {
  const [example = ''] = markdownBlocks('docs/operations/tls.md', 'nginx');
  return example
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('server_name muster.example', 'server_name localhost')
    .replace('/etc/ssl/muster/fullchain.pem', certificate)
    .replace('/etc/ssl/muster/privkey.pem', key)
    .replace('http://127.0.0.1:4747', `http://127.0.0.1:${upstream}`);
}

beforeAll(async () => {
  const started = startAuthority();
  if ('unavailable' in started) return skipAll(started.unavailable);
  authority = started;
  setDefaultCACertificates([...trusted, authority.certificate]);
  port = await freePort();
  publicUrl = `https://localhost:${port}`;
  server = await startTestServer({ publicUrl, localCommands, background: false });
  const files = writeTlsFiles(folder, authority.issue({ name: 'localhost', days: 30 }));
  const { address } = JSON.parse(await ownAddress()) as { address: string };
  const proxy = await startNginx(documented(Number(new URL(address).port), files.certificate, files.key), port);
  if ('unavailable' in proxy) return skipAll(proxy.unavailable);
  nginx = proxy;
});
afterAll(async () => {
  await nginx?.stop();
  await server?.close();
  setDefaultCACertificates(trusted);
  authority?.dispose();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

const ownAddress = async (): Promise<string> => (await import('node:fs')).readFileSync(`${server.data}/server.json`, 'utf8');

/** What reaches the server itself with this Host and these headers. */
async function asked(path: string, headers: Record<string, string>, body?: unknown): Promise<{ status: number; text: string }> {
  const own = new URL((JSON.parse(await ownAddress()) as { address: string }).address);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: own.port, path, method: body === undefined ? 'GET' : 'POST', headers }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
    });
    sent.once('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const FORWARDED = {
  'x-forwarded-proto': 'http',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-port': '80',
  forwarded: 'for=127.0.0.1;host=evil.example;proto=http',
};

describe('behind the documented nginx', () => {
  it('[OPS4, OPS6] a device enrols and edits over https and wss, and its proofs name the public address', async () => {
    expect(server.launchLink()).toContain(`${publicUrl}/#launch=`);
    const device = await (await TestDevice.enrol(server.launchLink())).connect();
    const [placed] = await device.commit([{ kind: 'comment', anchors: [anchor.parse('a'.repeat(32))], text: 'through the proxy' }]);
    expect(placed?.receipt.void).toBeUndefined();
    device.close();
    expect((await fetch(publicUrl)).headers.get('strict-transport-security')).toBe('max-age=31536000');
    const local = await openLocalServer(server.data);
    const invited = (await local.ask('invite', { role: 'reader', remit: 'true', label: 'Ana', hours: 1 })) as { link: string };
    expect(invited.link).toContain(`${publicUrl}/#join=`);
    expect(nginx?.problems()).toBe('');
  });

  it('[OPS4] forwarded headers change nothing, through the proxy or past it', async () => {
    const { publicKey: device } = await newSigner();
    const through = await post(`${publicUrl}/api/auth/nonce`, { device }, FORWARDED);
    expect(nonceReply.parse(through.body).origin).toBe(publicUrl);
    const own = (JSON.parse(await ownAddress()) as { address: string }).address;
    const host = new URL(own).host;
    const json = { 'content-type': 'application/json' };
    const past = await asked('/api/auth/nonce', { host, ...json, ...FORWARDED, 'x-forwarded-proto': 'https' }, { device });
    expect(nonceReply.parse(JSON.parse(past.text)).origin).toBe(own);
    expect((await asked('/api/space', { host: 'evil.example', 'x-forwarded-host': new URL(publicUrl).host })).status).toBe(403);
  });

  it('[OPS4] another scheme than the public one is another origin', async () => {
    const { host } = new URL(publicUrl);
    expect((await asked('/api/space', { host, origin: publicUrl })).status).toBe(200);
    expect((await asked('/api/space', { host, origin: publicUrl.replace('https', 'http') })).status).toBe(403);
    expect((await asked('/api/space', { host, origin: 'https://evil.example' })).status).toBe(403);
  });

  it('[OPS4] what is for this computer alone does not pass', async () => {
    expect((await fetch(`${publicUrl}/metrics`)).status).toBe(404);
    expect((await post(`${publicUrl}/api/local/devices`, {}).catch(() => ({ status: 404 }))).status).toBe(404);
    // A proxy that forgets to block it still gives the public name.
    expect((await asked('/metrics', { host: new URL(publicUrl).host })).status).toBe(403);
  });
});
