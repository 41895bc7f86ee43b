import { createElement, useEffect, useMemo, useRef } from 'react';
import { useEngine } from '../app/engine.tsx';
import { notify, notifyProblem } from '../app/notify.ts';
import { useBridge } from '../app/useBridge.ts';
import { useOpenSnapshot } from '../snapshot/openSnapshot.ts';
import { type CreateStep, type Problem, useCreateSnapshot } from './createStore.ts';
import { ReadyNotice } from './ReadyNotice.tsx';
import { requestOf } from './snapshotWish.ts';

const ASK_EVERY = 400;

export interface SnapshotActions {
  readonly start: () => Promise<void>;
  readonly cancel: () => Promise<void>;
  readonly save: () => Promise<void>;
  readonly openIt: () => Promise<void>;
  /** Lets go of the file, here and on the server, and goes back to the choices. */
  readonly again: () => void;
}

/** Asks the server how far it is, as long as it works; also while the dialog is closed. */
export function useSnapshotJob(): SnapshotActions {
  const { api } = useEngine();
  const bridge = useBridge();
  const working = useCreateSnapshot(({ step }) => (step.kind === 'working' ? step.job.id : undefined));
  const held = useRef<{ readonly id: string; readonly bytes: Uint8Array<ArrayBuffer> }>(undefined);
  useEffect(() => {
    if (working === undefined) return;
    const timer = setInterval(() => void api.snapshotJob(working).then((reply) => follow(working, reply)), ASK_EVERY);
    return () => clearInterval(timer);
  }, [api, working]);
  return useMemo((): SnapshotActions => {
    const { getState } = useCreateSnapshot;
    const fetched = async (): Promise<Uint8Array<ArrayBuffer> | undefined> => {
      const { step } = getState();
      if (step.kind !== 'ready') return undefined;
      if (held.current?.id === step.job.id) return held.current.bytes;
      const file = await api.snapshotFile(step.job.id);
      if (!file.ok) {
        getState().go({ kind: 'form', problem: file.error });
        return undefined;
      }
      held.current = { id: step.job.id, bytes: file.value };
      return file.value;
    };
    const forget = (): void => {
      const { step } = getState();
      held.current = undefined;
      if (step.kind !== 'form') void api.cancelSnapshot(step.job.id);
    };
    return {
      start: async () => {
        const reply = await api.createSnapshot(requestOf(getState().wish));
        getState().go(reply.ok ? { kind: 'working', job: reply.value, waiting: false } : { kind: 'form', problem: reply.error });
      },
      cancel: async () => {
        forget();
        getState().go({ kind: 'form' });
      },
      save: async () => {
        const { step } = getState();
        const bytes = await fetched();
        if (bytes === undefined || step.kind !== 'ready') return;
        const name = step.job.name ?? 'snapshot.muster';
        if (!(await bridge.saveFile({ name, bytes }))) return;
        getState().go({ ...step, saved: true });
        notify(`Saved ${name}`);
      },
      openIt: async () => {
        const { step } = getState();
        const bytes = await fetched();
        if (bytes === undefined || step.kind !== 'ready') return;
        getState().close();
        useOpenSnapshot.getState().open(new Blob([bytes]), step.job.name ?? 'snapshot.muster');
      },
      again: () => {
        forget();
        getState().go({ kind: 'form' });
      },
    };
  }, [api, bridge]);
}

type Reply = Awaited<ReturnType<ReturnType<typeof useEngine>['api']['snapshotJob']>>;

function follow(id: string, reply: Reply): void {
  const { step, go, opened } = useCreateSnapshot.getState();
  if (step.kind !== 'working' || step.job.id !== id) return;
  const next = stepAfter(step, reply);
  go(next);
  if (opened) return;
  if (next.kind === 'ready') notify(createElement(ReadyNotice, { name: next.job.name ?? 'The snapshot' }), 'warning');
  if (next.kind === 'form' && next.problem) notifyProblem(next.problem);
}

/** A server that is not reached for a while goes on working: only its answer ends the waiting. */
function stepAfter(step: CreateStep & { readonly kind: 'working' }, reply: Reply): CreateStep {
  if (!reply.ok) return reply.error.retry ? { ...step, waiting: true } : { kind: 'form', problem: reply.error };
  const job = reply.value;
  switch (job.state) {
    case 'working':
      return { kind: 'working', job, waiting: false };
    case 'failed':
      return { kind: 'form', problem: job.problem ?? UNKNOWN };
    case 'ready':
      return { kind: 'ready', job, saved: false };
  }
}

const UNKNOWN: Problem = { message: 'The snapshot could not be made.', wayOut: 'The server’s log says why. Try again.' };
