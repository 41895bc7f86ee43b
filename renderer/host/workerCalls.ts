import type { EngineEvent } from '../../shared/bridge/engine.ts';
import type { PageMessage, WorkerMessage } from '../../shared/bridge/engineMessages.ts';
import type { EngineHandle } from '../app/engine.tsx';

/** What a page needs of a channel to a worker: the port of a SharedWorker, or a worker of its own. */
export interface WorkerPort<Start, Method> {
  postMessage(message: PageMessage<Start, Method>, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<WorkerMessage>) => void): void;
}

export type Call<Method> = (method: Method, args: readonly unknown[]) => Promise<unknown>;

/** The calls and events over any port: apart from the workers, so that a test can hold the other end. */
export function callsOver<Start, Method>(
  port: WorkerPort<Start, Method>,
  start: Start,
  transferOf: (method: Method, args: readonly unknown[]) => Transferable[],
): { readonly call: Call<Method>; readonly subscribe: EngineHandle['subscribe'] } {
  const listeners = new Set<(event: EngineEvent) => void>();
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  port.addEventListener('message', ({ data }) => {
    if (data.kind === 'event') for (const listener of listeners) listener(data.event);
    else {
      const call = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.kind === 'value') call?.resolve(data.value);
      else call?.reject(new Error(data.message));
    }
  });
  const call: Call<Method> = (method, args) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      port.postMessage({ kind: 'call', id, method, arguments: args }, transferOf(method, args));
    });
  port.postMessage({ kind: 'start', start }, []);
  return { call, subscribe: subscriber(listeners) };
}

/** Every method of an interface as a call by its name. */
export const apiOver = <Api>(methods: readonly (keyof Api & string)[], call: Call<keyof Api & string>): Api =>
  Object.fromEntries(methods.map((method) => [method, (...args: unknown[]) => call(method, args)])) as unknown as Api;

export const subscriber =
  (listeners: Set<(event: EngineEvent) => void>): EngineHandle['subscribe'] =>
  (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
