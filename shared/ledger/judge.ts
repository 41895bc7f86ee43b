import { unreachable } from '../base/result.ts';
import { type Millis, parseTime } from '../base/time.ts';
import type { Act, ActOf, ActRef, SignInSubject, VoidReason } from '../model/act.ts';
import type { DeviceId, Entry, EntryId } from '../model/entry.ts';
import { fieldByName, fieldProblem, isSetField } from '../model/fields.ts';
import { type Anchor, anchorOf, type PersonId } from '../model/ids.ts';
import type { ActNode, EntryNode } from './causality.ts';
import { isFoldable } from './foldedAct.ts';
import type { PersonView } from './ledgerReader.ts';
import { mayAct } from './permissions.ts';
import { proposalDigest } from './proposal.ts';
import { deviceKey, policyKey, type Registry, refKey, roleKey, SERVER_KEY } from './registry.ts';
import { isWithdrawable } from './withdrawable.ts';

/** What a verdict depends on besides the act: the state just before the entry's place. */
export interface JudgedState {
  readonly registry: Registry;
  readonly place: number;
  entryNode(id: EntryId): EntryNode | undefined;
  isCreated(anchor: Anchor): boolean;
}

/**
 * What only the server can say, because it needs the projection or its own version's list of fields. Replicas take these
 * verdicts from the receipt.
 */
export interface ServerChecks {
  /**
   * May this person edit identities with these anchors under this condition (a CEL expression)? Asked for owners and for
   * conditions other than `true`; for an owner the identities must also be their own.
   */
  readonly remit: (person: PersonView, condition: string, anchors: readonly Anchor[]) => boolean;
  /** Is this text a condition? One that is none would let its holder edit nothing, without a word. Absent: not asked. */
  readonly isCondition?: (text: string) => boolean;
  /** Has the server this key, so that it can sign with it from now on? Absent: it has no other key. */
  readonly holdsKey?: (key: DeviceId) => boolean;
  /**
   * Do the signatures inside this act verify: that a new device holds its key, that both server keys agreed? They were checked before
   * the entry is judged, because that takes time. Absent: not asked.
   */
  readonly isProved?: (act: ActOf<'enrol'> | ActOf<'rekey'>) => boolean;
  /** Is what this proposal was made from registered now, and not in conflict? Absent: not asked. */
  readonly isRegistered?: (proposal: ActOf<'propose'>) => boolean;
}

/**
 * The verdict on each act of an entry that is about to be placed: the reason why it is void, or undefined. All acts are judged
 * against the state before the entry, except that what an earlier act of the same entry used up is used up.
 */
export function judgeActs(state: JudgedState, entry: Entry, at: Millis, server?: ServerChecks): (VoidReason | undefined)[] {
  const judge = new EntryJudge(state, entry, at, server);
  return entry.acts.map((act, index) => judge.verdict(act, index));
}

class EntryJudge {
  readonly #state: JudgedState;
  readonly #entry: Entry;
  readonly #at: Millis;
  readonly #server: ServerChecks | undefined;
  readonly #author: PersonView | undefined;
  /** Keys, subjects, invitations and anchors that earlier acts of this entry took. */
  #taken: Set<string> | undefined;
  /** Persons and devices that earlier acts of this entry took administration from: together they must leave somebody. */
  readonly #leaving = { persons: new Set<PersonId>(), devices: new Set<DeviceId>() };

  constructor(state: JudgedState, entry: Entry, at: Millis, server: ServerChecks | undefined) {
    this.#state = state;
    this.#entry = entry;
    this.#at = at;
    this.#server = server;
    this.#author = state.registry.personOf(entry.device);
  }

  verdict(act: Act, index: number): VoidReason | undefined {
    if (!isFoldable(act)) return undefined;
    return this.#permitted(act) ?? this.#holds(act, index) ?? this.#withinRemit(act);
  }

