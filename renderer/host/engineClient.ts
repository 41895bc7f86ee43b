import { toInstant } from '../../shared/base/time.ts';
import type { EngineApi, EngineEvent, EngineStart, EngineStatus } from '../../shared/bridge/engine.ts';
import { ENGINE_METHODS } from '../../shared/bridge/engineMessages.ts';
import type { EngineHandle } from '../app/engine.tsx';
import { findBridge } from './browserBridge.ts';
import { apiOver, callsOver, subscriber, type WorkerPort } from './workerCalls.ts';

export type EnginePort = WorkerPort<EngineStart, keyof EngineApi>;

/** The engine of this page's host: in a browser that of its own origin, on the desktop that of the embedded server. */
export async function connectEngine(): Promise<EngineHandle> {
  const { server, launchToken } = await findBridge().info();
  // The desktop tells its launch token through the bridge; the join screen looks for one where a link has it.
  if (launchToken !== undefined && !TOKEN.test(location.hash)) history.replaceState(null, '', `#launch=${launchToken}`);
  const engine = startEngine({ server });
  engine.subscribe((event) => {
    if (event.kind === 'status' && event.status.phase === 'ready') forgetToken();
  });
  return engine;
}

const TOKEN = /[#&](?:launch|join)=/;

/** A device that is enrolled needs no token: left in the address, it would be in the history and in bookmarks. */
function forgetToken(): void {
  if (TOKEN.test(location.hash)) history.replaceState(null, '', `${location.pathname}${location.search}`);
}

/**
 * Starts the engine, or joins the one that another page of this origin started. Where there is no SharedWorker one page at a
 * time has the engine, and the others say so.
 */
export function startEngine(start: EngineStart): EngineHandle {
  if (typeof SharedWorker === 'function') {
    // One for each server: a worker keeps the policy with which it was loaded, and that names one server.
    const worker = new SharedWorker(new URL('../engine/worker.ts', import.meta.url), {
      type: 'module',
      name: `muster-engine ${start.server}`,
    });
    worker.port.start();
    return connected(worker.port, start);
  }
  return leading(start);
}

function connected(port: EnginePort, start: EngineStart): EngineHandle {
  const engine = engineOver(port, start);
  const goodbye = (event: PageTransitionEvent): void => {
    if (!event.persisted) port.postMessage({ kind: 'bye' }, []);
  };
  addEventListener('pagehide', goodbye);
  void askToPersist().then((persisted) => port.postMessage({ kind: 'persisted', persisted }, []));
  return engine;
}

/** Without this a browser may clear the register, and the device key with it, when the disk runs full. */
async function askToPersist(): Promise<boolean> {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return false;
  }
}

export function engineOver(port: EnginePort, start: EngineStart): EngineHandle {
  const { call, subscribe } = callsOver(port, start, transferOf);
  return { api: apiOver<EngineApi>(ENGINE_METHODS, call), subscribe };
}

/** An uploaded file is handed over, not copied. */
const transferOf = (method: keyof EngineApi, args: readonly unknown[]): Transferable[] =>
  method === 'upload' && args[1] instanceof Uint8Array ? [args[1].buffer as ArrayBuffer] : [];

/** The first page of the origin leads with a worker of its own for as long as it is open; it holds the lock until then. */
function leading(start: EngineStart): EngineHandle {
  const listeners = new Set<(event: EngineEvent) => void>();
  const engine = new Promise<EngineHandle | undefined>((resolve) => {
    void navigator.locks.request('muster-engine', { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(undefined);
      const worker = new Worker(new URL('../engine/worker.ts', import.meta.url), { type: 'module', name: 'muster-engine' });
      const handle = connected(worker, start);
      handle.subscribe((event) => {
        for (const listener of listeners) listener(event);
      });
      resolve(handle);
      return new Promise<never>(() => undefined);
    });
  });
  const call = async (method: keyof EngineApi, args: readonly unknown[]): Promise<unknown> => {
    const handle = await engine;
    if (handle) return (handle.api[method] as (...values: readonly unknown[]) => Promise<unknown>)(...args);
    if (method === 'status') return openElsewhere();
    throw new Error('Muster is open in another window of this browser');
  };
  return { api: apiOver<EngineApi>(ENGINE_METHODS, call), subscribe: subscriber(listeners) };
}

const openElsewhere = (): EngineStatus => ({
  phase: 'failed',
  problem: { message: 'Muster is open in another window of this browser.', wayOut: 'Use that window, or close it and reload this one.' },
  connection: 'offline',
  savedHere: 0,
  refused: [],
  others: [],
  evidence: [],
  now: toInstant(Date.now()),
  clockFromServer: false,
  place: 0,
  unverified: 0,
  readOnly: true,
  persisted: false,
  version: 0,
});
