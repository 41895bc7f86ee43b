import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cache } from './goPrograms.ts';
import { freePort, type Unavailable } from './postgres.ts';

/** A real Keycloak in development mode on loopback, with a database in memory of its own, and what a test does to it. */
export interface Keycloak {
  readonly url: string;
  readonly password: string;
  /** Calls the admin API of a realm as the administrator. @returns the answer's JSON, or the id of what was made. @throws where it is refused. */
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
  dispose(): Promise<void>;
}

const VERSION = '26.7.3';
const quiet = { stdio: 'ignore', timeout: 900_000 } as const;

/** The distribution from Maven Central, kept in the user's cache directory by version. */
function distribution(): string | Unavailable {
  const folder = join(cache(), `keycloak-${VERSION}`);
  if (existsSync(join(folder, 'bin', 'kc.sh'))) return folder;
  if (spawnSync('mvn', ['-v'], quiet).status !== 0)
    return { unavailable: 'skipped: Keycloak comes from Maven Central, and there is no mvn on this machine' };
  const scratch = mkdtempSync(join(tmpdir(), 'muster-keycloak-'));
  try {
    const artifact = `org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`;
    const fetched = spawnSync(
      'mvn',
      ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${scratch}`, '-Dmdep.useBaseVersion=true'],
      {
        ...quiet,
        cwd: scratch,
      },
    );
    const zip = join(scratch, `keycloak-quarkus-dist-${VERSION}.zip`);
    if (fetched.status !== 0 || !existsSync(zip)) return { unavailable: `skipped: Keycloak ${VERSION} cannot be had from Maven Central` };
    if (spawnSync('python3', ['-m', 'zipfile', '-e', zip, scratch], quiet).status !== 0)
      return { unavailable: 'skipped: the archive of Keycloak cannot be unpacked' };
    mkdirSync(cache(), { recursive: true });
    if (!existsSync(folder)) renameSync(join(scratch, `keycloak-${VERSION}`), folder);
    return folder;
  } catch {
    return { unavailable: `skipped: Keycloak ${VERSION} cannot be kept in the cache directory` };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Starts it, or says in one line why it cannot be had. Takes half a minute. */
export async function startKeycloak(): Promise<Keycloak | Unavailable> {
  if (spawnSync('java', ['-version'], quiet).status !== 0)
    return { unavailable: 'skipped: Keycloak needs Java 17, which is not on this machine' };
  const source = distribution();
  if (typeof source !== 'string') return source;
  const folder = mkdtempSync(join(tmpdir(), 'muster-keycloak-'));
  // It writes into its own folder: every server has one.
  cpSync(source, folder, { recursive: true });
  const server = new RealKeycloak(folder, await freePort());
  await server.start();
  return server;
}

class RealKeycloak implements Keycloak {
  readonly url: string;
  readonly password = randomBytes(18).toString('base64url');
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess | undefined;
  #token: { readonly value: string; readonly until: number } | undefined;

  constructor(folder: string, port: number) {
    [this.#folder, this.#port, this.url] = [folder, port, `http://127.0.0.1:${port}`];
  }

  async start(): Promise<void> {
    const args = [
      'bin/kc.sh',
      'start-dev',
      '--http-host=127.0.0.1',
      `--http-port=${this.#port}`,
      '--db=dev-mem',
      '--cache=local',
      '--features=client-secret-rotation',
    ];
    const child = spawn('sh', args, {
      stdio: 'ignore',
      cwd: this.#folder,
      detached: true,
      env: {
        ...{ PATH: process.env.PATH ?? '', HOME: this.#folder, JAVA_OPTS_KC_HEAP: '-Xms128m -Xmx768m' },
        ...(process.env.JAVA_HOME === undefined ? {} : { JAVA_HOME: process.env.JAVA_HOME }),
        ...{ KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: this.password },
      },
    });
    this.#process = child;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#signedIn();
        return;
      } catch (error) {
        if (child.exitCode !== null || attempt > 600) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  async #signedIn(): Promise<string> {
    if (this.#token && this.#token.until > Date.now()) return this.#token.value;
    const body = new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: this.password });
    const answered = await fetch(`${this.url}/realms/master/protocol/openid-connect/token`, { method: 'POST', body });
    if (!answered.ok) throw new Error(`Keycloak refuses its administrator: ${answered.status}`);
    const { access_token: value, expires_in } = (await answered.json()) as { access_token: string; expires_in: number };
    this.#token = { value, until: Date.now() + (expires_in - 20) * 1_000 };
    return value;
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answered = await fetch(`${this.url}/admin/realms${path === '' ? '' : `/${path}`}`, {
      method,
      headers: { authorization: `Bearer ${await this.#signedIn()}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answered.text();
    if (!answered.ok) throw new Error(`${method} ${path}: ${answered.status} ${text.slice(0, 300)}`);
    if (text !== '') return JSON.parse(text) as T;
    return answered.headers.get('location')?.split('/').at(-1) as T;
  }

  /** The shell is the leader of its own group, and Java is in it. */
  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running?.pid === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    process.kill(-running.pid, 'SIGKILL');
    await ended;
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
