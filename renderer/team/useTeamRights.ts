import { mayDo } from '../../shared/ledger/permissions.ts';
import type { ActKind } from '../../shared/model/act.ts';
import { useStatus } from '../app/engine.tsx';
import { useEditing } from '../editing/useEditing.ts';

export interface TeamRights {
  /** Why an act of this kind on others may not be made; undefined when it may. */
  readonly may: (kind: ActKind) => string | undefined;
  /** Why a device may not be taken out of use: one's own always may. */
  readonly revoke: (own: boolean) => string | undefined;
  /** Whether this person may confirm devices of others. */
  readonly confirmsOthers: boolean;
}

const OWN_ONLY = 'Only an administrator acts on the devices of others.';

export function useTeamRights(): TeamRights {
  const { whyNot } = useEditing();
  const role = useStatus()?.me?.role;
  const own = (kind: ActKind): boolean => {
    const permission = role === undefined ? undefined : mayDo(role, kind);
    return permission?.may === true && permission.reach === 'own devices';
  };
  return {
    may: (kind) => whyNot(kind),
    revoke: (mine) => whyNot('revoke') ?? (own('revoke') && !mine ? OWN_ONLY : undefined),
    confirmsOthers: whyNot('enrol') === undefined && !own('enrol'),
  };
}
