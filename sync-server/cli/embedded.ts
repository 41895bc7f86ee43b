import { fileURLToPath } from 'node:url';
import { DEFAULT_PORT } from '../../shared/wire/closeCodes.ts';
import { secretAnswer } from '../../shared/wire/keychainMessages.ts';
import { questionsOver } from '../runner/questionsOver.ts';
import { startServer } from '../server.ts';
import { errorLine } from './commandError.ts';
import { localCommands } from './localCommands.ts';

/**
 * The server as the desktop program runs it: a process of its own that says once that it listens, and stops when told
 * or when its parent is gone. `parentPort` is Electron's, `process.send` is Node's: the same words over either.
 */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

const parentPort = (process as unknown as { parentPort?: ParentPort }).parentPort;
const say = (message: unknown): void => void (parentPort ? parentPort.postMessage(message) : process.send?.(message));

function onWord(listener: (message: unknown) => void): void {
  if (parentPort) parentPort.on('message', ({ data }) => listener(data));
  else process.on('message', listener);
}

function option(name: string): string | undefined {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
}

async function main(): Promise<void> {
  const data = option('data');
  if (data === undefined) throw new Error('--data is missing');
  const port = Number(option('port') ?? DEFAULT_PORT);
  const questions = questionsOver(say);
  const assets = fileURLToPath(new URL('../../dist/renderer', import.meta.url));
  onWord((message) => {
    const answer = secretAnswer.safeParse(message);
    if (answer.success) questions.answered(answer.data);
  });
  const server = await startServer({ data, port, assets, localCommands, keychain: questions.ask });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void server.close().finally(() => process.exit(0));
  };
  void server.ended.then((problem) => {
    if (problem === undefined) return;
    say({ kind: 'failed', message: problem });
    setTimeout(() => process.exit(1), 50);
  });
  onWord((message) => {
    if ((message as { kind?: unknown } | null)?.kind === 'stop') stop();
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  say({ kind: 'ready', address: server.address, launchToken: new URL(server.launchLink()).hash.replace('#launch=', '') });
}

main().catch((error: unknown) => {
  say({ kind: 'failed', message: errorLine(error).replace(/^muster: /, '') });
  setTimeout(() => process.exit(1), 50);
});
