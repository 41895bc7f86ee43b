import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../../shared/register/view.ts';
import { freePort, runMuster } from '../../support/appServer.ts';

const MAIN = fileURLToPath(new URL('../../../sync-server/cli/main.ts', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-disk-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const directory = (name: string): string => join(folder, name);
const sheet = (name: string, rows: number): string => {
  const path = join(folder, name);
  const purpose = 'x'.repeat(300);
  writeFileSync(path, ['Account,System,Purpose', ...Array.from({ length: rows }, (_, index) => `svc-${index},ad,${purpose}`)].join('\n'));
  return path;
};
const list = async (data: string): Promise<Row[]> =>
  JSON.parse((await runMuster(['list', '--data', data, '--format', 'json'])).stdout) as Row[];

interface Limited {
  readonly code: number | null;
  readonly stderr: string;
  readonly acknowledged: number;
}

/** A server that may write files of at most `kilobytes` (RLIMIT_FSIZE: what a quota and a full disk look like to a program). */
async function untilDiskIsFull(data: string, kilobytes: number): Promise<Limited> {
  const port = await freePort();
  const command = `ulimit -f ${kilobytes}; exec "$0" --disable-warning=ExperimentalWarning "$@"`;
  const args = ['-c', command, process.execPath, MAIN, 'serve', '--no-open', '--data', data, '--port', String(port)];
  const child = spawn('bash', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  const { secret } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as { secret: string };
  let acknowledged = 0;
  const set = async (): Promise<boolean> => {
    const reply = await fetch(`http://127.0.0.1:${port}/api/local/set`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-muster-secret': secret },
      body: JSON.stringify({ id: 'svc-0', values: [['purpose', `${acknowledged + 1} `.padEnd(4_000, 'y')]] }),
    }).catch(() => undefined);
    return reply?.status === 200;
  };
  while (acknowledged < 5_000 && (await set())) acknowledged++;
  const [code] = (await ended) as [number | null];
  return { code, stderr, acknowledged };
}

describe('[SYN] a disk that is full', () => {
  it('stops the server with one clear line; everything acknowledged is there, and it starts again', async () => {
    const data = directory('full');
    await runMuster(['import', sheet('few.csv', 3), '--data', data]);
    const { code, stderr, acknowledged } = await untilDiskIsFull(data, 2_048);
    expect(acknowledged).toBeGreaterThan(20);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^muster: The disk is full or failing\. Make room/);
    expect(readdirSync(data)).not.toContain('server.json');
    const purpose = (await list(data)).find(({ name }) => name === 'svc-0')?.purpose ?? '';
    expect(Number(purpose.split(' ')[0])).toBeGreaterThanOrEqual(acknowledged);
    expect((await runMuster(['set', 'svc-0', 'owner=Payments', '--data', data])).code).toBe(0);
  });

  it('an export that does not fit leaves the former one as it was', async (context) => {
    const small = directory('small');
    mkdirSync(small);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
    if (mounted.status !== 0) return context.skip('no right to mount a small disk here');
    try {
      const data = directory('exporting');
      await runMuster(['import', sheet('many.csv', 500), '--data', data]);
      const target = join(small, 'export.csv');
      writeFileSync(target, 'the former export');
      const { code, stdout, stderr } = await runMuster(['export', target, '--data', data]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^muster: .*cannot be written \(ENOSPC\)\.\n$/);
      expect(readFileSync(target, 'utf8')).toBe('the former export');
      expect(readdirSync(small)).toEqual(['export.csv']);
    } finally {
      spawnSync('umount', [small]);
    }
  });
});

describe('[SYN] two servers on one data directory', () => {
  it('of ten that start at the same moment exactly one runs; the others say which process it is', async () => {
    const data = directory('race');
    writeFileSync(join(folder, 'dead'), '');
    mkdirSync(data);
    // The lock of a process that was killed: every one of the ten may take it over.
    writeFileSync(join(data, 'lock'), '999999999 1\n');
    const starts = Array.from({ length: 10 }, () =>
      spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'serve', '--no-open', '--data', data, '--port', '0'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const outcomes = await Promise.all(
      starts.map(async (child) => {
        let stderr = '';
        child.stderr.on('data', (chunk: Buffer) => {
          stderr += chunk.toString('utf8');
        });
        const runs = once(child.stdout, 'data').then(() => 'runs' as const);
        const refused = once(child, 'close').then(() => `${child.exitCode} ${stderr}`);
        return Promise.race([runs.catch(() => new Promise<never>(() => undefined)), refused]);
      }),
    );
    for (const child of starts) child.kill('SIGKILL');
    expect(outcomes.filter((outcome) => outcome === 'runs')).toHaveLength(1);
    for (const outcome of outcomes.filter((one) => one !== 'runs'))
      expect(outcome).toMatch(/^2 muster: (Another Muster \(process \d+\) already uses|Another program has the store open)/);
    expect((await runMuster(['list', '--data', data])).code).toBe(0);
  });
});

describe('[CLI9] a data directory that cannot be used is one clear line and exit code 2', () => {
  const broken = async (name: string, harm: (data: string) => void): Promise<{ code: number; stdout: string; stderr: string }> => {
    const data = directory(name);
    await runMuster(['import', sheet(`${name}.csv`, 200), '--data', data]);
    harm(data);
    return runMuster(['list', '--data', data]);
  };
  const overwrite = (path: string, at: number): void => {
    const bytes = readFileSync(path);
    bytes.fill(0x5a, at, Math.min(bytes.length, at + 8_192));
    writeFileSync(path, bytes);
  };

  it.each([
    [
      'a store that is no database',
      (data: string) => writeFileSync(join(data, 'store.sqlite'), 'not a database'.repeat(100)),
      /damaged: restore/,
    ],
    ['a store with a damaged head', (data: string) => overwrite(join(data, 'store.sqlite'), 0), /damaged: restore/],
    ['a store with damaged pages', (data: string) => overwrite(join(data, 'store.sqlite'), 4_096), /damaged: restore/],
    [
      'a store cut in half',
      (data: string) => truncateSync(join(data, 'store.sqlite'), statSync(join(data, 'store.sqlite')).size / 2),
      /damaged/,
    ],
    ['a store that is gone while its keys are there', (data: string) => rmSync(join(data, 'store.sqlite')), /store is gone|backup/],
    ['a server key that is none', (data: string) => writeFileSync(join(data, 'server-key.pem'), 'no key'), /server-key\.pem.*backup/],
    ['a server key of another store', (data: string) => rmSync(join(data, 'server-key.pem')), /server-key\.pem.*backup/],
    ['settings that are no JSON', (data: string) => writeFileSync(join(data, 'sources.json'), '{'), /sources\.json/],
  ])('%s', async (name, harm, says) => {
    const { code, stdout, stderr } = await broken(name.replaceAll(' ', '-'), harm);
    expect({ code, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, stdout: '', lines: 1 });
    expect(stderr).toMatch(says);
  });

  it('a directory that this user may not write', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('needs root, to run a command as somebody else');
    const data = directory('locked');
    mkdirSync(data, { mode: 0o755 });
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'list', '--data', data], {
      uid: 65_534,
      gid: 65_534,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    await once(child, 'close');
    expect({ code: child.exitCode, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^muster: .*may not write there.*\n$/) });
  });
});
