import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isAlive, runningServer } from './localServer.ts';
import { removeSampleData } from './sampleDirectory.ts';

export interface SampleServer {
  /** Starts it, or finds the one that runs. @returns a new one-use link into it. */
  readonly start: () => Promise<{ address: string }>;
  /** Ends it and deletes what it wrote. */
  readonly stop: () => Promise<void>;
  /** The real server ends, and with it the sample that it started. Its data stays. */
  readonly release: () => void;
}

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
/** Milliseconds until a sample’s server that does not stop is killed: nothing of it is kept. */
const LONGEST_STOP = 10_000;

/** The sample estate beside a real space: another process, another directory, another port. */
export function sampleServer(data: string): SampleServer {
  const own = `${data}-sample`;
  let child: ChildProcess | undefined;
  return {
    start: async () => {
      const running = runningServer(own);
      if (running) return { address: ((await running.ask('launch-link', {})) as { link: string }).link };
      child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'serve', '--sample', '--no-open', '--data', own], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return { address: await launchLinkOf(child) };
    },
    stop: async () => {
      await end(own);
      removeSampleData(own);
    },
    release: () => void child?.kill('SIGTERM'),
  };
}

function launchLinkOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-4_096);
      const link = /http:\/\/\S+#launch=\S+/.exec(said)?.[0];
      if (link !== undefined) resolve(link);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the sample’s server ended (code ${code ?? 'none'})`)));
  });
}

/** Waits for the process itself: one that still closes its store would write into what is deleted next. */
async function end(data: string): Promise<void> {
  const running = runningServer(data);
  if (!running) return;
  process.kill(running.pid, 'SIGTERM');
  for (let waited = 0; waited < LONGEST_STOP && isAlive(running.pid); waited += 50) await wait(50);
  if (!isAlive(running.pid)) return;
  process.kill(running.pid, 'SIGKILL');
  while (isAlive(running.pid)) await wait(50);
}
