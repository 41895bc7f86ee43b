import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Unavailable } from './postgres.ts';

export interface Nginx {
  /** What it wrote to its error log. */
  problems(): string;
  stop(): Promise<void>;
}

const PROGRAMS = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx', '/opt/homebrew/bin/nginx'];
const program = (): string | undefined => PROGRAMS.find((path) => existsSync(path));

function install(): void {
  if (process.getuid?.() !== 0) return;
  const quiet = { stdio: 'ignore', timeout: 300_000 } as const;
  spawnSync('apt-get', ['update', '-qq'], quiet);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'nginx-light'], quiet);
}

/** Starts a real nginx with these `http` settings on loopback, in a folder of its own, or says in one line why it cannot be had. */
export async function startNginx(http: string, port: number): Promise<Nginx | Unavailable> {
  if (program() === undefined) install();
  const path = program();
  if (path === undefined) return { unavailable: 'skipped: no nginx on this machine, and it cannot be installed' };
  const folder = mkdtempSync(join(tmpdir(), 'muster-nginx-'));
  const errors = join(folder, 'error.log');
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, http));
  const child = spawn(path, ['-p', folder, '-e', errors, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  const problems = (): string => (existsSync(errors) ? readFileSync(errors, 'utf8') : '');
  await untilListening(port, child, problems);
  return {
    problems,
    stop: async () => {
      if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

const configuration = (folder: string, http: string): string => `
daemon off;
pid ${folder}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  ${TEMPORARY.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  ${http}
}
`;

async function untilListening(port: number, child: ChildProcess, problems: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${problems()}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nginx does not listen: ${problems()}`);
}
