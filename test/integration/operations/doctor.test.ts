import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceId } from '../../../shared/model/ids.ts';
import { localCommands } from '../../../sync-server/cli/localCommands.ts';
import type { Diagnosis } from '../../../sync-server/doctor/diagnosis.ts';
import { runMuster } from '../../support/appServer.ts';
import { startTestServer } from '../../support/startTestServer.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

let folder: string;
let data: string;
beforeEach(() => {
  folder = throwAwayDirectory();
  data = join(folder, 'data');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const QUIET = { ...process.env, HTTPS_PROXY: '', https_proxy: '', NODE_EXTRA_CA_CERTS: '', SSL_CERT_FILE: '' };
async function doctor(...args: string[]): Promise<{ code: number; found: Diagnosis[]; stderr: string }> {
  const { code, stdout, stderr } = await runMuster(['doctor', '--data', data, '--format', 'json', ...args], QUIET);
  return { code, found: JSON.parse(stdout) as Diagnosis[], stderr };
}
const failures = (found: readonly Diagnosis[]): string[] => found.filter(({ verdict }) => verdict === 'failed').map(({ check }) => check);

/** Every file of the data directory with what is in it. */
function contents(): Record<string, string> {
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  return Object.fromEntries(files.map((file) => [join(file.parentPath, file.name), hash(join(file.parentPath, file.name))]));
}

describe('muster doctor', () => {
  it('[OPS14, OPS15] with the server running it asks it, names the source that does not answer, and ends with 1', async () => {
    mkdirSync(join(folder, 'certificates'));
    const server = await startTestServer({ data, localCommands, background: false });
    try {
      const sources = [
        { id: 'certs', kind: 'x509', paths: [join(folder, 'certificates')] },
        { id: 'db', kind: 'postgres', url: 'postgres://reader@127.0.0.1:1/app', password: { env: 'NO_SUCH_SECRET' } },
        { id: 'away', kind: 'x509', endpoints: ['127.0.0.1:1'] },
      ];
      for (const source of sources) await server.runner.add(source, { run: false });
      const before = server.core.ledger.lines({ limit: 10 }).length;
      const { code, found, stderr } = await doctor();
      expect(stderr).toBe('');
      expect(code).toBe(1);
      expect(failures(found)).toEqual(['source db', 'source away']);
      for (const { verdict, message, wayOut } of found) {
        expect(message).toMatch(/[.]$/);
        expect(wayOut === undefined).toBe(verdict === 'ok');
      }
      const checks = new Set(found.map(({ check }) => check));
      for (const check of [
        'versions',
        'desktop',
        'port',
        'disk space',
        'disk sync',
        'owner',
        'permissions',
        'lock',
        'store',
        'proxy',
        'authorities',
        'clock',
        'source certs',
      ])
        expect(checks).toContain(check);
      expect(found.find(({ check }) => check === 'port')?.message).toContain(`held by this Muster (process ${process.pid})`);
      // Nothing was written: no run, no plan, no entry.
      expect(server.runner.status('certs' as SourceId)?.runs).toEqual([]);
      expect(server.core.ledger.lines({ limit: 10 })).toHaveLength(before);
    } finally {
      await server.close();
    }
  });

  it('[OPS14] a clock behind what the register knows is a failure, in words', async () => {
    const late = await startTestServer({ data, clock: () => Date.now() + 3_600_000 });
    await late.close();
    const { code, found } = await doctor();
    expect(code).toBe(1);
    expect(found.find(({ check }) => check === 'clock')).toMatchObject({
      verdict: 'failed',
      message: expect.stringMatching(/before the newest thing that is known here\.$/),
    });
  });

  it('[OPS14] with the server stopped it works as well, and with text for people', async () => {
    await (await startTestServer({ data })).close();
    const { code, found } = await doctor();
    expect([code, failures(found)]).toEqual([0, []]);
    expect(found.find(({ check }) => check === 'sources')?.message).toBe('No source is configured.');
    chmodSync(join(data, 'server-key.pem'), 0o644);
    const text = await runMuster(['doctor', '--data', data], QUIET);
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/^failed {3}permissions {2}Others may reach .*server-key\.pem \(mode 0644\)\. Run chmod 600 on it\./m);
    expect(text.stdout).toMatch(/\d+ checked: \d+ ok, \d+ to look at, 1 failed\.\n$/);
    expect(text.stdout).not.toContain('PRIVATE KEY');
  });

  it('[OPS15] it makes no directory and no store, and takes none to a newer format', async () => {
    const { code, found } = await doctor();
    expect([code, failures(found)]).toEqual([0, []]);
    expect(existsSync(data)).toBe(false);
    mkdirSync(data, { mode: 0o700 });
    const header = Buffer.alloc(100);
    header.write('SQLite format 3\0', 'latin1');
    header.writeUInt32BE(99, 60);
    writeFileSync(join(data, 'store.sqlite'), header, { mode: 0o600 });
    const before = [contents(), statSync(data).mode];
    const newer = await doctor();
    expect([newer.code, failures(newer.found)]).toEqual([1, ['store']]);
    expect([contents(), statSync(data).mode]).toEqual(before);
  });

  it('[OPS14] a server that cannot start is a failure that says why', async () => {
    await (await startTestServer({ data })).close();
    writeFileSync(join(data, 'server-key.pem'), 'damaged', { mode: 0o600 });
    const { code, found } = await doctor();
    expect(code).toBe(1);
    expect(failures(found)).toEqual(['server']);
    expect(found.find(({ check }) => check === 'server')?.message).toContain('server-key.pem');
  });
});
