import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../../shared/register/view.ts';
import { freePort, runMuster } from '../../support/appServer.ts';
import { TestDevice } from '../../support/testClient.ts';

const MAIN = fileURLToPath(new URL('../../../sync-server/cli/main.ts', import.meta.url));
const START = fileURLToPath(new URL('../../../sync-server/cli/start.ts', import.meta.url));

let folder: string;
const running = new Set<ChildProcess>();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-start-'));
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcess;
  readonly link: string;
  readonly address: string;
  said(): string;
}

/** With a home of its own and no display: a start that would look at the real home is seen by what it finds there. */
async function start(script: string, args: readonly string[], home: string): Promise<Started> {
  const env = { ...process.env, HOME: home, XDG_DATA_HOME: join(home, 'data'), DISPLAY: '', WAYLAND_DISPLAY: '' };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let said = '';
  const link = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString('utf8');
      const found = /http:\/\/\S+#launch=\S+/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', () => reject(new Error(said)));
  });
  return { child, link, address: new URL(link).origin, said: () => said };
}

async function stop({ child }: Started, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}

const rowsIn = async (data: string): Promise<Row[]> =>
  JSON.parse((await runMuster(['list', '--data', data, '--format', 'json'])).stdout) as Row[];
const home = (name: string): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '.aws'), { recursive: true });
  writeFileSync(join(path, '.aws', 'credentials'), `[planted]\naws_access_key_id = AKIA${'P'.repeat(16)}\naws_secret_access_key = x\n`);
  return path;
};

describe('[CLI10] npm start where there is no display', () => {
  it('says that the app opens in the browser and where, keeps its data in its own place, and looks at no home', async () => {
    const here = home('headless');
    const port = String(await freePort());
    const started = await start(START, ['--port', port], here);
    expect(started.said()).toMatch(
      /^(Building the app …\n)?Electron’s program is not on this computer, so Muster opens in the browser.*\nMuster is at http:\/\/127\.0\.0\.1:\d+ · data in .*muster\/space · nothing leaves this computer\n/,
    );
    expect(await (await fetch(`${started.address}/healthz`)).json()).toEqual({ ok: true });
    expect(await stop(started, 'SIGINT')).toBe(0);
    const data = join(here, 'data', 'muster', 'space');
    expect(await rowsIn(data)).toEqual([]);
    expect(readFileSync(join(data, 'store.sqlite')).toString('latin1')).not.toContain('planted');
  });

  it('finds everything as it was left, and a stop leaves neither lock nor address behind', async () => {
    const here = home('again');
    const data = join(here, 'space');
    const first = await start(MAIN, ['serve', '--data', data, '--port', '0', '--no-open'], here);
    const device = await TestDevice.enrol(first.link);
    await device.connect();
    await device.commit([{ kind: 'create', anchor: 'a'.repeat(32) as never, type: 'identity', recordKind: 'agent', name: 'left here' }]);
    device.close();
    expect(await stop(first, 'SIGTERM')).toBe(0);
    expect(readdirSync(data).filter((name) => /lock|server\.json|wal|partial|next/.test(name))).toEqual([]);
    const second = await start(MAIN, ['serve', '--data', data, '--port', '0', '--no-open'], here);
    expect((await rowsIn(data)).map(({ name }) => name)).toEqual(['left here']);
    expect(second.link).not.toBe(first.link);
    expect(await stop(second, 'SIGINT')).toBe(0);
  });

  it('stops at once although an upload never ends and a source does not answer', async () => {
    const here = home('busy');
    const { createServer } = await import('node:net');
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const started = await start(MAIN, ['serve', '--data', join(here, 'space'), '--port', '0', '--no-open'], here);
    const device = await TestDevice.enrol(started.link);
    const ticket = await device.ticket();
    const headers = { authorization: `Bearer ${ticket}`, 'content-type': 'application/octet-stream' };
    const upload = request(`${started.address}/api/uploads?name=a.csv`, { method: 'POST', headers }).on('error', () => undefined);
    upload.write('Account\n');
    const settings = { id: 'silent', kind: 'postgres', url: `postgres://u@127.0.0.1:${port}/x` };
    const preview = device.request('POST', '/api/sources/dry-run', settings).catch(() => undefined);
    await device.request('POST', '/api/sources', settings);
    const catalog = await device.open('catalog');
    await catalog.synced;
    const begun = Date.now();
    expect(await stop(started, 'SIGINT')).toBe(0);
    // Not a budget: a stop that waits for the upload or the source takes ten seconds and more.
    expect(Date.now() - begun).toBeLessThan(8_000);
    device.close();
    upload.destroy();
    silent.close();
    await preview;
  });
});

