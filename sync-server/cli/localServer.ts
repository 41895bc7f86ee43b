import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { apiError } from '../../shared/wire/http.ts';
import { AnotherCertificate, localRequest } from '../network/localRequest.ts';
import { CommandError } from './commandError.ts';

/** What a running server leaves in its data directory (0600): how the command line finds it. */
const serverFile = z
  .object({
    pid: z.number().int().positive(),
    port: z.number().int().min(1).max(65_535),
    address: z.url({ protocol: /^https?$/ }),
    secret: z.string().min(16),
    fingerprint: z.string().optional(),
  })
  .loose();
export type RunningServerFile = z.infer<typeof serverFile>;

export type Ask = (command: string, args: unknown) => Promise<unknown>;

export interface LocalServer {
  readonly ask: Ask;
  close(): Promise<void>;
}

/**
 * Reaches the register in a data directory: through the server that runs on it, or by starting one in this process for as
 * long as the command takes. Two processes never write one store.
 */
export async function openLocalServer(data: string): Promise<LocalServer> {
  const running = runningServer(data);
  return running ? { ask: running.ask, close: async () => undefined } : openInProcess(data);
}

/** The server that runs on this data directory, if one does. */
export function runningServer(data: string): { readonly ask: Ask; readonly pid: number } | undefined {
  const file = readServerFile(data);
  return file && isAlive(file.pid) ? { ask: askOver(file), pid: file.pid } : undefined;
}

export function readServerFile(data: string): RunningServerFile | undefined {
  try {
    const parsed = serverFile.safeParse(JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process with this number runs, ours or another user's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function askOver(server: RunningServerFile): Ask {
  return async (command, args) => {
    const reply = await localRequest(server, {
      path: `/api/local/${command}`,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-muster-secret': server.secret },
      body: JSON.stringify(args),
    }).catch((error: unknown) => {
      throw unanswered(error);
    });
    const body = parsedJson(reply.text);
    if (reply.status < 300) return body;
    const failed = apiError.safeParse(body);
    if (!failed.success) throw new CommandError(`The server answered ${reply.status}.`, { exitCode: 1 });
    const { code, message, wayOut } = failed.data.error;
    throw new CommandError(message, { exitCode: code === 'bad use' ? 2 : 1, wayOut });
  };
}

function unanswered(error: unknown): CommandError {
  if (error instanceof AnotherCertificate)
    return new CommandError('What answers at the address of this data directory shows another certificate than its server.', {
      exitCode: 1,
      wayOut: 'Nothing was sent to it. Is another program on that port? Try again, or restart the server.',
    });
  return new CommandError('The server on this data directory does not answer.', {
    exitCode: 1,
    wayOut: 'Is it just starting or stopping? Try again in a moment.',
  });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function openInProcess(data: string): Promise<LocalServer> {
  const [{ startServer }, { localCommands }] = await Promise.all([import('../server.ts'), import('./localCommands.ts')]);
  const server = await startServer({ data, port: 0, localCommands, background: false });
  const commands = localCommands(server.core);
  return {
    ask: async (command, args) => structuredClone(await commands[command]?.(args)),
    close: () => server.close(),
  };
}
