import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startAuthority, startTlsServer } from '../../servers/tls.ts';
import { type AppServer, startAppServer } from '../../support/appServer.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

interface Attempt {
  readonly kind: string;
  readonly to: string;
  readonly pid: number;
  readonly threadId: number;
}

const folder = throwAwayDirectory();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PRELOAD = new URL('../../support/recordConnections.ts', import.meta.url).href;
const recording = (name: string) => {
  const file = join(folder, `${name}.ndjson`);
  const environment = { NODE_OPTIONS: `--import=${PRELOAD}`, RECORD_CONNECTIONS: file };
  const attempts = (): Attempt[] =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Attempt)
      : [];
  return { environment, attempts };
};

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;
const leaving = (attempts: readonly Attempt[]): Attempt[] => attempts.filter(({ to }) => !LOOPBACK.test(to));

async function discover(server: AppServer, sources: string): Promise<void> {
  const path = join(folder, 'sources.yaml');
  writeFileSync(path, sources);
  const { code, stderr } = await server.muster('discover', '--sources', path, '--format', 'json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
}

describe('[OPS12] where Muster connects to', () => {
  it('the recorder sees names, sockets and datagrams, and stops what would leave', async () => {
    const { environment, attempts } = recording('recorder');
    const script = `
      const { connect } = await import('node:net'); const { lookup } = await import('node:dns/promises');
      const { createSocket } = await import('node:dgram');
      for (const act of [() => connect(443, '192.0.2.1'), () => lookup('example.org'), () => createSocket('udp4').send('x', 9, '192.0.2.2'),
        () => fetch('http://192.0.2.3/')]) await Promise.resolve().then(act).catch(() => undefined);
      process.exit(0);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, ...environment } });
    await once(child, 'exit');
    expect(leaving(attempts()).map(({ to }) => to)).toEqual(['192.0.2.1', 'example.org', '192.0.2.2', '192.0.2.3']);
  });

  it('a server with a workstation source, on its first start, reaches nothing but itself', async () => {
    const { environment, attempts } = recording('server');
    const home = join(folder, 'home');
    mkdirSync(join(home, '.aws'), { recursive: true });
    writeFileSync(join(home, '.aws', 'config'), '[profile team]\nsso_start_url = https://example.awsapps.com/start\nregion = eu-west-1\n');
    const server = await startAppServer({ environment });
    try {
      await discover(server, JSON.stringify({ sources: [{ id: 'laptop', kind: 'workstation', home }] }));
      await fetch(server.address);
      // The other direction: what a person configures is reached, from a worker, and is seen.
      const authority = startAuthority();
      if ('unavailable' in authority) return;
      const target = await startTlsServer(authority.issue({ name: 'localhost', days: 3 }));
      await discover(server, JSON.stringify({ sources: [{ id: 'own', kind: 'x509', endpoints: [`127.0.0.1:${target.port}`] }] }));
      await target.stop();
      authority.dispose();
    } finally {
      await server.dispose();
    }
    const all = attempts();
    expect(new Set(all.filter(({ kind }) => kind === 'loaded').map(({ threadId }) => threadId)).size).toBeGreaterThan(2);
    expect(all.some(({ kind, to, threadId }) => kind === 'connect' && to === '127.0.0.1' && threadId > 0)).toBe(true);
    expect(leaving(all)).toEqual([]);
  });

  it('neither does the sample estate', async () => {
    const { environment, attempts } = recording('sample');
    const server = await startAppServer({ args: ['--sample'], environment });
    await expect
      .poll(async () => (await server.muster('list', '--format', 'json')).stdout.length, { timeout: 60_000 })
      .toBeGreaterThan(1_000);
    await server.dispose();
    expect(attempts().filter(({ kind }) => kind === 'loaded').length).toBeGreaterThan(3);
    expect(leaving(attempts())).toEqual([]);
  });
});
