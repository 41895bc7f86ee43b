import { useStatus } from '../app/engine.tsx';
import { useEditing } from '../editing/useEditing.ts';

export interface SourceRights {
  /** Why this person may not start a run; undefined when they may. */
  readonly run: string | undefined;
  /** Why this person may not add, change or remove a source. */
  readonly change: string | undefined;
}

export function useSourceRights(): SourceRights {
  const { whyNot } = useEditing();
  const admin = useStatus()?.me?.role === 'admin';
  return { run: whyNot, change: whyNot ?? (admin ? undefined : 'Only an administrator adds and changes sources.') };
}