  /** Enrolment, revocation and role of the author. */
  #permitted(act: Act): VoidReason | undefined {
    if (act.kind === 'genesis' || this.#isServersOwn(act)) return undefined;
    if (!this.#author) return 'not enrolled';
    if (this.#state.registry.isRevoked(this.#entry.device)) return 'revoked';
    const { role, person } = this.#author;
    const own = { person, ownerOf: (device: DeviceId) => this.#state.registry.personIdOf(device) };
    return mayAct(role, act, own).may ? undefined : 'role may not';
  }

  /** The server lets in who may come in, and keeps what a sign-in made of them in step with what the provider says now. */
  #isServersOwn(act: Act): boolean {
    if (this.#entry.device !== this.#serverKey()) return false;
    return act.kind === 'enrol' || (act.kind === 'role' && this.#state.registry.persons.get(act.person)?.signIn !== undefined);
  }

  /** At the first place the genesis act itself names the key. */
  #serverKey(): string | undefined {
    const first = this.#entry.acts[0];
    return this.#state.registry.serverKey ?? (this.#state.place === 0 && first?.kind === 'genesis' ? first.serverKey : undefined);
  }

  #holds(act: Act, index: number): VoidReason | undefined {
    switch (act.kind) {
      case 'set':
        return this.#server && (isSetField(act.field) || fieldProblem(act.field, act.value)) ? 'not a valid value' : undefined;
      case 'clear':
        return this.#server && (isSetField(act.field) || !fieldByName.has(act.field)) ? 'not a valid value' : undefined;
      case 'add':
      case 'remove':
        return this.#server && !isSetField(act.field) ? 'not a valid value' : undefined;
      case 'accept':
      case 'exclude':
      case 'lifecycle':
      case 'comment':
      case 'request':
      case 'merge':
      case 'split':
        return undefined;
      case 'propose':
        return this.#proposal(act);
      case 'approve':
      case 'reject':
        return this.#approval(act);
      case 'release':
      case 'discard':
        return this.#state.registry.decisions.has(act.subject) || this.#take(`subject/${act.subject}`) ? 'already decided' : undefined;
      case 'create':
        return this.#state.isCreated(act.anchor) || this.#take(`create/${act.anchor}`) ? 'already decided' : undefined;
      case 'policy':
        return this.#grantProblem(act) ?? this.#compareAndSet(policyKey(act.key), act.previous);
      case 'role':
        return this.#change(act);
      case 'enrol':
        return this.#enrolment(act);
      case 'revoke':
        return this.#revocation(act);
      case 'withdraw':
        return this.#withdrawal(act);
      case 'rekey':
        return this.#rekey(act);
      case 'genesis':
        return this.#genesis(act, index);
      case 'invite':
        return this.#conditionProblem(act.remit);
      default:
        return unreachable(act);
    }
  }

  /** One of its anchors is that of the record that would be written: so a remit bounds what is sent as it bounds what is edited. */
  #proposal(act: ActOf<'propose'>): VoidReason | undefined {
    const { registry } = this.#state;
    if (!act.anchors.includes(anchorOf(act.source, act.write.externalId))) return 'unknown subject';
    if (!registry.writeBack.fields.includes(act.write.field)) return 'write-back is off';
    const digest = proposalDigest(this.#entry.space, act);
    if (registry.proposals.has(digest) || registry.decisions.has(digest)) return 'already decided';
    return this.#stale(act) ?? (this.#take(`propose/${digest}`) ? 'already decided' : undefined);
  }

  #approval({ kind, subject }: ActOf<'approve'> | ActOf<'reject'>): VoidReason | undefined {
    const { registry } = this.#state;
    if (registry.decisions.has(subject)) return 'already decided';
    const proposal = registry.proposals.get(subject);
    const person = this.#author?.person;
    if (!proposal || person === undefined) return 'unknown subject';
    if (kind === 'approve') {
      if (proposal.person === person && registry.needsSecondPerson(person)) return 'needs a second person';
      if (!registry.writeBack.fields.includes(proposal.act.write.field)) return 'write-back is off';
      const stale = this.#stale(proposal.act);
      if (stale) return stale;
    }
    return this.#take(`subject/${subject}`) ? 'already decided' : undefined;
  }

  #stale(act: ActOf<'propose'>): VoidReason | undefined {
    return this.#server?.isRegistered && !this.#server.isRegistered(act) ? 'not what is registered' : undefined;
  }

  /** Takes a name for the rest of the entry. @returns whether an earlier act had it. */
  #take(name: string): boolean {
    this.#taken ??= new Set();
    if (this.#taken.has(name)) return true;
    this.#taken.add(name);
    return false;
  }

