import type { EngineEvent, EngineStart, EngineStatus } from '../../shared/bridge/engine.ts';
import { isEngineMethod, type PageMessage, type WorkerMessage } from '../../shared/bridge/engineMessages.ts';

/** One end of a channel to a page: the port of a SharedWorker, or a dedicated worker's own scope. */
export interface PagePort {
  postMessage(message: WorkerMessage, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}

/** What a page is served: the live register's engine, or that of a snapshot. */
export interface Served {
  readonly api: object;
  status(): EngineStatus;
  /** @returns a disposer. */
  subscribe(listener: (event: EngineEvent) => void): () => void;
  persisted?: boolean;
}

/** How messages of one kind of page are recognised: a page may be of another version than this worker. */
export interface Service<Start> {
  readonly isStart: (start: unknown) => start is Start;
  readonly isMethod: (name: unknown) => boolean;
  readonly engineFor: (start: Start) => Served;
}

/** Pages of the live register. */
export const engineService = (engineFor: (start: EngineStart) => Served): Service<EngineStart> => ({
  isStart: (start): start is EngineStart =>
    typeof start === 'object' && start !== null && 'server' in start && typeof start.server === 'string',
  isMethod: isEngineMethod,
  engineFor,
});

/** Answers one page. What it sends is checked. */
export function servePage<Start>(port: PagePort, { isStart, isMethod, engineFor }: Service<Start>): void {
  let engine: Served | undefined;
  let unsubscribe: (() => void) | undefined;
  const send = (message: WorkerMessage, transfer: Transferable[] = []): void => port.postMessage(message, transfer);
  const listener = ({ data }: MessageEvent<unknown>): void => {
    const message = asPageMessage(data, isStart, isMethod);
    if (message?.kind === 'start') {
      unsubscribe?.();
      engine = engineFor(message.start);
      unsubscribe = engine.subscribe((event) => send({ kind: 'event', event }));
      send({ kind: 'event', event: { kind: 'status', status: engine.status() } });
    } else if (message?.kind === 'call' && engine) void answer(engine.api, message, send);
    else if (message?.kind === 'persisted' && engine) engine.persisted = message.persisted;
    else if (message?.kind === 'bye') {
      unsubscribe?.();
      port.removeEventListener('message', listener);
    }
  };
  port.addEventListener('message', listener);
}

type Call = Extract<PageMessage<unknown, string>, { kind: 'call' }>;

async function answer(
  api: object,
  { id, method, arguments: args }: Call,
  send: (message: WorkerMessage, transfer?: Transferable[]) => void,
): Promise<void> {
  try {
    const methods = api as Readonly<Record<string, (...values: readonly unknown[]) => unknown>>;
    const value: unknown = await methods[method]?.(...args);
    send({ kind: 'value', id, value }, transferOf(value));
  } catch (error) {
    send({ kind: 'failure', id, message: lineOf(error) });
  }
}

/** Bytes of an export are handed over, not copied. */
const transferOf = (value: unknown): Transferable[] => (value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []);

const lineOf = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';

interface Unchecked {
  readonly kind?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly arguments?: unknown;
  readonly start?: unknown;
}

function asPageMessage<Start>(
  data: unknown,
  isStart: (start: unknown) => start is Start,
  isMethod: (name: unknown) => boolean,
): PageMessage<Start, string> | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  return isPageMessage(data, isStart, isMethod) ? (data as PageMessage<Start, string>) : undefined;
}

function isPageMessage(message: Unchecked, isStart: (start: unknown) => boolean, isMethod: (name: unknown) => boolean): boolean {
  switch (message.kind) {
    case 'start':
      return isStart(message.start);
    case 'call':
      return typeof message.id === 'number' && isMethod(message.method) && Array.isArray(message.arguments);
    case 'persisted':
    case 'bye':
      return true;
    default:
      return false;
  }
}
