import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Unavailable } from './postgres.ts';

/** A server on loopback that speaks the APIs of AWS (moto, https://docs.getmoto.org), empty at each start. */
export interface Moto {
  readonly port: number;
  readonly endpoint: string;
  /** Forgets everything. */
  reset(): Promise<void>;
  /**
   * From now on requests are allowed only as far as the policies of their access key go; `false`: all are.
   * Moto counts requests: the ones that set up a test come before.
   */
  enforce(policies: boolean): Promise<void>;
  /** As a power cut does: it knows nothing afterwards. */
  stop(): Promise<void>;
  start(): Promise<void>;
  dispose(): Promise<void>;
}

const VERSION = '5.2.5';
const folder = (): string => join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'muster-test-servers', `moto-${VERSION}`);

/** The Python of an environment of its own that has this version, made once; or why it cannot be had. */
function python(): string | Unavailable {
  const path = folder();
  const program = join(path, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python3');
  const whole = join(path, 'whole');
  if (existsSync(whole)) return program;
  const runs = (command: string, args: readonly string[]): boolean =>
    spawnSync(command, [...args], { stdio: 'ignore', timeout: 900_000 }).status === 0;
  // Without the mark it is what an interrupted installation left.
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  if (!runs('python3', ['-m', 'venv', path]))
    return { unavailable: 'skipped: moto needs Python 3 with venv, which is not on this machine' };
  if (!runs(program, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `moto[server]==${VERSION}`]))
    return { unavailable: `skipped: moto ${VERSION} cannot be installed from PyPI` };
  writeFileSync(whole, VERSION);
  return program;
}

/** Starts it, or says in one line why it cannot be had. */
export async function startMoto(): Promise<Moto | Unavailable> {
  const program = python();
  if (typeof program !== 'string') return program;
  const server = new RealMoto(program, await freePort());
  await server.start();
  return server;
}

class RealMoto implements Moto {
  readonly port: number;
  readonly endpoint: string;
  readonly #python: string;
  #process: ChildProcess | undefined;

  constructor(program: string, port: number) {
    [this.#python, this.port] = [program, port];
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    const child = spawn(this.#python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(this.port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'false', INITIAL_NO_AUTH_ACTION_COUNT: 'inf' },
    });
    this.#process = child;
    let said = '';
    child.stderr?.on('data', (data: Buffer) => {
      said = (said + data.toString()).slice(-2_000);
    });
    for (let attempt = 0; ; attempt++) {
      const answer = await fetch(`${this.endpoint}/moto-api/data.json`).catch(() => undefined);
      if (answer?.ok) return;
      if (child.exitCode !== null || attempt > 600) throw new Error(`moto did not start: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #post(path: string, body?: string): Promise<void> {
    const answer = await fetch(`${this.endpoint}/moto-api/${path}`, { method: 'POST', ...(body === undefined ? {} : { body }) });
    if (!answer.ok) throw new Error(`moto: ${path} answered ${answer.status}`);
  }
  reset(): Promise<void> {
    return this.#post('reset');
  }
  enforce(policies: boolean): Promise<void> {
    return this.#post('reset-auth', policies ? '0' : 'inf');
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }
  dispose(): Promise<void> {
    return this.stop();
  }
}
