import type { ActOf, ActRef, SignInSubject, Succession } from '../model/act.ts';
import type { DeviceId, HashHex } from '../model/entry.ts';
import type { PersonId, Place } from '../model/ids.ts';
import {
  type Grant,
  type PolicyValue,
  SHIPPED_WRITE_BACK,
  SIGN_IN_POLICY,
  type SignInPolicy,
  WRITE_BACK_POLICY,
  type WriteBackPolicy,
} from '../model/policy.ts';
import type { PersonView } from './ledgerReader.ts';
import { mayDo } from './permissions.ts';
import type { Proposal } from './proposal.ts';

export type DecisionKind = 'approve' | 'reject' | 'release' | 'discard';
export interface Decision {
  readonly kind: DecisionKind;
  readonly ref: ActRef;
  readonly place: Place;
  readonly person: PersonId | undefined;
}
export interface Invitation {
  readonly act: ActOf<'invite'>;
  /** Whose device opened it. */
  readonly by: DeviceId;
  readonly used: boolean;
}
export interface PolicyEntry {
  readonly value: PolicyValue;
  readonly ref: ActRef;
}

export const deviceKey = (device: DeviceId): string => `device/${device}`;
export const roleKey = (person: PersonId): string => `role/${person}`;
export const policyKey = (key: string): string => `policy/${key}`;
/** Under it the server's key is compared and set. */
export const SERVER_KEY = 'server key';
export const refKey = (ref: ActRef): string => `${ref.entry}/${ref.act}`;

/**
 * What valid acts at their places have made of people, devices, policy, decisions and invitations. Views are replaced,
 * never changed, so that whoever holds one may compare by identity.
 */
export class Registry {
  serverKey: DeviceId | undefined;
  /** How the key in force came from that of genesis, the oldest first. */
  readonly successions: Succession[] = [];
  readonly persons = new Map<PersonId, PersonView>();
  readonly policies = new Map<string, PolicyEntry>();
  readonly decisions = new Map<HashHex, Decision>();
  /** Valid ones that nobody took back, decided ones too. */
  readonly proposals = new Map<HashHex, Proposal>();
  readonly #personByDevice = new Map<DeviceId, PersonId>();
  readonly #personBySignIn = new Map<string, PersonId>();
  readonly #last = new Map<string, ActRef>();
  readonly #proposalsByRef = new Map<string, HashHex>();
  readonly #invitations = new Map<string, Invitation & { readonly ref: ActRef }>();

  get someoneEnrolled(): boolean {
    return this.persons.size > 0;
  }

  last(key: string): ActRef | undefined {
    return this.#last.get(key);
  }

  personIdOf(device: DeviceId): PersonId | undefined {
    return this.#personByDevice.get(device);
  }

  personOf(device: DeviceId): PersonView | undefined {
    const person = this.#personByDevice.get(device);
    return person === undefined ? undefined : this.persons.get(person);
  }

  isRevoked(device: DeviceId): boolean {
    return this.personOf(device)?.devices.some((known) => known.device === device && known.revoked) ?? false;
  }

  personBySignIn(subject: SignInSubject): PersonView | undefined {
    const person = this.#personBySignIn.get(signInKey(subject));
    return person === undefined ? undefined : this.persons.get(person);
  }

  get signIn(): SignInPolicy | undefined {
    const value = this.policies.get(SIGN_IN_POLICY)?.value;
    return value?.kind === 'signIn' ? value.policy : undefined;
  }

  get writeBack(): WriteBackPolicy {
    const value = this.policies.get(WRITE_BACK_POLICY)?.value;
    return value?.kind === 'writeBack' ? value.policy : SHIPPED_WRITE_BACK;
  }

  /** Has this proposal to be approved by somebody else than this person? Where policy lets one person do both, only if nobody else could. */
  needsSecondPerson(person: PersonId): boolean {
    if (this.writeBack.secondPerson === 'always') return true;
    const could = (one: PersonView): boolean => mayDo(one.role, 'approve').may && one.devices.some(({ revoked }) => !revoked);
    return [...this.persons.values()].some((one) => one.person !== person && could(one));
  }

  proposalAt(ref: ActRef): Proposal | undefined {
    const digest = this.#proposalsByRef.get(refKey(ref));
    return digest === undefined ? undefined : this.proposals.get(digest);
  }

