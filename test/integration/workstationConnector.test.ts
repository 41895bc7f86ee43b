import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CoverageId } from '../../shared/model/ids.ts';
import type { Observation } from '../../shared/model/record.ts';
import { workstationReport } from '../../shared/wire/http.ts';
import { connector as file } from '../../sync-server/connectors/file/connector.ts';
import { connector as postgres } from '../../sync-server/connectors/postgres/connector.ts';
import { connector as workstation } from '../../sync-server/connectors/workstation/connector.ts';
import { connector as x509 } from '../../sync-server/connectors/x509/connector.ts';
import { leakedIn, plantCanaries } from '../support/canaries.ts';
import { collect } from '../support/collect.ts';

const homes: string[] = [];
const newHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'muster-home-'));
  homes.push(home);
  return home;
};
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});
const write = (home: string, path: string, content: string | Uint8Array): string => {
  const whole = join(home, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, content);
  return whole;
};
const outcomeOf = (run: Awaited<ReturnType<typeof collect>>, place: string) => run.done.get(`place/${place}` as CoverageId)?.outcome;
const at = (records: readonly Observation[], id: string): Observation | undefined => records.find((record) => record.externalId === id);
const seeded = (seed: string) => (length: number) => {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) => createHash('sha256').update(`${seed} ${index}`).digest());
  seed += '.';
  return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
};

describe('secrets in every kind of file that connectors read', () => {
  it('[OBS35] appear in no message of any connector', async () => {
    const home = newHome();
    const planted = plantCanaries(home, seeded('canaries'));
    expect(planted.canaries.length).toBeGreaterThanOrEqual(100);
    const runs = [
      await collect(workstation, { home }),
      await collect(workstation, { home }, { mode: 'list only' }),
      await collect(file, { path: planted.sheet }),
      await collect(x509, { paths: [planted.certificates, join(home, '.ssh/*')] }),
      await collect(
        postgres,
        { url: 'postgres://auditor@127.0.0.1:1/app', password: { env: 'P' } },
        { environment: { P: planted.postgresPassword } },
      ),
    ];
    expect(runs[0]?.records.length).toBeGreaterThan(60);
    expect(runs[2]?.records.length).toBe(6);
    for (const run of runs) expect(leakedIn(JSON.stringify(run.messages), planted.canaries)).toEqual([]);
    const refused = postgres.settings.safeParse({ url: planted.postgresUrl });
    expect(refused.success).toBe(false);
    expect(leakedIn(JSON.stringify(refused.error), planted.canaries)).toEqual([]);
  });

  it('would be noticed', () => {
    const planted = plantCanaries(newHome(), (length) => new Uint8Array(randomBytes(length)));
    for (const canary of planted.canaries) expect(leakedIn(`x${canary.forms.at(-1)}y`, [canary])).toEqual([canary.at]);
  });
});

describe('SSH keys', () => {
  const hasKeygen = spawnSync('ssh-keygen', ['-?'], { stdio: 'ignore' }).error === undefined;

  it('have the fingerprint that ssh-keygen prints, with and without the public file', async (context) => {
    if (!hasKeygen) return context.skip('skipped: no ssh-keygen on this machine');
    const home = newHome();
    mkdirSync(join(home, '.ssh'));
    const make = (name: string, ...args: string[]) => execFileSync('ssh-keygen', ['-q', '-f', join(home, '.ssh', name), ...args]);
    make('id_ed25519', '-t', 'ed25519', '-N', 'a long passphrase', '-C', 'desk laptop');
    make('robot', '-t', 'rsa', '-b', '2048', '-N', '', '-C', 'robot');
    make('old', '-t', 'rsa', '-b', '2048', '-N', 'a longer word', '-m', 'PEM', '-C', 'old');
    const printed = (name: string) =>
      execFileSync('ssh-keygen', ['-l', '-f', join(home, '.ssh', `${name}.pub`)])
        .toString()
        .split(' ')[1];
    const expected = { id: printed('id_ed25519'), robot: printed('robot'), old: printed('old') };
    rmSync(join(home, '.ssh/robot.pub'));
    const { records } = await collect(workstation, { home, include: ['ssh'] });
    const modified = statSync(join(home, '.ssh/robot')).mtime.toISOString();
    expect(at(records, '~/.ssh/id_ed25519#key')).toMatchObject({
      aliases: ['desk laptop'],
      fields: { fingerprint: expected.id, protected: 'passphrase', usedBy: 'person', algorithm: 'ssh-ed25519' },
    });
    expect(at(records, '~/.ssh/robot#key')?.fields).toMatchObject({
      fingerprint: expected.robot,
      protected: 'none',
      algorithm: 'ssh-rsa 2048',
      rotated: modified,
    });
    expect(at(records, '~/.ssh/robot#key')?.fields.usedBy).toBeUndefined();
    expect(at(records, '~/.ssh/old#key')?.fields).toMatchObject({ fingerprint: expected.old, protected: 'passphrase' });
    expect(records).toHaveLength(3);
  });
});

