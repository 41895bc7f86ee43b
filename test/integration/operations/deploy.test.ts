import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAuthority } from '../../servers/tls.ts';
import { runMuster } from '../../support/appServer.ts';
import { markdownBlocks } from '../../support/markdownBlock.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';
import { writeTlsFiles } from '../../support/tlsFiles.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const packageFile = JSON.parse(read('package.json')) as { scripts: Record<string, string>; devDependencies: Record<string, string> };
const folder = throwAwayDirectory();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `--option` of each command, as `--help` names them. */
const options = new Map<string, Set<string>>();
beforeAll(async () => {
  const help = async (...command: string[]): Promise<string> => (await runMuster([...command, '--help'])).stdout;
  for (const command of ['serve', 'doctor', 'invite', 'list'])
    options.set(command, new Set((await help(command)).match(/--[a-z][a-z-]+/g) ?? []));
});

/** The command and the options of one line that runs Muster. */
function unknownOptions(line: string): string[] {
  const command = [...options.keys()].find((name) => new RegExp(`(^|\\s)${name}(\\s|$)`).test(line)) ?? 'serve';
  const known = options.get(command);
  return (line.match(/(?<=\s|=)--[a-z][a-z-]+/g) ?? []).filter((option) => known?.has(option) === false && option !== '--disable-warning');
}

const inRepository = (installed: string): string => installed.replace(/^\/opt\/muster\/?/, '');

describe('[OPS13] the systemd unit', () => {
  const unit = read('sync-server/deploy/muster.service');

  it('names a program, files and options that exist', () => {
    const start = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '';
    const [, , script = ''] = start.split(' ');
    expect(existsSync(join(root, inRepository(script)))).toBe(true);
    expect(unknownOptions(start)).toEqual([]);
    expect(unknownOptions(/MUSTER_OPTIONS=(--.*)$/m.exec(unit)?.[1] ?? '')).toEqual([]);
    for (const [path] of unit.matchAll(/\/opt\/muster\/[\w./-]+/g)) expect(existsSync(join(root, inRepository(path))), path).toBe(true);
    expect(start).toContain('--data /var/lib/muster');
    expect(unit).toContain('StateDirectory=muster');
  });

  it('is hardened', () => {
    for (const line of [
      'User=muster',
      'ProtectSystem=strict',
      'NoNewPrivileges=yes',
      'StateDirectoryMode=0700',
      'CapabilityBoundingSet=',
      'PrivateTmp=yes',
      'ProtectHome=yes',
      'LimitCORE=0',
    ])
      expect(unit.split('\n')).toContain(line);
    expect(unit).toMatch(/^MemoryMax=\d+G$/m);
    // V8 could not run.
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute=yes/m);
  });

  it('is what systemd itself understands, with little exposure', ({ skip }) => {
    if (spawnSync('systemd-analyze', ['--version'], { stdio: 'ignore' }).status !== 0) {
      process.stdout.write('skipped: no systemd-analyze on this machine\n');
      skip('skipped: no systemd-analyze on this machine');
    }
    const file = join(folder, 'muster.service');
    // Where Node is differs; everything else is verified as it stands.
    writeFileSync(file, unit.replaceAll('/usr/bin/node', process.execPath));
    const verified = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    expect(verified.stderr + verified.stdout).not.toMatch(/muster\.service.*(Unknown|Failed|not executable|ignoring)/i);
    expect(verified.status).toBe(0);
    const exposure = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', file], { encoding: 'utf8' });
    expect(exposure.status, exposure.stdout.slice(-200)).toBe(0);
  });
});

