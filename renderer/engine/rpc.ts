import type { EngineApi } from '../../shared/bridge/engine.ts';
import { isEngineMethod, type PageMessage, type WorkerMessage } from '../../shared/bridge/engineMessages.ts';
import type { Engine } from './engine.ts';

/** One end of a channel to a page: the port of a SharedWorker, or a dedicated worker's own scope. */
export interface PagePort {
  postMessage(message: WorkerMessage, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}

/** Answers one page. What it sends is checked: a page may be of another version than this worker. */
export function servePage(port: PagePort, engineFor: (start: Extract<PageMessage, { kind: 'start' }>['start']) => Engine): void {
  let engine: Engine | undefined;
  let unsubscribe: (() => void) | undefined;
  const send = (message: WorkerMessage, transfer: Transferable[] = []): void => port.postMessage(message, transfer);
  const listener = ({ data }: MessageEvent<unknown>): void => {
    const message = asPageMessage(data);
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

type Call = Extract<PageMessage, { kind: 'call' }>;

async function answer(
  api: EngineApi,
  { id, method, arguments: args }: Call,
  send: (message: WorkerMessage, transfer?: Transferable[]) => void,
): Promise<void> {
  try {
    const value: unknown = await (api[method] as (...values: readonly unknown[]) => Promise<unknown>)(...args);
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
  readonly start?: { readonly server?: unknown };
}

function asPageMessage(data: unknown): PageMessage | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  return isPageMessage(data) ? (data as PageMessage) : undefined;
}

function isPageMessage(message: Unchecked): boolean {
  switch (message.kind) {
    case 'start':
      return typeof message.start?.server === 'string';
    case 'call':
      return typeof message.id === 'number' && isEngineMethod(message.method) && Array.isArray(message.arguments);
    case 'persisted':
    case 'bye':
      return true;
    default:
      return false;
  }
}
