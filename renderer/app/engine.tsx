import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { EngineApi, EngineEvent, EngineStatus } from '../../shared/bridge/engine.ts';

/** The engine as the page holds it: the calls and one stream of events. */
export interface EngineHandle {
  readonly api: EngineApi;
  /** @returns a disposer. */
  readonly subscribe: (listener: (event: EngineEvent) => void) => () => void;
}

const Context = createContext<EngineHandle | undefined>(undefined);
const StatusContext = createContext<EngineStatus | undefined>(undefined);

export function EngineProvider({ engine, children }: { engine: EngineHandle; children: ReactNode }): ReactNode {
  const [status, setStatus] = useState<EngineStatus>();
  useEffect(() => {
    let live = true;
    const stop = engine.subscribe((event) => {
      if (event.kind === 'status') setStatus(event.status);
    });
    void engine.api.status().then((now) => {
      if (live) setStatus((known) => known ?? now);
    });
    return () => {
      live = false;
      stop();
    };
  }, [engine]);
  return (
    <Context.Provider value={engine}>
      <StatusContext.Provider value={status}>{children}</StatusContext.Provider>
    </Context.Provider>
  );
}

export function useEngine(): EngineHandle {
  const engine = useContext(Context);
  if (!engine) throw new Error('useEngine outside EngineProvider');
  return engine;
}

/** Where the open snapshot stands; undefined over the live register. */
export const useSnapshotStatus = (): EngineStatus['snapshot'] => useStatus()?.snapshot;

/** Undefined until the engine has answered once. */
export const useStatus = (): EngineStatus | undefined => useContext(StatusContext);

/**
 * The answer to a question about the register, asked again whenever the register changes. The last answer stays on screen
 * while the next one is under way: no layout jumps while data streams in. One question is under way at a time, and one more is
 * asked after it however often the register changed meanwhile.
 */
export function useLive<T>(ask: (api: EngineApi) => Promise<T>, dependencies: readonly unknown[]): T | undefined {
  const engine = useEngine();
  const [answer, setAnswer] = useState<T>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller names what the question depends on
  useEffect(() => {
    let live = true;
    let asking = false;
    let again = false;
    const run = (): void => {
      again = asking;
      if (asking) return;
      asking = true;
      void ask(engine.api)
        .then((value) => {
          if (live) setAnswer(value);
        })
        .finally(() => {
          asking = false;
          if (live && again) run();
        });
    };
    run();
    const stop = engine.subscribe((event) => {
      if (event.kind === 'changed') run();
    });
    return () => {
      live = false;
      stop();
    };
  }, [engine, ...dependencies]);
  return answer;
}
