import { parseTime } from '../base/time.ts';
import type { LedgerLine, PersonView } from '../ledger/ledgerReader.ts';
import type { LedgerState } from '../ledger/ledgerState.ts';
import { deviceKey, policyKey, roleKey, SERVER_KEY } from '../ledger/registry.ts';
import type { Act, ActOf, ActRef, VoidReason } from '../model/act.ts';
import type { DeviceId, PersonId } from '../model/ids.ts';
import { SIGN_IN_POLICY, type SignInPolicy } from '../model/policy.ts';
import type { Role } from '../model/vocabulary.ts';

/** Acts about people and keys that compare and set: they have no effect before they have a place. */
export type TeamAct = ActOf<'role'> | ActOf<'revoke'> | ActOf<'enrol'> | ActOf<'policy'> | ActOf<'rekey'>;

export interface TeamDevice {
  readonly device: DeviceId;
  readonly label: string;
  readonly enrolledAt: string;
  readonly revoked: boolean;
  /** This very device. */
  readonly here: boolean;
  /** Entries of it that have a place: they stay whatever happens to it. */
  readonly changes: number;
  /** Its browser profile was copied, and both copies were used. */
  readonly copied: boolean;
  /** Without it nobody could administer. */
  readonly lastToAdminister: boolean;
  /** What an act on it compares with. */
  readonly last: ActRef | null;
}

export interface TeamPerson {
  readonly person: PersonId;
  readonly name: string;
  readonly role: Role;
  readonly remit: string;
  readonly me: boolean;
  /** Who vouches for this person, where they came in by sign-in. */
  readonly issuer?: string;
  /** Without this person's role nobody could administer. */
  readonly lastToAdminister: boolean;
  readonly last: ActRef | null;
  readonly devices: readonly TeamDevice[];
}

export interface TeamInvitation {
  readonly ref: ActRef;
  readonly label: string;
  readonly role: Role;
  readonly remit: string;
  readonly expires: string;
  readonly by: string;
  /** It waits on this device: its link works once the server has it. */
  readonly waiting: boolean;
}

/** An act of this device that is not in force: it waits for a place, or something else was there first. */
export interface TeamProposal {
  readonly ref: ActRef;
  readonly act: TeamAct;
  readonly at: string;
  /** Why it is void; absent while it waits. */
  readonly reason?: VoidReason;
}

export interface TeamView {
  readonly persons: readonly TeamPerson[];
  readonly invitations: readonly TeamInvitation[];
  readonly signIn?: SignInPolicy;
  readonly signInLast: ActRef | null;
  readonly serverKey?: DeviceId;
  readonly serverKeyLast: ActRef | null;
  /** Keys that the server had before, the oldest first. */
  readonly earlierKeys: readonly DeviceId[];
  readonly proposed: readonly TeamProposal[];
  /** Acts of this device that came too late, and that it has not made again. */
  readonly overtaken: readonly TeamProposal[];
}

/** How far back an act that came too late is offered again. */
const LOOKED_BACK = 1_000;

/** People, devices, invitations and keys, with what an act on each compares with. */
export function teamView(ledger: LedgerState, here: DeviceId, now: number): TeamView {
  const lines = ledger.lines({ limit: LOOKED_BACK }).filter(({ entry }) => entry.device === here);
  const me = ledger.personOf(here)?.person;
  const { signIn, serverKey } = ledger;
  return {
    persons: personsOf(ledger, here, me),
    invitations: [...waitingInvitations(lines), ...openInvitations(ledger, now)],
    ...(signIn ? { signIn } : {}),
    signInLast: ledger.lastOn(policyKey(SIGN_IN_POLICY)) ?? null,
    ...(serverKey ? { serverKey } : {}),
    serverKeyLast: ledger.lastOn(SERVER_KEY) ?? null,
    earlierKeys: ledger.successions().map(({ from }) => from),
    proposed: lines.filter(({ place }) => place === undefined).flatMap((line) => proposalsOf(line, () => true)),
    overtaken: overtakenOf(ledger, lines),
  };
}

