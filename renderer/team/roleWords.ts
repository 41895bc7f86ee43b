import { mayDo } from '../../shared/ledger/permissions.ts';
import type { ActKind } from '../../shared/model/act.ts';
import type { Role } from '../../shared/model/vocabulary.ts';

export type PersonRole = Exclude<Role, 'connector'>;
export const PERSON_ROLES: readonly PersonRole[] = ['steward', 'reader', 'owner', 'approver', 'admin'];

const NAMES: Readonly<Record<Role, string>> = {
  steward: 'Steward',
  reader: 'Reader',
  owner: 'Owner',
  approver: 'Approver',
  admin: 'Administrator',
  connector: 'Connector',
};
export const roleName = (role: Role): string => NAMES[role];

/** Each line in the order in which it is read; a line is there when all of its kinds of act are allowed. */
const LINES: readonly (readonly [words: string, kinds: readonly ActKind[]])[] = [
  ['edits what stewards decide: owner, purpose, review dates and the rest', ['set', 'clear', 'add', 'remove']],
  ['accepts identities', ['accept']],
  ['comments', ['comment']],
  ['asks owners', ['request']],
  ['takes back what they said', ['withdraw']],
  ['excludes, retires, adds, joins and splits records', ['exclude', 'lifecycle', 'create', 'merge', 'split']],
  ['releases and discards held runs', ['release', 'discard']],
  ['proposes what is sent to sources', ['propose']],
  ['approves and rejects what is sent to sources', ['approve', 'reject']],
  ['invites people', ['invite']],
  ['changes roles and remits', ['role']],
  ['changes policy and sign-in', ['policy']],
  ['replaces the server’s key', ['rekey']],
];

export interface MayLine {
  readonly words: string;
  readonly may: boolean;
}

/** What a role may do, read off the one definition; nothing here decides it. */
export function mayWords(role: Role): readonly MayLine[] {
  const lines = LINES.map(([words, kinds]) => ({ words: words + reachOf(role, kinds), may: kinds.every((kind) => mayDo(role, kind).may) }));
  return [{ words: 'sees everything', may: true }, ...lines, ...deviceLines(role)];
}

function reachOf(role: Role, kinds: readonly ActKind[]): string {
  const [kind] = kinds;
  const permission = kind && mayDo(role, kind);
  return permission?.may && permission.reach === 'own identities' ? ', of their own identities' : '';
}

function deviceLines(role: Role): MayLine[] {
  const permission = mayDo(role, 'revoke');
  const whose = permission.may && permission.reach === 'own devices' ? 'their own devices' : 'any device';
  return [{ words: `adds and takes out of use ${whose}`, may: permission.may }];
}

export const isEverything = (remit: string): boolean => remit.trim() === '' || remit.trim() === 'true';

/** Only who edits has something that a remit bounds. */
export const hasRemit = (role: Role): boolean => mayDo(role, 'set').may;
