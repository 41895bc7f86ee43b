import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppServer, startAppServer } from '../../support/appServer.ts';
import { leakedIn, type Planted, plantCanaries } from '../../support/canaries.ts';

let home: string;
let planted: Planted;
let server: AppServer;

/** Bytes as text, so that a secret is found in a database file, a log or an export alike. */
const textOf = (path: string): string => readFileSync(path).toString('latin1');

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'muster-canaries-'));
  planted = plantCanaries(home, (length) => new Uint8Array(randomBytes(length)));
  const sources = join(home, 'sources.json');
  writeFileSync(
    sources,
    JSON.stringify({
      sources: [
        { id: 'laptop', kind: 'workstation', home },
        { id: 'certs', kind: 'x509', paths: [planted.certificates] },
        { id: 'sheet', kind: 'file', path: planted.sheet },
        { id: 'db', kind: 'postgres', url: 'postgres://auditor@127.0.0.1:9/app', password: { env: 'CANARY_PASSWORD' } },
      ],
    }),
  );
  server = await startAppServer({ args: ['--sources', sources], environment: { CANARY_PASSWORD: planted.postgresPassword } });
});
afterAll(async () => {
  await server?.dispose();
  rmSync(home, { recursive: true, force: true });
});

describe('[OBS] no secret value leaves its file', () => {
  it('about a hundred were planted, in every kind of file that connectors read', () => {
    expect(planted.canaries.length).toBeGreaterThanOrEqual(100);
    const found = filesBelow(home).filter((path) => leakedIn(textOf(path), planted.canaries).length > 0);
    expect(found.length).toBeGreaterThan(15);
  });

  it('the sources were read, so that there was something to leak', async () => {
    const ran = await server.muster('discover', '--format', 'json');
    const results = JSON.parse(ran.stdout) as { source: string; outcome: string }[];
    expect(Object.fromEntries(results.map(({ source, outcome }) => [source, outcome]))).toMatchObject({
      laptop: expect.stringMatching(/complete|partial/),
      certs: expect.stringMatching(/complete|partial/),
      sheet: expect.stringMatching(/complete|partial/),
      db: 'failed',
    });
    const { stdout } = await server.muster('list', '--format', 'json');
    expect((JSON.parse(stdout) as unknown[]).length).toBeGreaterThan(20);
    expect(leakedIn(ran.stdout + ran.stderr, planted.canaries)).toEqual([]);
  });

  it('not in what the command line prints', async () => {
    const commands = [
      ['list', '--format', 'json'],
      ['findings', '--format', 'json'],
      ['sources', '--format', 'json'],
      ['changes', '--format', 'json'],
      ['discover', '--dry-run', '--format', 'json'],
      ['conflicts'],
    ];
    for (const command of commands) {
      const { stdout, stderr } = await server.muster(...command);
      expect([command[0], leakedIn(stdout + stderr, planted.canaries)]).toEqual([command[0], []]);
    }
    const rows = JSON.parse((await server.muster('list', '--format', 'json')).stdout) as { id: string }[];
    for (const { id } of rows.slice(0, 30))
      expect(leakedIn((await server.muster('show', id, '--format', 'json')).stdout, planted.canaries)).toEqual([]);
  });

  it.each(['csv', 'xlsx', 'json', 'ndjson'])('not in an export as %s', async (ending) => {
    const path = join(server.data, `export.${ending}`);
    expect((await server.muster('export', path)).code).toBe(0);
    expect(leakedIn(textOf(path), planted.canaries)).toEqual([]);
  });

  it('not in the data directory: documents, history, evidence, logs, settings, with the server running and after it stopped', async () => {
    const leaks = (): string[] =>
      filesBelow(server.data).flatMap((path) => leakedIn(textOf(path), planted.canaries).map((at) => `${path}: ${at}`));
    expect(leaks()).toEqual([]);
    await server.stop();
    expect(filesBelow(server.data).length).toBeGreaterThan(2);
    expect(leaks()).toEqual([]);
  });
});