function personsOf(ledger: LedgerState, here: DeviceId, me: PersonId | undefined): TeamPerson[] {
  const changes = ledger.changesByDevice();
  const persons = [...ledger.persons().values()].map((person) => personOf(ledger, person, { here, me, changes }));
  return persons.sort((a, b) => Number(b.me) - Number(a.me) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

interface Looker {
  readonly here: DeviceId;
  readonly me: PersonId | undefined;
  readonly changes: ReadonlyMap<DeviceId, number>;
}

function personOf(ledger: LedgerState, { person, name, role, remit, signIn, devices }: PersonView, looker: Looker): TeamPerson {
  return {
    person,
    name,
    role,
    remit,
    me: person === looker.me,
    ...(signIn ? { issuer: signIn.issuer } : {}),
    lastToAdminister: role === 'admin' && !ledger.isAdministeredWithout({ person }),
    last: ledger.lastOn(roleKey(person)) ?? null,
    devices: devices.map(({ device, label, enrolledAt, revoked }) => ({
      device,
      label,
      enrolledAt,
      revoked,
      here: device === looker.here,
      changes: looker.changes.get(device) ?? 0,
      copied: ledger.forks().has(device),
      lastToAdminister: role === 'admin' && !revoked && !ledger.isAdministeredWithout({ device }),
      last: ledger.lastOn(deviceKey(device)) ?? null,
    })),
  };
}

function openInvitations(ledger: LedgerState, now: number): TeamInvitation[] {
  return ledger
    .invitations()
    .filter(({ used, act }) => !used && (parseTime(act.expires) ?? 0) > now)
    .map(({ ref, act }) => invitationOf(ref, act, ledger.line(ref.entry)?.personName ?? '', false));
}

function waitingInvitations(lines: readonly LedgerLine[]): TeamInvitation[] {
  return lines
    .filter(({ place }) => place === undefined)
    .flatMap(({ entry, personName }) =>
      entry.acts.flatMap((act, index) =>
        act.kind === 'invite' ? [invitationOf({ entry: entry.id, act: index }, act, personName, true)] : [],
      ),
    );
}

const invitationOf = (ref: ActRef, { label, role, remit, expires }: ActOf<'invite'>, by: string, waiting: boolean): TeamInvitation => ({
  ref,
  label,
  role,
  remit,
  expires,
  by,
  waiting,
});

const isTeamAct = (act: Act): act is TeamAct =>
  act.kind === 'role' || act.kind === 'revoke' || act.kind === 'enrol' || act.kind === 'policy' || act.kind === 'rekey';

function proposalsOf(line: LedgerLine, wanted: (reason: VoidReason | undefined) => boolean): TeamProposal[] {
  return line.entry.acts.flatMap((act, index) => {
    const reason = line.void.get(index);
    if (!isTeamAct(act) || !wanted(reason)) return [];
    return [{ ref: { entry: line.entry.id, act: index }, act, at: line.entry.at, ...(reason === undefined ? {} : { reason }) }];
  });
}

/** Of each key the newest, unless this device has had its say on it since. */
function overtakenOf(ledger: LedgerState, lines: readonly LedgerLine[]): TeamProposal[] {
  const said = new Set<string>();
  const overtaken: TeamProposal[] = [];
  for (const line of lines) {
    for (const proposal of proposalsOf(line, () => true)) {
      const key = keyOf(proposal.act);
      if (said.has(key)) continue;
      said.add(key);
      if (proposal.reason === 'changed meanwhile' && ledger.lastOn(key) !== undefined) overtaken.push(proposal);
    }
  }
  return overtaken;
}

/** What an act compares and sets. */
function keyOf(act: TeamAct): string {
  switch (act.kind) {
    case 'role':
      return roleKey(act.person);
    case 'revoke':
    case 'enrol':
      return deviceKey(act.device);
    case 'policy':
      return policyKey(act.key);
    case 'rekey':
      return SERVER_KEY;
  }
}