describe('[CLI11] the sample estate', () => {
  it('is a space of its own, with something in every view, and is deleted in one call', async () => {
    const here = home('sample');
    const data = join(here, 'sample-data');
    const started = await start(MAIN, ['serve', '--sample', '--data', data, '--port', '0', '--no-open'], here);
    expect(await (await fetch(`${started.address}/api/space`)).json()).toMatchObject({ sample: true, name: 'Sample estate' });
    let rows: Row[] = [];
    while (rows.filter(({ lifecycle }) => lifecycle === 'excluded' || lifecycle === 'retiring').length === 0) rows = await rowsIn(data);
    for (const query of [
      'owner:none',
      'is:unregistered',
      'is:missing',
      'is:drift',
      'is:excluded',
      'kind:agent',
      'vendor:any',
      'is:retiring',
    ]) {
      const { stdout } = await runMuster(['list', '--data', data, '--query', query, '--format', 'json']);
      expect([query, (JSON.parse(stdout) as Row[]).length]).toEqual([query, expect.toSatisfy((count: number) => count > 2)]);
    }
    expect(new Set(rows.map(({ kind }) => kind)).size).toBeGreaterThan(5);
    expect((await runMuster(['serve', '--data', data, '--port', '0'])).code).toBe(2);

    writeFileSync(join(data, 'a file of my own'), '');
    const device = await TestDevice.enrol(started.link);
    const exited = once(started.child, 'exit');
    expect((await device.request('DELETE', '/api/sample')).status).toBe(200);
    await exited;
    expect(readdirSync(data)).toEqual(['a file of my own']);
  });

  it('does not go into a directory that holds a real space', async () => {
    const data = join(folder, 'real');
    await runMuster(['set', 'x', 'owner=y', '--data', data]);
    const said = await runMuster(['serve', '--sample', '--data', data, '--no-open', '--port', '0']);
    expect(said).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^muster: .*holds a register that is no sample\..*\n$/),
    });
    expect(existsSync(join(data, 'estate'))).toBe(false);
  });

  it('is started, found again and deleted by the server of the real space', async (context) => {
    const taken = await fetch('http://127.0.0.1:4748/healthz').then(
      () => true,
      () => false,
    );
    if (taken) return context.skip('port 4748 is in use on this machine');
    const here = home('both');
    const data = join(here, 'space');
    const real = await start(MAIN, ['serve', '--data', data, '--port', '0', '--no-open'], here);
    const device = await TestDevice.enrol(real.link);
    const [first, second] = [await device.request('POST', '/api/sample'), await device.request('POST', '/api/sample')];
    const links = [first, second].map(({ body }) => (body as { url: string }).url);
    expect(links.every((link) => link.startsWith('http://127.0.0.1:4748/#launch='))).toBe(true);
    expect(new Set(links).size).toBe(2);
    expect((await TestDevice.enrol(links[1] ?? '')).space).not.toBe(device.space);
    expect((await device.request('DELETE', '/api/sample')).status).toBe(200);
    expect(existsSync(`${data}-sample`)).toBe(false);
    expect(existsSync(data)).toBe(true);
    await stop(real, 'SIGTERM');
  });
});
