import type { ActKind } from '../model/act.ts';

/** Acts that may be taken back. What let something happen outside the register, or a key out of it, stays. */
const WITHDRAWABLE: ReadonlySet<ActKind> = new Set<ActKind>([
  'set',
  'clear',
  'accept',
  'exclude',
  'lifecycle',
  'add',
  'remove',
  'comment',
  'request',
  'create',
  'merge',
  'split',
  'invite',
  'propose',
]);

export const isWithdrawable = (kind: ActKind): boolean => WITHDRAWABLE.has(kind);
