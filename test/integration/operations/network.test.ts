import { chownSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SourceId } from '../../../shared/model/ids.ts';
import type { NetworkSettings } from '../../../shared/wire/http.ts';
import { connector as postgres } from '../../../sync-server/connectors/postgres/connector.ts';
import { Network } from '../../../sync-server/network/network.ts';
import { resolveNetwork } from '../../../sync-server/network/networkSettings.ts';
import { resolveSecret } from '../../../sync-server/runner/secrets.ts';
import { startPostgres } from '../../servers/postgres.ts';
import { type Authority, startAuthority, startTlsServer, type TlsServer } from '../../servers/tls.ts';
import { collect } from '../../support/collect.ts';
import { type ConnectProxy, startConnectProxy } from '../../support/connectProxy.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

/** A canary: what must be nowhere but in the one header. */
const PASSWORD = 'canary-proxy-b7f4a1';
const TARGET = 'vault.intern.test';

let authority: Authority;
let target: TlsServer;
let proxy: ConnectProxy;
let server: TestServer;
let caFile: string;
let unavailable: string | undefined;
const folder = throwAwayDirectory();

beforeAll(async () => {
  const started = startAuthority();
  if ('unavailable' in started) {
    unavailable = started.unavailable;
    process.stdout.write(`${unavailable}\n`);
    return;
  }
  authority = started;
  caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.certificate);
  process.env.TEST_PROXY_LOGIN = `ana:${PASSWORD}`;
  target = await startTlsServer(authority.issue({ name: TARGET, days: 30 }));
  proxy = await startConnectProxy({ credentials: `ana:${PASSWORD}`, routes: { [`${TARGET}:8443`]: target.port } });
  server = await startTestServer({ background: false });
});
afterAll(async () => {
  delete process.env.TEST_PROXY_LOGIN;
  await server?.close();
  await proxy?.stop();
  await target?.stop();
  authority?.dispose();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

const throughProxy = (more: Partial<NetworkSettings> = {}): NetworkSettings => ({
  proxy: `http://127.0.0.1:${proxy.port}`,
  proxyCredentials: { env: 'TEST_PROXY_LOGIN' },
  ...more,
});

/** Adds an x509 source and runs it in its worker. */
async function run(id: string, network: NetworkSettings, endpoints = [`${TARGET}:8443`]) {
  const added = await server.runner.add({ id, kind: 'x509', endpoints, network }, { run: false });
  if (!added.ok) throw new Error(added.error.message);
  const ran = await server.runner.run(id as SourceId, 'person');
  if (!ran.ok) throw new Error(ran.error.message);
  return ran.value;
}

describe('a source behind a proxy', () => {
  it('[OPS7, OPS8] is read through it, and the password is in no status, log or file', async () => {
    const ran = await run('through', throughProxy());
    expect(ran).toMatchObject({ outcome: 'complete', problems: [], counts: { added: 1 } });
    expect(proxy.asked.at(-1)).toBe(`${TARGET}:8443`);
    expect(JSON.stringify([server.runner.list(), server.runner.status('through' as SourceId)])).not.toContain(PASSWORD);
    const files = readdirSync(server.data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) expect(readFileSync(join(file.parentPath, file.name)).includes(PASSWORD)).toBe(false);
  });

  it('[OPS7, OPS8] a refusal names the proxy and the way out, and no credentials', async () => {
    process.env.TEST_PROXY_WRONG = `ana:${PASSWORD}-wrong`;
    const wrong = await run('wrong', throughProxy({ proxyCredentials: { env: 'TEST_PROXY_WRONG' } }));
    delete process.env.TEST_PROXY_WRONG;
    expect(wrong.problems).toMatchObject([
      { code: 'unauthorized', message: `the proxy 127.0.0.1:${proxy.port} asks for a user and a password` },
    ]);
    const unknown = await run('unknown', throughProxy(), ['elsewhere.test:443']);
    expect(unknown.problems).toMatchObject([
      { code: 'unreachable', retry: true, message: expect.stringContaining('does not connect to elsewhere.test:443 (502)') },
    ]);
    const away = await run('away', throughProxy({ proxy: 'http://127.0.0.1:1' }));
    expect(away.problems).toMatchObject([{ code: 'unreachable', message: 'the proxy 127.0.0.1:1 cannot be reached' }]);
    expect(JSON.stringify([wrong, unknown, away])).not.toContain(PASSWORD);
  });

  it('[OPS7] this computer and what is on the list are reached directly', async () => {
    const before = proxy.asked.length;
    expect((await run('own', throughProxy(), [`127.0.0.1:${target.port}`])).outcome).toBe('complete');
    expect((await run('listed', throughProxy({ noProxy: ['intern.test'] }))).problems).toMatchObject([{ code: 'unreachable' }]);
    expect(proxy.asked.length).toBe(before);
  });

  it('[OPS7] the environment names the proxy where the settings do not', async () => {
    process.env.HTTPS_PROXY = `http://ana:${PASSWORD}@127.0.0.1:${proxy.port}`;
    try {
      expect((await run('environment', {})).outcome).toBe('complete');
      expect((await run('no-proxy', { proxy: null })).outcome).toBe('failed');
    } finally {
      delete process.env.HTTPS_PROXY;
    }
  });

  it('[OPS7] settings with a password in the address are refused, and the password is not repeated', async () => {
    const added = await server.runner.add({
      id: 'bad',
      kind: 'x509',
      endpoints: ['a.test'],
      network: { proxy: `http://ana:${PASSWORD}@p.test` },
    });
    expect(added).toMatchObject({
      ok: false,
      error: { code: 'bad settings', message: expect.stringContaining('network.proxy: must hold no password') },
    });
    expect(JSON.stringify(added)).not.toContain(PASSWORD);
  });
});

describe('the agent for clients over https', () => {
  it('[OPS7, OPS9] goes through a proxy that itself speaks TLS, and trusts the private authority when it is named, only then', async () => {
    const made = authority.issue({ name: TARGET, days: 30 });
    const web = createServer({ cert: made.certificate, key: made.key }, (_request, reply) => reply.end('hello'));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const tls = authority.issue({ name: 'localhost', days: 30, alternatives: 'IP:127.0.0.1,DNS:localhost' });
    const secure = await startConnectProxy({ tls, routes: { [`${TARGET}:443`]: (web.address() as AddressInfo).port } });
    const ask = async (settings: NetworkSettings): Promise<string> => {
      const network = await resolveNetwork(settings, {}, resolveSecret);
      if (!network.ok) throw new Error(network.error.message);
      const agent = new Network(network.value).agent({ keepAlive: false });
      return new Promise((resolve, reject) => {
        const sent = request(`https://${TARGET}/`, { agent }, (reply) => reply.setEncoding('utf8').on('data', resolve));
        sent.once('error', reject).end();
      });
    };
    const address = `https://127.0.0.1:${secure.port}`;
    expect(await ask({ proxy: address, ca: caFile })).toBe('hello');
    expect(secure.asked).toEqual([`${TARGET}:443`]);
    await expect(ask({ proxy: address })).rejects.toThrow('its certificate is not trusted');
    await secure.stop();
    await new Promise((resolve) => web.close(resolve));
  });
});

describe('a PostgreSQL whose certificate a private authority signed', () => {
  it('[OPS9] is read with verification when the authority is named in `network.ca`, and refused without', async ({ skip }) => {
    const database = await startPostgres('secret');
    if ('unavailable' in database) {
      process.stdout.write(`${database.unavailable}\n`);
      return skip(database.unavailable);
    }
    try {
      const [{ data_directory: data }] = (await database.run('show data_directory')).rows as [{ data_directory: string }];
      const { uid, gid } = statSync(data);
      const made = authority.issue({ name: 'localhost', days: 30, alternatives: 'IP:127.0.0.1,DNS:localhost' });
      for (const [name, text] of [
        ['server.crt', made.certificate],
        ['server.key', made.key],
      ] as const) {
        writeFileSync(join(data, name), text, { mode: 0o600 });
        chownSync(join(data, name), uid, gid);
      }
      await database.run("alter system set ssl = 'on'");
      await database.run('select pg_reload_conf()');
      await expect.poll(async () => (await database.run('show ssl')).rows[0]).toEqual({ ssl: 'on' });
      const read = async (mode: string, settings: NetworkSettings) => {
        const network = await resolveNetwork(settings, {}, resolveSecret);
        if (!network.ok) throw new Error(network.error.message);
        const own = { url: `${database.url('admin')}?sslmode=${mode}`, password: { env: 'DB' } };
        return collect(postgres, own, { environment: { DB: 'secret' }, network: new Network(network.value) });
      };
      const outcomes = async (mode: string, settings: NetworkSettings) => [...(await read(mode, settings)).done.values()];
      expect(await outcomes('verify-full', { ca: caFile })).toMatchObject([{ outcome: 'complete' }]);
      expect(await outcomes('verify-full', {})).toMatchObject([
        { outcome: 'failed', problems: [{ message: expect.stringContaining('no trusted TLS') }] },
      ]);
      expect(await outcomes('require', {})).toMatchObject([{ outcome: 'complete' }]);
      expect(await outcomes('disable', {})).toMatchObject([{ outcome: 'complete' }]);
      await database.run("alter system set ssl = 'off'");
      await database.run('select pg_reload_conf()');
      await expect.poll(async () => (await database.run('show ssl')).rows[0]).toEqual({ ssl: 'off' });
      expect(await outcomes('require', { ca: caFile })).toMatchObject([{ outcome: 'failed' }]);
    } finally {
      await database.dispose();
    }
  });
});
