import * as z from 'zod';
import type { Result } from '../shared/base/result.ts';
import type { HostTrouble } from '../shared/model/hostTrouble.ts';
import type { SecretName } from '../shared/model/secretName.ts';
import { type SecretAnswer, secretQuestion } from '../shared/wire/keychainMessages.ts';
import type { Desktop, ServerProcess } from './facade.ts';

/** What the embedded server says once it listens (`sync-server/cli/embedded.ts`). */
const readyMessage = z
  .object({
    kind: z.literal('ready'),
    address: z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/),
    launchToken: z.string().min(16).max(256),
  })
  .strict();
const failedMessage = z.object({ kind: z.literal('failed'), message: z.string().max(1_000) }).strict();

export interface EmbeddedServer {
  readonly address: string;
  /** One use. Undefined once it was handed to a page. */
  takeLaunchToken(): string | undefined;
  stop(): Promise<void>;
}

export interface ServerSurroundings {
  readonly onLost: (message: string) => void;
  /** One secret, for a connector that is about to use it. */
  readonly secret: (name: SecretName) => Promise<Result<string, HostTrouble>>;
}

/** How long a server may take to say that it listens, in milliseconds, and to end before it is killed. */
const START_LIMIT = 30_000;
const STOP_LIMIT = 5_000;
/** A server that ends by itself is started again this often within one program, so that a crash loop ends in words. */
const RESTARTS = 3;

/** Starts the server in its own process and keeps it running: a crash of it leaves the window as it was, offline. */
export async function startEmbeddedServer(
  desktop: Desktop,
  path: string,
  data: string,
  { onLost, secret }: ServerSurroundings,
): Promise<EmbeddedServer> {
  let stopping = false;
  let restarts = 0;
  let current: { child: ServerProcess; ended: Promise<void> };
  let token: string | undefined;

  const start = async (): Promise<string> => {
    const child = desktop.forkServer(path, ['--data', data]);
    const ended = new Promise<void>((resolve) => child.onExit(() => resolve()));
    current = { child, ended };
    child.onMessage((message) => void answerSecret(child, message, secret));
    const ready = await firstWord(child);
    token = ready.launchToken;
    void ended.then(() => {
      if (stopping) return;
      if (restarts++ >= RESTARTS)
        return onLost(
          'The server ended again and again. Your changes are saved on this device; start Muster again, or see the log in its data folder.',
        );
      start().catch((error: unknown) => onLost(String(error)));
    });
    return ready.address;
  };

  const address = await start();
  return {
    address,
    takeLaunchToken: () => {
      const taken = token;
      token = undefined;
      return taken;
    },
    stop: async () => {
      stopping = true;
      current.child.send({ kind: 'stop' });
      const limit = setTimeout(() => current.child.kill(), STOP_LIMIT);
      await current.ended;
      clearTimeout(limit);
    },
  };
}

async function answerSecret(child: ServerProcess, message: unknown, secret: ServerSurroundings['secret']): Promise<void> {
  const wanted = secretQuestion.safeParse(message);
  if (!wanted.success) return;
  const { question, name } = wanted.data;
  const kept = await secret(name);
  const answer: SecretAnswer = kept.ok
    ? { kind: 'secret', question, value: kept.value }
    : { kind: 'no secret', question, trouble: kept.error };
  child.send(answer);
}

function firstWord(child: ServerProcess): Promise<z.infer<typeof readyMessage>> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error('The server did not start within 30 seconds.')), START_LIMIT);
    const settle = (act: () => void): void => {
      clearTimeout(limit);
      act();
    };
    child.onExit((code) => settle(() => reject(new Error(`The server ended before it was ready (code ${code ?? 'none'}).`))));
    child.onMessage((message) => {
      const ready = readyMessage.safeParse(message);
      if (ready.success) return settle(() => resolve(ready.data));
      const failed = failedMessage.safeParse(message);
      if (failed.success) settle(() => reject(new Error(failed.data.message)));
    });
  });
}
