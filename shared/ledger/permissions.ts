import type { Act, ActKind } from '../model/act.ts';
import type { DeviceId, PersonId } from '../model/ids.ts';
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
  'propose',
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
  'rekey',
  'invite',
] as const satisfies readonly ActKind[];

/** The one table of who may do what (DESIGN 12). `genesis` is nobody's: the server key makes it, once. */
const MAY: Readonly<Record<Role, ReadonlySet<ActKind>>> = {
  reader: new Set(),
  owner: new Set([...FOLD_ACTS, 'propose', 'withdraw']),
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
  // A person may always confirm a further device of their own and take a lost one out of use, whatever their role.
  if ((kind === 'revoke' || kind === 'enrol') && role !== 'connector') return { may: true, reach: 'own devices' };
  return { may: false, reason: REFUSED[role] };
}

/** Whose devices are whose, for what reaches one's own alone. */
export interface OwnDevices {
  readonly person: PersonId;
  readonly ownerOf: (device: DeviceId) => PersonId | undefined;
}

const OWN_DEVICES = 'Your role reaches your own devices alone; this needs an administrator.';

/** May somebody of this role do exactly this, as far as role and devices go? */
export function mayAct(role: Role, act: Act, { person, ownerOf }: OwnDevices): Permission {
  const permission = mayDo(role, act.kind);
  if (!permission.may || permission.reach !== 'own devices') return permission;
  const own = act.kind === 'revoke' ? ownerOf(act.device) === person : isOwnConfirmation(act, person);
  return own ? permission : { may: false, reason: OWN_DEVICES };
}

const isOwnConfirmation = (act: Act, person: PersonId): boolean => act.kind === 'enrol' && 'confirmed' in act.via && act.person === person;

/** The documents of DESIGN 4. */
export const documentKind = ['catalog', 'ledger', 'source', 'status', 'outbox'] as const;
export type DocumentKind = (typeof documentKind)[number];
/** `own`: of this device, or of this connector's source. The server is the one writer of everything else (DESIGN 4). */
export type DocumentUse = 'write own' | 'read' | 'read own' | 'none';

/** What a person's role lets a device do with a document of each kind. Private sources are narrower still: they are there for their person alone. */
const PERSON_USES: Readonly<Record<DocumentKind, DocumentUse>> = {
  catalog: 'read',
  ledger: 'read',
  source: 'read',
  status: 'read',
  outbox: 'write own',
};
const CONNECTOR_USES: Readonly<Record<DocumentKind, DocumentUse>> = {
  catalog: 'none',
  ledger: 'none',
  source: 'read own',
  status: 'read own',
  outbox: 'none',
};

/** May somebody of this role open documents of this kind, and do they write them? */
export const mayUse = (role: Role, kind: DocumentKind): DocumentUse => (role === 'connector' ? CONNECTOR_USES : PERSON_USES)[kind];

export const callLevel = ['reader', 'steward', 'admin'] as const;
/** What an endpoint of the HTTP interface asks for. */
export type CallLevel = (typeof callLevel)[number];

/** An approver decides and comments; it does not steward. */
const CALLERS: Readonly<Record<CallLevel, readonly Role[]>> = {
  reader: ['reader', 'owner', 'steward', 'approver', 'admin'],
  steward: ['steward', 'admin'],
  admin: ['admin'],
};

/** May somebody of this role make calls of this level? */
export const mayCall = (role: Role, level: CallLevel): boolean => CALLERS[level].includes(role);
