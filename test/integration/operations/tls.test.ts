import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { anchor } from '../../../shared/model/ids.ts';
import { SUBPROTOCOL } from '../../../shared/wire/closeCodes.ts';
import { nonceReply } from '../../../shared/wire/http.ts';
import { localCommands } from '../../../sync-server/cli/localCommands.ts';
import { openLocalServer, readServerFile } from '../../../sync-server/cli/localServer.ts';
import { AnotherCertificate, localRequest } from '../../../sync-server/network/localRequest.ts';
import type { TlsFiles } from '../../../sync-server/network/tlsIdentity.ts';
import { StartRefused } from '../../../sync-server/server.ts';
import { type Authority, startAuthority, startTlsServer } from '../../servers/tls.ts';
import { runMuster } from '../../support/appServer.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { post, TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';
import { writeTlsFiles } from '../../support/tlsFiles.ts';

let authority: Authority;
let unavailable: string | undefined;
let folder: string;
const trusted = getCACertificates('default');
const running: TestServer[] = [];

beforeAll(() => {
  const started = startAuthority();
  if ('unavailable' in started) {
    unavailable = started.unavailable;
    process.stdout.write(`${unavailable}\n`);
    return;
  }
  authority = started;
  // As a company's own authority on the devices of its people.
  setDefaultCACertificates([...trusted, authority.certificate]);
});
afterAll(() => {
  setDefaultCACertificates(trusted);
  authority?.dispose();
});
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
  folder = throwAwayDirectory();
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const LOOPBACK_NAMES = 'DNS:localhost,IP:127.0.0.1';
const issue = (days = 30) => authority.issue({ name: 'localhost', days, alternatives: LOOPBACK_NAMES });
async function serve(options: Parameters<typeof startTestServer>[0]): Promise<TestServer> {
  const server = await startTestServer({ localCommands, background: false, ...options });
  running.push(server);
  return server;
}

/** The certificate that a new connection sees. */
async function presented(address: string): Promise<string> {
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const opened = connect({ host: '127.0.0.1', port: Number(new URL(address).port), rejectUnauthorized: false }, () => resolve(opened));
    opened.once('error', reject);
  });
  const fingerprint = socket.getPeerX509Certificate()?.fingerprint256 ?? '';
  socket.destroy();
  return fingerprint;
}
const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;

