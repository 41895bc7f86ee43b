import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** A real PostgreSQL on loopback in a folder of its own, and what a test does to it. */
export interface PostgresServer {
  readonly port: number;
  readonly password: string;
  /** `postgres://user@127.0.0.1:port/database`, without a password. */
  url(user: string, database?: string): string;
  /** Runs SQL as the superuser. */
  run(sql: string, database?: string): Promise<pg.QueryResult>;
  /** `immediate` is what a power cut does. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  dispose(): Promise<void>;
}
export type Unavailable = { readonly unavailable: string };

function programs(): string | undefined {
  const found = spawnSync('initdb', ['--version'], { stdio: 'ignore' });
  if (found.status === 0) return '';
  const root = '/usr/lib/postgresql';
  const version = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a))[0] : undefined;
  return version && existsSync(join(root, version, 'bin/initdb')) ? join(root, version, 'bin/') : undefined;
}

const isRoot = (): boolean => process.getuid?.() === 0;

function install(): void {
  if (!isRoot()) return;
  const quiet = { stdio: 'ignore', timeout: 300_000 } as const;
  spawnSync('apt-get', ['update', '-qq'], quiet);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'postgresql'], quiet);
}

/** PostgreSQL refuses to run as root: the first of these that exists on the machine runs it. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (!isRoot()) return undefined;
  for (const user of ['postgres', 'nobody']) {
    const uid = spawnSync('id', ['-u', user], { encoding: 'utf8' });
    const gid = spawnSync('id', ['-g', user], { encoding: 'utf8' });
    if (uid.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error('there is no user that PostgreSQL could run as');
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });

/** Starts it, or says in one line why it cannot be had. */
export async function startPostgres(password: string): Promise<PostgresServer | Unavailable> {
  if (programs() === undefined) install();
  const path = programs();
  if (path === undefined) return { unavailable: 'skipped: no PostgreSQL on this machine, and it cannot be installed' };
  const user = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'muster-postgres-'));
  chmodSync(folder, 0o700);
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  execFileSync(`${path}initdb`, ['-D', data, '-U', 'admin', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'], {
    stdio: 'ignore',
    cwd: folder,
    ...user,
  });
  const server = new RealPostgres(path, folder, data, await freePort(), user, password);
  await server.start();
  await server.run(`alter role admin password '${password}'`);
  server.requirePasswords();
  await server.run('select pg_reload_conf()');
  return server;
}

class RealPostgres implements PostgresServer {
  readonly port: number;
  readonly password: string;
  readonly #path: string;
  readonly #folder: string;
  readonly #data: string;
  readonly #user: { uid: number; gid: number } | undefined;
  #process: ChildProcess | undefined;

  constructor(path: string, folder: string, data: string, port: number, user: { uid: number; gid: number } | undefined, password: string) {
    [this.#path, this.#folder, this.#data, this.#user] = [path, folder, data, user];
    [this.port, this.password] = [port, password];
  }

  url(user: string, database = 'postgres'): string {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`;
  }

  /** From now on a password is asked for, as on any real server. */
  requirePasswords(): void {
    const file = join(this.#data, 'pg_hba.conf');
    execFileSync('sh', ['-c', 'printf "host all all 127.0.0.1/32 scram-sha-256\\n" > "$1"', 'sh', file], { ...this.#user });
  }

  async run(sql: string, database = 'postgres'): Promise<pg.QueryResult> {
    const client = new pg.Client({ host: '127.0.0.1', port: this.port, user: 'admin', password: this.password, database });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  }

  async start(): Promise<void> {
    const options = ['-D', this.#data, '-p', String(this.port), '-h', '127.0.0.1', '-k', this.#folder, '-F'];
    this.#process = spawn(`${this.#path}postgres`, options, { stdio: 'ignore', cwd: this.#folder, ...this.#user });
    for (let attempt = 0; ; attempt++) {
      try {
        await this.run('select 1');
        return;
      } catch (error) {
        if (attempt > 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }

  async dispose(): Promise<void> {
    await this.stop('immediate');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