  #compareAndSet(key: string, previous: ActRef | null): VoidReason | undefined {
    const last = this.#state.registry.last(key);
    const matches = last ? previous !== null && refKey(previous) === refKey(last) : previous === null;
    return matches && !this.#take(key) ? undefined : 'changed meanwhile';
  }

  #change(act: ActOf<'role'>): VoidReason | undefined {
    const { registry } = this.#state;
    if (!registry.persons.has(act.person)) return 'unknown subject';
    if (this.#entry.device === this.#serverKey() && !registry.isGranted(act)) return 'not in the sign-in policy';
    if (act.role !== 'admin' && !this.#leavesAdministrators(act.person)) return 'the last administrator stays';
    const problem = this.#conditionProblem(act.remit) ?? this.#compareAndSet(roleKey(act.person), act.previous);
    if (!problem && act.role !== 'admin') this.#leaving.persons.add(act.person);
    return problem;
  }

  /** Would somebody be left who may do everything, if this device or this person's role were gone as well? */
  #leavesAdministrators(person: PersonId, device?: DeviceId): boolean {
    const { persons, devices } = this.#leaving;
    if (this.#state.registry.persons.get(person)?.role !== 'admin') return true;
    return this.#state.registry.hasAdministratorWithout(
      device === undefined ? new Set([...persons, person]) : persons,
      device === undefined ? devices : new Set([...devices, device]),
    );
  }

  #conditionProblem(condition: string): VoidReason | undefined {
    return this.#server?.isCondition && !this.#server.isCondition(condition) ? 'not a valid value' : undefined;
  }

  /** What a sign-in grants is a remit like any other. */
  #grantProblem({ value }: ActOf<'policy'>): VoidReason | undefined {
    if (value.kind !== 'signIn') return undefined;
    const grants = [...value.policy.groups.map(({ grant }) => grant), ...(value.policy.others ? [value.policy.others] : [])];
    return grants.map(({ remit }) => this.#conditionProblem(remit)).find((problem) => problem !== undefined);
  }

  /** A server that has not the key could sign nothing any more. */
  #rekey(act: ActOf<'rekey'>): VoidReason | undefined {
    const { registry } = this.#state;
    const { previous } = act;
    const { from, to } = act.succession;
    if (from !== registry.serverKey) return 'changed meanwhile';
    if (registry.hasBeenServerKey(to) || registry.personIdOf(to) !== undefined) return 'a revoked key never returns';
    if (this.#server && this.#server.holdsKey?.(to) !== true) return 'unknown subject';
    return this.#proved(act) ?? this.#compareAndSet(SERVER_KEY, previous);
  }

  #proved(act: ActOf<'enrol'> | ActOf<'rekey'>): VoidReason | undefined {
    return this.#server?.isProved && !this.#server.isProved(act) ? 'not proved' : undefined;
  }

  #enrolment(act: ActOf<'enrol'>): VoidReason | undefined {
    const { registry } = this.#state;
    if (registry.isRevoked(act.device)) return 'a revoked key never returns';
    if (registry.personIdOf(act.device) !== undefined || registry.hasBeenServerKey(act.device)) return 'already enrolled';
    return this.#enrolmentPath(act) ?? this.#proved(act) ?? this.#compareAndSet(deviceKey(act.device), act.previous);
  }

  #enrolmentPath(act: ActOf<'enrol'>): VoidReason | undefined {
    const byServer = this.#entry.device === this.#serverKey();
    if ('genesis' in act.via) {
      if (!byServer) return 'role may not';
      return this.#state.registry.someoneEnrolled || this.#take('genesis') ? 'already enrolled' : undefined;
    }
    // A launch link is made on the server's own machine; an administrator's device may vouch for it as well.
    if ('launch' in act.via) return undefined;
    if ('confirmed' in act.via) return byServer ? 'role may not' : this.#confirmed(act);
    if (!byServer) return 'role may not';
    return 'invite' in act.via ? this.#invited(act, act.via.invite) : this.#signedIn(act, act.via.signIn);
  }

  /** A further device is as its person is: what a person may do, only a `role` act changes. */
  #confirmed(act: ActOf<'enrol'>): VoidReason | undefined {
    const person = this.#state.registry.persons.get(act.person);
    if (!person) return 'unknown subject';
    return person.role === act.role && person.remit === act.remit ? undefined : 'changed meanwhile';
  }

  /** A sign-in makes a new person. A further device of one who is here is confirmed by an enrolled one, or by an administrator. */
  #signedIn(act: ActOf<'enrol'>, subject: SignInSubject): VoidReason | undefined {
    const { registry } = this.#state;
    if (registry.persons.has(act.person) || registry.personBySignIn(subject)) return 'already enrolled';
    if (registry.signIn?.issuer !== subject.issuer || !registry.isGranted(act)) return 'not in the sign-in policy';
    return this.#take(`sign-in/${subject.issuer} ${subject.subject}`) ? 'already enrolled' : undefined;
  }

  #invited(act: ActOf<'enrol'>, ref: ActRef): VoidReason | undefined {
    // An invitation makes a new person: it must not lend anybody the role of one who is here already.
    if (this.#state.registry.persons.has(act.person)) return 'already enrolled';
    const invitation = this.#state.registry.invitation(ref);
    const expires = invitation ? parseTime(invitation.act.expires) : undefined;
    const open = invitation !== undefined && !invitation.used && expires !== undefined && this.#at <= expires;
    // A device that was lost may have opened doors before it was missed.
    if (!open || this.#state.registry.isRevoked(invitation.by) || this.#take(`invite/${refKey(ref)}`))
      return 'invitation is used or expired';
    return invitation.act.role === act.role && invitation.act.remit === act.remit ? undefined : 'changed meanwhile';
  }

  #revocation(act: ActOf<'revoke'>): VoidReason | undefined {
    const { registry } = this.#state;
    const person = registry.personIdOf(act.device);
    if (person === undefined) return 'unknown subject';
    if (registry.isRevoked(act.device)) return 'already decided';
    if (!this.#leavesAdministrators(person, act.device)) return 'the last administrator stays';
    const problem = this.#compareAndSet(deviceKey(act.device), act.previous);
    if (!problem) this.#leaving.devices.add(act.device);
    return problem;
  }

  #withdrawal(act: ActOf<'withdraw'>): VoidReason | undefined {
    for (const ref of act.acts) {
      const entry = this.#state.entryNode(ref.entry);
      const target = entry && entry.place > 0 ? entry.acts[ref.act] : undefined;
      if (!target || !isWithdrawable(target.kind)) return 'unknown subject';
      if (!this.#isOwn(target) && !this.#isAdministratorsInvitation(target)) return 'not the author';
      if (target.kind === 'propose' && this.#isDecided(ref)) return 'already decided';
    }
    return undefined;
  }

  #isDecided(ref: ActRef): boolean {
    const { registry } = this.#state;
    const proposal = registry.proposalAt(ref);
    return proposal !== undefined && registry.decisions.has(proposal.digest);
  }

  /** An open invitation is a door: every administrator may close it, not only who opened it. */
  #isAdministratorsInvitation(target: ActNode): boolean {
    return target.kind === 'invite' && this.#author?.role === 'admin';
  }

  #isOwn(target: ActNode): boolean {
    return this.#state.registry.personIdOf(target.entry.device) === this.#author?.person;
  }

  #genesis(act: ActOf<'genesis'>, index: number): VoidReason | undefined {
    if (this.#state.place !== 0 || index !== 0) return 'already decided';
    return this.#entry.device === act.serverKey && this.#entry.space === act.space ? undefined : 'not the author';
  }

  #withinRemit(act: Act): VoidReason | undefined {
    const author = this.#author;
    const anchors = author ? boundedAnchors(author, act) : [];
    if (!this.#server || !author || anchors.length === 0) return undefined;
    return this.#server.remit(author, author.remit, anchors) ? undefined : 'outside the remit';
  }
}

/** The anchors of an act that must lie within its author's remit, and be an owner's own. */
export const boundedAnchors = ({ role, remit }: Pick<PersonView, 'role' | 'remit'>, act: Act): readonly Anchor[] =>
  remit !== 'true' || role === 'owner' ? remitAnchors(act) : [];

/** The anchors that an act edits. A record that is being created has no attributes yet that a condition could read. */
function remitAnchors(act: Act): readonly Anchor[] {
  if (act.kind === 'create') return [];
  if ('anchors' in act) return act.anchors;
  return act.kind === 'split' ? [act.anchor] : [];
}