  propose(proposal: Proposal): void {
    this.proposals.set(proposal.digest, proposal);
    this.#proposalsByRef.set(refKey(proposal.ref), proposal.digest);
  }

  /** Its author took it back. */
  dropProposal(ref: ActRef): void {
    const proposal = this.proposalAt(ref);
    if (proposal) this.proposals.delete(proposal.digest);
  }

  /** Could somebody with such a grant have come in by the sign-in policy in force? */
  isGranted({ role, remit }: { readonly role: string; readonly remit: string }): boolean {
    const { groups = [], others } = this.signIn ?? {};
    const grants: readonly Grant[] = [...groups.map((line) => line.grant), ...(others ? [others] : [])];
    return grants.some((one) => one.role === role && one.remit === remit);
  }

  /** Is there somebody who may do everything, and a device to do it with, besides these? */
  hasAdministratorWithout(persons: ReadonlySet<PersonId>, devices: ReadonlySet<DeviceId>): boolean {
    const stays = (one: PersonView): boolean =>
      one.role === 'admin' && !persons.has(one.person) && one.devices.some(({ device, revoked }) => !revoked && !devices.has(device));
    return [...this.persons.values()].some(stays);
  }

  hasBeenServerKey(key: DeviceId): boolean {
    return key === this.serverKey || this.successions.some(({ from }) => from === key);
  }

  rekey(act: ActOf<'rekey'>, ref: ActRef): void {
    this.serverKey = act.succession.to;
    this.successions.push(act.succession);
    this.#last.set(SERVER_KEY, ref);
  }

  invitation(ref: ActRef): Invitation | undefined {
    return this.#invitations.get(refKey(ref));
  }

  enrol(act: ActOf<'enrol'>, ref: ActRef, at: string): void {
    const device = { device: act.device, label: act.label, revoked: false, enrolledAt: at };
    const known = this.persons.get(act.person);
    // A further device changes nothing about its person: only a `role` act does.
    const signIn = 'signIn' in act.via ? act.via.signIn : undefined;
    const person = known ?? newPerson(act, signIn);
    if (signIn && !known) this.#personBySignIn.set(signInKey(signIn), act.person);
    this.persons.set(act.person, { ...person, devices: [...person.devices, device] });
    this.#personByDevice.set(act.device, act.person);
    this.#last.set(deviceKey(act.device), ref);
    if ('invite' in act.via) this.#spendInvitation(act.via.invite);
  }

  revoke(act: ActOf<'revoke'>, ref: ActRef): void {
    this.#last.set(deviceKey(act.device), ref);
    const person = this.personOf(act.device);
    if (!person) return;
    const devices = person.devices.map((device) => (device.device === act.device ? { ...device, revoked: true } : device));
    this.persons.set(person.person, { ...person, devices });
  }

  changeRole(act: ActOf<'role'>, ref: ActRef): void {
    this.#last.set(roleKey(act.person), ref);
    const person = this.persons.get(act.person);
    if (person) this.persons.set(act.person, { ...person, role: act.role, remit: act.remit });
  }

  changePolicy(act: ActOf<'policy'>, ref: ActRef): void {
    this.#last.set(policyKey(act.key), ref);
    if (act.value.kind === 'absent') this.policies.delete(act.key);
    else this.policies.set(act.key, { value: act.value, ref });
  }

  decide(subject: HashHex, decision: Decision): void {
    this.decisions.set(subject, decision);
  }

  invite(act: ActOf<'invite'>, ref: ActRef, by: DeviceId): void {
    this.#invitations.set(refKey(ref), { act, ref, by, used: false });
  }

  invitations(): readonly (Invitation & { readonly ref: ActRef })[] {
    return [...this.#invitations.values()];
  }

  /** Its author took it back: the link no longer works. */
  dropInvitation(ref: ActRef): void {
    this.#invitations.delete(refKey(ref));
  }

  #spendInvitation(ref: ActRef): void {
    const invitation = this.#invitations.get(refKey(ref));
    if (invitation) this.#invitations.set(refKey(ref), { ...invitation, used: true });
  }
}

const signInKey = ({ issuer, subject }: SignInSubject): string => `${issuer}\0${subject}`;

const newPerson = ({ person, personName, role, remit }: ActOf<'enrol'>, signIn: SignInSubject | undefined): PersonView => ({
  person,
  name: personName,
  role,
  remit,
  devices: [],
  ...(signIn ? { signIn } : {}),
});
