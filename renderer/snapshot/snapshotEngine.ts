import { createContext, useContext } from 'react';
import type { EngineApi } from '../../shared/bridge/engine.ts';
import { ENGINE_METHODS } from '../../shared/bridge/engineMessages.ts';
import { SNAPSHOT_METHODS, type SnapshotApi } from '../../shared/bridge/snapshot.ts';
import type { EngineHandle } from '../app/engine.tsx';
import { apiOver, callsOver } from '../host/workerCalls.ts';

/** What the snapshot's worker is started with. */
export interface SnapshotStart {
  readonly file: Blob;
}

export interface SnapshotHandle extends EngineHandle {
  readonly snapshot: SnapshotApi;
  /** Ends the worker: nothing of the file stays in memory. */
  readonly end: () => void;
}

/** A worker for one file. What is in it is parsed there, away from the window. */
export function startSnapshotEngine(file: Blob): SnapshotHandle {
  const worker = new Worker(new URL('./engine/worker.ts', import.meta.url), { type: 'module', name: 'muster-snapshot' });
  const { call, subscribe } = callsOver<SnapshotStart, keyof EngineApi | keyof SnapshotApi>(worker, { file }, () => []);
  return {
    api: apiOver<EngineApi>(ENGINE_METHODS, call),
    snapshot: apiOver<SnapshotApi>(SNAPSHOT_METHODS, call),
    subscribe,
    end: () => worker.terminate(),
  };
}

export const SnapshotContext = createContext<SnapshotApi | undefined>(undefined);

/** The open snapshot's own questions. */
export function useSnapshotApi(): SnapshotApi {
  const api = useContext(SnapshotContext);
  if (!api) throw new Error('useSnapshotApi outside SnapshotPage');
  return api;
}