describe('before consent', () => {
  it('[OBS36] nothing is opened: names and dates only, under the ids that reading keeps', async () => {
    const home = newHome();
    const key = write(home, '.ssh/id_ed25519', 'not even a key');
    write(home, '.ssh/known_hosts', 'x');
    const npmrc = write(home, '.npmrc', '//registry.npmjs.org/:_authToken=x');
    const past = new Date('2020-01-02T03:04:05Z');
    for (const path of [key, npmrc]) utimesSync(path, past, past);
    const run = await collect(workstation, { home }, { mode: 'list only' });
    // Access and change time are equal, so that even `relatime` would note that the file was opened.
    expect(statSync(npmrc).atime).toEqual(past);
    expect(run.records.map((record) => record.externalId)).toEqual(['~/.ssh/id_ed25519#key']);
    expect(run.records[0]?.unread).toEqual(['fingerprint', 'algorithm', 'protected']);
    for (const { outcome } of run.done.values()) expect(outcome).toBe('partial');
    const report = workstationReport.parse(run.report);
    expect(report).toMatchObject({ places: 2, credentials: 2 });
    expect(report.lookedAt).toContainEqual({ path: '~/.npmrc', outcome: 'listed', found: 1 });
  });
});

describe('places that cannot be read', () => {
  it('[OBS37] are partial with the reason, and hide nothing elsewhere', async () => {
    const home = newHome();
    write(home, '.npmrc', '//registry.npmjs.org/:_authToken=abc');
    write(home, '.docker/config.json', '{ "auths": ');
    write(home, '.git-credentials', 'x'.repeat(1_100_000));
    const outside = write(newHome(), 'kube', 'users: [{ name: a, user: { token: abc } }]');
    mkdirSync(join(home, '.kube'));
    symlinkSync(outside, join(home, '.kube/config'));
    mkdirSync(join(home, '.cargo'));
    spawnSync('mkfifo', [join(home, '.cargo/credentials.toml')]);
    const run = await collect(workstation, { home });
    expect(outcomeOf(run, 'npm')).toBe('complete');
    expect(outcomeOf(run, 'terraform')).toBe('complete');
    expect(['docker', 'git', 'kube', 'cargo'].map((place) => outcomeOf(run, place))).toEqual(['partial', 'partial', 'partial', 'partial']);
    expect(run.records.map((record) => record.subtype)).toEqual(['npm.token']);
    const report = workstationReport.parse(run.report);
    expect(report.lookedAt).toContainEqual({ path: '~/.kube/config', outcome: 'skipped', found: 0 });
    expect(report.lookedAt).toContainEqual({ path: '~/.terraform.d/credentials.tfrc.json', outcome: 'absent', found: 0 });
  });

  it('a file that this user may not read is denied', async (context) => {
    if (process.getuid?.() === 0) return context.skip('skipped: root may read everything');
    const home = newHome();
    chmodSync(write(home, '.npmrc', '//registry.npmjs.org/:_authToken=abc'), 0o000);
    const run = await collect(workstation, { home, include: ['npm'] });
    expect(run.done.get('place/npm' as CoverageId)).toMatchObject({ outcome: 'partial', problems: [{ code: 'forbidden' }] });
  });

  it('a home that is not there fails every place', async () => {
    const run = await collect(workstation, { home: join(newHome(), 'nobody') });
    expect(new Set([...run.done.values()].map(({ outcome }) => outcome))).toEqual(new Set(['failed']));
  });
});

describe('agents', () => {
  it('the host is the identity, its MCP servers are tools, secrets in their settings are credentials', async () => {
    const home = newHome();
    const servers = {
      github: {
        command: 'npx',
        args: ['-y', '@modelcontextprotocol/server-github'],
        env: { GITHUB_TOKEN: 'abcd1234efgh', LEVEL: 'info', OTHER_TOKEN: '$OTHER' },
      },
      remote: { url: 'https://mcp.example.org/sse' },
    };
    write(home, '.cursor/mcp.json', JSON.stringify({ mcpServers: servers }));
    const { records } = await collect(workstation, { home, include: ['cursor'] });
    const host = at(records, '~/.cursor/mcp.json#host');
    expect(host).toMatchObject({ type: 'identity', kind: 'agent', subtype: 'mcp.host' });
    expect(host?.links?.map((link) => link.relation)).toEqual(['calls-tool', 'calls-tool']);
    expect(at(records, '~/.cursor/mcp.json#server/github')).toMatchObject({
      type: 'workload',
      fields: { command: 'npx @modelcontextprotocol/server-github', variables: ['GITHUB_TOKEN', 'LEVEL', 'OTHER_TOKEN'] },
    });
    expect(at(records, '~/.cursor/mcp.json#server/remote')).toMatchObject({ type: 'resource', fields: { location: 'mcp.example.org' } });
    expect(records.filter((record) => record.type === 'credential').map((record) => record.fields.name)).toEqual([
      'GITHUB_TOKEN of MCP server github',
    ]);
  });
});
