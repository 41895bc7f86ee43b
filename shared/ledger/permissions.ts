import type { ActKind } from '../model/act.ts';
import type { Role } from '../model/vocabulary.ts';

/** How far a permission reaches. `anything` is still bounded by the person's remit. */
export type Reach = 'anything' | 'own identities' | 'own devices';
export type Permission = { readonly may: true; readonly reach: Reach } | { readonly may: false; readonly reason: string };

const FOLD_ACTS = ['set', 'clear', 'accept', 'add', 'remove', 'comment', 'request'] as const satisfies readonly ActKind[];
const STEWARD_ACTS = [
  ...FOLD_ACTS,
  'exclude',
  'lifecycle',
  'create',
  'merge',
  'split',
  'release',
  'discard',
  'withdraw',
] as const satisfies readonly ActKind[];
const ADMIN_ACTS = [
  ...STEWARD_ACTS,
  'approve',
  'reject',
  'policy',
  'role',
  'enrol',
  'revoke',
  'invite',
] as const satisfies readonly ActKind[];

/** The one table of who may do what (DESIGN 12). `genesis` is nobody's: the server key makes it, once. */
const MAY: Readonly<Record<Role, ReadonlySet<ActKind>>> = {
  reader: new Set(),
  owner: new Set([...FOLD_ACTS, 'withdraw']),
  steward: new Set(STEWARD_ACTS),
  approver: new Set(['approve', 'reject', 'comment', 'withdraw']),
  admin: new Set(ADMIN_ACTS),
  connector: new Set(),
};

const REFUSED: Readonly<Record<Role, string>> = {
  reader: 'A reader sees everything and changes nothing.',
  owner: 'An owner edits their own identities; this needs a steward or an administrator.',
  steward: 'A steward may not do this; it needs an approver or an administrator.',
  approver: 'An approver decides and comments; editing needs a steward.',
  admin: 'Only the server itself does this.',
  connector: 'A connector reports what its source holds and edits nothing.',
};

/** May this role do acts of this kind at all? Remit, authorship and compare-and-set are judged per act. */
export function mayDo(role: Role, kind: ActKind): Permission {
  if (MAY[role].has(kind)) return { may: true, reach: role === 'owner' && kind !== 'withdraw' ? 'own identities' : 'anything' };
  // A person may always take a lost device of their own out of use, whatever their role.
  if (kind === 'revoke' && role !== 'connector') return { may: true, reach: 'own devices' };
  return { may: false, reason: REFUSED[role] };
}
