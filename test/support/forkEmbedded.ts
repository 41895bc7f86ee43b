import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ServerProcess } from '../../electron/facade.ts';

const EMBEDDED = fileURLToPath(new URL('../../sync-server/cli/embedded.ts', import.meta.url));

/** The embedded server in a real process of its own, on any free port. `heard` gets all that both sides and its log say. */
export function forkEmbedded(args: readonly string[], heard: (text: string) => void): ServerProcess {
  const child = fork(EMBEDDED, [...args, '--port', '0'], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    silent: true,
    env: { ...process.env, MUSTER_LOG: 'info' },
  });
  child.stdout?.on('data', (chunk) => heard(String(chunk)));
  child.stderr?.on('data', (chunk) => heard(String(chunk)));
  return {
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', listener),
    send: (message) => void child.send(message as object),
    kill: () => void child.kill('SIGKILL'),
  };
}
