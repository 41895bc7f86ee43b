import { type CallLevel, mayCall } from '../../shared/ledger/permissions.ts';
import { useStatus } from '../app/engine.tsx';
import { useEditing } from '../editing/useEditing.ts';

export interface SourceRights {
  /** Why this person may not start a run; undefined when they may. */
  readonly run: string | undefined;
  /** Why this person may not add, change or remove a source. */
  readonly change: string | undefined;
}

const NEEDED: Readonly<Record<Exclude<CallLevel, 'reader'>, string>> = {
  steward: 'Only stewards and administrators run sources.',
  admin: 'Only an administrator adds and changes sources.',
};

export function useSourceRights(): SourceRights {
  const role = useStatus()?.me?.role;
  // What holds for everybody here, as over a snapshot, comes first.
  const whyNot = useEditing().whyNot('comment');
  const reason = (level: Exclude<CallLevel, 'reader'>): string | undefined =>
    whyNot ?? (role !== undefined && mayCall(role, level) ? undefined : NEEDED[level]);
  return { run: reason('steward'), change: reason('admin') };
}
