import type { Act } from '../../shared/model/act.ts';
import { useEngine, useStatus } from '../app/engine.tsx';
import { notify, notifyProblem } from '../app/notify.ts';

/**
 * Signs acts about people and keys. They have no effect before they have a place, and cannot be taken back: no undo is offered, and offline it is said
 * that they wait.
 */
export function useTeamActs(): (acts: readonly Act[], label: string) => Promise<boolean> {
  const { api } = useEngine();
  const online = useStatus()?.connection === 'online';
  return async (acts, label) => {
    const reply = await api.commit(acts, await api.openEditor(), label);
    if (reply.ok) notify(online ? label : `${label}: proposed here. It counts once the server has it.`);
    else notifyProblem(reply.error);
    return reply.ok;
  };
}