describe('[OPS13] the Containerfile', () => {
  const lines = read('sync-server/deploy/Containerfile')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const all = (instruction: string): string[] =>
    lines.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1));

  it('copies what exists, from stages that exist', () => {
    const stages = all('FROM').flatMap((from) => / AS (\w+)$/.exec(from)?.[1] ?? []);
    expect(stages).toEqual(['app', 'packages']);
    for (const copy of all('COPY')) {
      const words = copy.split(' ');
      const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
      const sources = words.filter((word) => !word.startsWith('--')).slice(0, -1);
      if (from === undefined) for (const source of sources) expect(existsSync(join(root, source)), source).toBe(true);
      else expect(stages).toContain(from);
    }
  });

  it('builds with programs of package.json, and copies everything that the build reads', () => {
    const commands = all('RUN').join(' && ');
    for (const [, program = ''] of commands.matchAll(/npx (\S+)/g)) expect(packageFile.devDependencies[program], program).toBeDefined();
    const copied = new Set(all('COPY').flatMap((copy) => copy.split(' ')));
    for (const [, configuration = ''] of commands.matchAll(/-c (\S+)/g)) expect(copied).toContain(configuration);
    for (const needed of ['vite.config.ts', 'tsconfig.base.json', 'shared', 'renderer', 'sync-server', '.npmrc'])
      expect(copied).toContain(needed);
    // The server's own Node is the version that the tests run on.
    expect(new Set(all('FROM').map((from) => from.split(' ')[0]))).toEqual(
      new Set([`docker.io/library/node:${process.versions.node.split('.')[0]}-bookworm-slim`]),
    );
  });

  it('runs as somebody else than root, in a volume, with commands and options that exist', () => {
    expect(all('USER')).toEqual(['node']);
    expect(all('VOLUME')).toEqual(['/var/lib/muster']);
    const list = (text: string): string[] => JSON.parse(text) as string[];
    const [program, , script = ''] = list(all('ENTRYPOINT')[0] ?? '[]');
    expect([program, existsSync(join(root, script))]).toEqual(['node', true]);
    const command = list(all('CMD')[0] ?? '[]');
    expect(command.slice(0, 3)).toEqual(['serve', '--data', '/var/lib/muster']);
    expect(unknownOptions(command.join(' '))).toEqual([]);
    const [check = ''] = all('HEALTHCHECK');
    const [, , checkScript = '', data] = list(check.slice(check.indexOf('[')));
    expect([existsSync(join(root, checkScript)), data]).toEqual([true, '/var/lib/muster']);
  });

  it('its health check tells a server that answers, over TLS too, from one that does not', async ({ skip }) => {
    const authority = startAuthority();
    if ('unavailable' in authority) {
      process.stdout.write(`${authority.unavailable}\n`);
      return skip(authority.unavailable);
    }
    const check = (data: string) =>
      spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'sync-server/deploy/healthcheck.ts'), data], {
        encoding: 'utf8',
      });
    const files = writeTlsFiles(folder, authority.issue({ name: 'localhost', days: 3 }));
    const data = join(folder, 'data');
    const args = ['serve', '--data', data, '--port', '0', '--no-open', '--tls-cert', files.certificate, '--tls-key', files.key];
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'sync-server/cli/main.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    expect(check(data)).toMatchObject({ status: 0, stderr: '' });
    child.kill('SIGTERM');
    await once(child, 'exit');
    authority.dispose();
    expect(check(data)).toMatchObject({ status: 1, stderr: 'unhealthy: no server runs on this data directory\n' });
  });
});

describe('[OPS13] the pages about running it', () => {
  const pages = readdirSync(join(root, 'docs/operations')).filter((name) => name.endsWith('.md') && name !== 'backup.md');

  it('are read closely enough to see an option that does not exist', () => {
    expect(unknownOptions(' serve --data x --no-such-option')).toEqual(['--no-such-option']);
    expect(unknownOptions('MUSTER_OPTIONS=--tls-crt x')).toEqual(['--tls-crt']);
    expect(markdownBlocks('docs/operations/tls.md', '').join('')).toContain('--tls-cert');
    expect(markdownBlocks('docs/operations/install.md', 'sh').join('')).toContain('MUSTER_OPTIONS=--public-url');
  });

  it('are there', () => {
    for (const page of ['install', 'tls', 'network', 'sizing', 'upgrade', 'metrics', 'addresses']) expect(pages).toContain(`${page}.md`);
  });

  it.each(pages)('%s names only files, scripts and options that exist', (page) => {
    const text = read(`docs/operations/${page}`);
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
      expect(existsSync(join(root, 'docs/operations', link)), link).toBe(true);
    for (const [, script = ''] of text.matchAll(/npm run (?:-s )?([\w:]+)/g)) expect(packageFile.scripts[script], script).toBeDefined();
    const code = ['', 'sh'].flatMap((language) => markdownBlocks(`docs/operations/${page}`, language)).join('\n');
    const commands = code
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => /muster(\.ts)? .*--|MUSTER_OPTIONS=/.test(line));
    for (const line of commands) {
      const own = line.replace(/^.*?(muster(?= (serve|invite|doctor|list))|run -s muster --|MUSTER_OPTIONS=|\smuster\s)/, ' ');
      if (!/useradd|podman build/.test(line)) expect(unknownOptions(` ${own}`), line).toEqual([]);
    }
    for (const [path] of text.matchAll(/\bsync-server\/[\w./-]+\.(?:ts|service)\b/g)) expect(existsSync(join(root, path)), path).toBe(true);
  });
});