describe('a server with its own certificate', () => {
  it('[OPS1, OPS5, OPS6] enrols a device, takes an edit over wss and answers the command line; plain http gets nothing', async () => {
    const server = await serve({ tls: writeTlsFiles(folder, issue()) });
    expect(server.address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const device = await (await TestDevice.enrol(server.launchLink())).connect();
    const placed = await device.commit([{ kind: 'comment', anchors: [anchor.parse('a'.repeat(32))], text: 'over TLS' }]);
    expect(placed[0]?.receipt.void).toBeUndefined();
    device.close();
    const nonce = nonceReply.parse((await post(`${server.address}/api/auth/nonce`, { device: device.device })).body);
    expect(nonce.origin).toBe(server.address);
    expect((await fetch(server.address)).headers.get('strict-transport-security')).toBe('max-age=31536000');
    const local = await openLocalServer(server.data);
    expect(await local.ask('devices', {})).toHaveLength(2);
    await expect(fetch(server.address.replace('https', 'http'))).rejects.toThrow();
  });

  it('[OPS6] without TLS nothing speaks of it', async () => {
    const server = await serve({});
    expect((await fetch(server.address)).headers.has('strict-transport-security')).toBe(false);
  });

  it('[OPS5] another server on the address of server.json gets no secret', async () => {
    const server = await serve({ tls: writeTlsFiles(folder, issue()) });
    const file = readServerFile(server.data);
    if (!file) throw new Error('no server.json');
    const impostor = await startTlsServer(issue());
    const asked = localRequest({ ...file, address: `https://127.0.0.1:${impostor.port}` }, { path: '/healthz', method: 'GET' });
    await expect(asked).rejects.toThrow(AnotherCertificate);
    await expect(localRequest({ address: file.address }, { path: '/healthz', method: 'GET' })).rejects.toThrow(AnotherCertificate);
    const data = throwAwayDirectory();
    writeFileSync(join(data, 'server.json'), JSON.stringify({ ...file, address: `https://127.0.0.1:${impostor.port}` }));
    const { code, stderr } = await runMuster(['devices', '--data', data]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^muster: What answers .* another certificate than its server\. .+\n$/);
    await impostor.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('[OPS2] a renewed certificate is served at once, and a socket that is open stays', async () => {
    const [first, second] = [issue(), issue(60)];
    const server = await serve({ tls: writeTlsFiles(folder, first) });
    const device = await TestDevice.enrol(server.launchLink());
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/sync/catalog`, [SUBPROTOCOL, await device.ticket()]);
    await new Promise((resolve) => socket.once('open', resolve));
    expect(await presented(server.address)).toBe(fingerprintOf(first.certificate));
    writeTlsFiles(folder, second);
    expect(server.reloadCertificate?.()).toBeUndefined();
    expect(await presented(server.address)).toBe(fingerprintOf(second.certificate));
    expect(readServerFile(server.data)?.fingerprint).toBe(fingerprintOf(second.certificate));
    expect(await (await openLocalServer(server.data)).ask('devices', {})).toHaveLength(2);
    const alive = new Promise((resolve) => socket.once('pong', resolve));
    socket.ping();
    await alive;
    expect(socket.readyState).toBe(socket.OPEN);
    socket.close();
  });

  it('[OPS2] the files are looked at, and halves that do not fit change nothing', async () => {
    const [first, second] = [issue(), issue(60)];
    const files = writeTlsFiles(folder, first);
    const server = await serve({ tls: { ...files, lookEvery: 50 } });
    writeFileSync(files.certificate, second.certificate);
    expect(server.reloadCertificate?.()).toContain('is not that of the certificate');
    expect(await presented(server.address)).toBe(fingerprintOf(first.certificate));
    writeTlsFiles(folder, second);
    await expect.poll(() => presented(server.address), { timeout: 5_000 }).toBe(fingerprintOf(second.certificate));
  });
});

describe('a start that cannot be', () => {
  const refused: readonly [string, () => TlsFiles, RegExp][] = [
    // A negative number of days ends before it begins: OpenSSL makes such a certificate, and it has expired.
    ['an expired certificate', () => writeTlsFiles(folder, issue(-1)), /expired on 20\d\d-\d\d-\d\d\. Renew it\.$/],
    ['another certificate’s key', () => writeTlsFiles(folder, { ...issue(), key: issue().key }), /is not that of the certificate/],
    ['a key that others may read', () => writeTlsFiles(folder, issue(), 0o644), /Others may read the TLS key .*mode 0644.*chmod 600/],
    ['a file that is not there', () => ({ certificate: join(folder, 'none.crt'), key: join(folder, 'none.key') }), /does not exist/],
    ['a certificate that is none', () => writeTlsFiles(folder, { ...issue(), certificate: 'nothing' }), /is not one/],
    ['a key that is none', () => writeTlsFiles(folder, { ...issue(), key: 'nothing' }), /is not a private key/],
  ];

  it.each(refused)('[OPS1] %s is one line', async (_name, files, line) => {
    const data = join(folder, 'data');
    const start = startTestServer({ data, tls: files() });
    await expect(start).rejects.toThrow(StartRefused);
    await expect(start).rejects.toThrow(line);
    const problem = await start.catch((error: unknown) => String(error));
    expect(problem).not.toMatch(/\n|PRIVATE KEY/);
    expect(existsSync(data)).toBe(false);
  });

  it('[OPS1] half a pair is one line', async () => {
    const { certificate } = writeTlsFiles(folder, issue());
    const { code, stderr } = await runMuster(['serve', '--data', join(folder, 'data'), '--port', '0', '--tls-cert', certificate]);
    expect(code).toBe(2);
    expect(stderr).toBe('muster: --tls-cert is one half of a pair. Give --tls-key too.\n');
  });

  it('[OPS1] a key of root that a group may read is fine, as PostgreSQL has it', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('skipped: only root can make a file that is root’s');
    const files = writeTlsFiles(folder, issue(), 0o640);
    const server = await serve({ tls: files });
    expect(server.address).toMatch(/^https:/);
    chmodSync(files.key, 0o644);
    expect(server.reloadCertificate?.()).toContain('Others may read');
  });

  it('[OPS3] plain http beyond loopback is refused in one line, and nothing was made', async () => {
    const data = join(folder, 'data');
    const { code, stderr } = await runMuster(['serve', '--data', data, '--host', '0.0.0.0', '--port', '0', '--no-open']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^muster: Plain http on 0\.0\.0\.0 .*--tls-cert.*--public-url.*--insecure-plain-http forces it\.\n$/);
    expect(existsSync(data)).toBe(false);
    for (const publicUrl of ['muster.example', 'https://muster.example/path', 'ftp://muster.example', 'https://ana@muster.example'])
      await expect(startTestServer({ data, publicUrl })).rejects.toThrow('--public-url takes an address without a path');
  });
});
