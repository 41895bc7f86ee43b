import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../sync-server/cli/main.ts', import.meta.url));

/** The real server as its own process, on loopback and a throw-away directory: it can be killed and started again. */
export interface AppServer {
  readonly data: string;
  readonly port: number;
  readonly address: string;
  /** The launch link of the latest start. */
  launchLink(): string;
  /** Milliseconds from spawn to "Muster is at", of the latest start. */
  startedIn(): number;
  kill(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Runs a command of the command line on this data directory. */
  muster(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Ends the server and deletes its directory. */
  dispose(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

export interface AppServerOptions {
  readonly args?: readonly string[];
  /** A server of a test has no display unless this names one: it then offers to look at the computer that it runs on. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A file that gets what the server writes on standard error. */
  readonly log?: string;
}

export async function startAppServer({ args = [], environment = {}, log }: AppServerOptions = {}): Promise<AppServer> {
  const data = mkdtempSync(join(tmpdir(), 'muster-app-'));
  const port = await freePort();
  const env = { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', ...environment };
  let child: ChildProcess | undefined;
  let link = '';
  let millis = 0;

  const start = async (): Promise<void> => {
    const begun = performance.now();
    const started = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', MAIN, 'serve', '--data', data, '--port', String(port), '--no-open', ...args],
      { env, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    child = started;
    if (log !== undefined) started.stderr?.pipe(createWriteStream(log, { flags: 'a' }));
    link = await launchLinkOf(started);
    millis = performance.now() - begun;
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  await start();
  return {
    data,
    port,
    address: `http://127.0.0.1:${port}`,
    launchLink: () => link,
    startedIn: () => millis,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    start,
    muster: (...words) => runMuster([...words, '--data', data], env),
    dispose: async () => {
      await end('SIGKILL');
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function launchLinkOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (chunk: Buffer): void => {
      said += chunk.toString('utf8');
      const link = /http:\/\/\S+#launch=\S+/.exec(said)?.[0];
      if (link !== undefined) resolve(link);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}

export function runMuster(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}
