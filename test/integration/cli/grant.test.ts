import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMuster } from '../../support/appServer.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-grant-'));
  const sources = [
    { id: 'db', kind: 'postgres', url: 'postgres://auditor@db.example.org/app' },
    { id: 'east', kind: 'kubernetes', server: 'https://east.example.org:6443', namespaces: ['payments'] },
  ];
  writeFileSync(join(folder, 'sources.json'), JSON.stringify({ sources }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const grant = (...args: string[]) => runMuster(['sources', 'grant', ...args]);

describe('[CLI12] the least rights of a source', () => {
  it('are printed to be pasted, without a server and before anything is connected', async () => {
    const { code, stdout } = await grant('kubernetes');
    expect(code).toBe(0);
    expect(stdout).toContain('kind: ClusterRole\nmetadata: { name: muster-reader }');
    expect(stdout).not.toContain('muster-writer');
    expect((await grant('kubernetes', '--writing')).stdout).toContain('muster-writer');
  });

  it('follow the settings of a source', async () => {
    const file = join(folder, 'sources.json');
    expect((await grant('postgres', '--sources', file)).stdout).toContain('CREATE ROLE "auditor"');
    expect((await grant('kubernetes', '--sources', file, '--source', 'east')).stdout).toContain('namespace: payments');
    expect(await grant('kubernetes', '--sources', file, '--source', 'west')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no such source'),
    });
  });

  it('of an unknown kind are bad use, and of one without rights a failed question', async () => {
    expect(await grant('carrier-pigeon')).toMatchObject({ code: 2, stderr: expect.stringContaining('Use one of') });
    expect(await grant('file')).toMatchObject({ code: 1, stderr: expect.stringContaining('needs no rights') });
  });
});
