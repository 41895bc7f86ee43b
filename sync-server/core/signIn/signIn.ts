import { randomBytes } from 'node:crypto';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { Verify } from '../../../shared/base/signature.ts';
import { HOUR, MINUTE, type Millis, toInstant } from '../../../shared/base/time.ts';
import type { PersonView } from '../../../shared/ledger/ledgerReader.ts';
import type { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import { roleKey } from '../../../shared/ledger/registry.ts';
import type { Act, SignInSubject } from '../../../shared/model/act.ts';
import type { DeviceId, EntryId, PersonId, SpaceId } from '../../../shared/model/ids.ts';
import type { Grant } from '../../../shared/model/policy.ts';
import type { ApiError } from '../../../shared/wire/http.ts';
import type { SignInBegun, SignInInfo, SignInOutcome, SignInRequest } from '../../../shared/wire/team.ts';
import { isConfirmationProved } from '../actProofs.ts';
import type { DeviceRequests } from '../deviceRequests.ts';
import type { Authored } from '../localAuthor.ts';
import type { Log } from '../log.ts';
import { grantOf } from './grantOf.ts';
import type { Flow, Provider, Vouched } from './provider.ts';
import { allowedRedirect } from './redirect.ts';
import { signInFailure } from './signInProblem.ts';
import type { SignInRecords } from './signInRecords.ts';

const FLOW_LIFE = 10 * MINUTE;
/** Sign-ins that may be under way: whoever begins one is unknown. */
const FLOWS = 1_000;

export interface SignInOptions {
  readonly space: SpaceId;
  readonly ledger: LedgerState;
  readonly provider: Provider;
  readonly records: SignInRecords;
  readonly requests: DeviceRequests;
  /** Signs with the server's key, places, and resolves when it is on disk. */
  readonly say: (act: Act) => Promise<Authored | undefined>;
  readonly verify: Verify;
  readonly clock: () => Millis;
  readonly log: Log;
}

interface Begun {
  readonly device: DeviceId;
  readonly label: string;
  readonly proof: string;
  readonly flow: Flow;
  readonly until: Millis;
}

/** Somebody for whom the provider vouched, and what the policy makes of them. */
interface Newcomer {
  readonly subject: SignInSubject;
  readonly name: string;
  readonly given: Grant;
}

const failure = <T>(...parts: Parameters<typeof signInFailure>): Result<T, ApiError> => err(signInFailure(...parts));
const NO_SIGN_IN = (): ApiError =>
  signInFailure('no sign-in', 'Nobody signs in here with an identity provider.', 'Ask an administrator for an invitation.');
const refused = (code: string, message: string, wayOut: string, retry = false): Result<never, ApiError> =>
  err({ code, message, wayOut, retry });

/** People come in with the identity provider of the policy `sign-in`. What a flow needs is kept here, for its device, for one use. */
export class SignIn {
  private readonly options: SignInOptions;
  private readonly flows = new Map<string, Begun>();

  constructor(options: SignInOptions) {
    this.options = options;
  }

  get info(): SignInInfo {
    const policy = this.options.ledger.signIn;
    return policy ? { available: true, name: policy.name, issuer: policy.issuer } : { available: false };
  }

  /** @param origin this server's own, under which it was called. */
  async begin({ device, label, proof, redirect }: SignInRequest, origin: string): Promise<Result<SignInBegun, ApiError>> {
    const { ledger, space, verify, provider, clock } = this.options;
    const policy = ledger.signIn;
    if (!policy) return err(NO_SIGN_IN());
    const back = allowedRedirect(redirect, origin);
    if (back === undefined)
      return refused('bad request', 'A sign-in goes back to this computer or to this server alone.', 'Begin it in the app.');
    if (!(await isConfirmationProved(space, { device, proof }, verify)))
      return refused('bad request', 'The signature does not prove that this device holds its key.', 'Begin again.');
    if (ledger.isRevoked(device)) return REVOKED;
    if (!this.makeRoom(device)) return refused('too many requests', 'Too many sign-ins are under way.', 'Try again in a moment.', true);
    const begun = await provider.begin(policy, back);
    if (!begun.ok) return begun;
    const [id, until] = [randomBytes(24).toString('base64url'), clock() + FLOW_LIFE];
    this.flows.set(id, { device, label, proof, flow: begun.value.flow, until });
    return ok({ id, address: begun.value.address, expires: toInstant(until) });
  }

  /** Whatever comes of it, the id is used: a code is for one attempt. */
  async finish(id: string, query: string): Promise<Result<SignInOutcome, ApiError>> {
    const begun = this.flows.get(id);
    this.flows.delete(id);
    if (!begun || begun.until <= this.options.clock())
      return failure('sign-in over', 'This sign-in was finished already, or took too long.', 'Sign in again.');
    const { flow, device } = begun;
    const { ledger } = this.options;
    if (ledger.signIn?.issuer !== flow.policy.issuer || ledger.signIn.clientId !== flow.policy.clientId) return err(NO_SIGN_IN());
    const vouched = await this.options.provider.finish(flow, query);
    if (!vouched.ok) {
      this.options.log.warn({ device, problem: vouched.error.code }, 'sign-in refused');
      return vouched;
    }
    return this.admit(begun, vouched.value);
  }

  private async admit(begun: Begun, { subject, name, groups }: Vouched): Promise<Result<SignInOutcome, ApiError>> {
    const { ledger, records } = this.options;
    const policy = ledger.signIn;
    if (!policy) return err(NO_SIGN_IN());
    const of = { issuer: policy.issuer, subject };
    const known = ledger.personBySignIn(of);
    const given = grantOf(policy, groups);
    if (!given) {
      if (known) await records.ended(known.person);
      return failure('not let in', 'You are in no group that is let in here.', 'Ask an administrator which group it is.');
    }
    return known ? this.known(begun, known, given) : this.enrol(begun, { subject: of, name, given });
  }

  private async known(begun: Begun, person: PersonView, given: Grant): Promise<Result<SignInOutcome, ApiError>> {
    const { device } = begun;
    const owner = this.options.ledger.personOf(device);
    if (owner && owner.person !== person.person) return ANOTHER_PERSON();
    if (this.options.ledger.isRevoked(device)) return REVOKED;
    await this.keepInStep(person, given);
    await this.options.records.signedIn(person.person, given, this.options.clock(), owner ? device : undefined);
    return owner ? ok(this.renewed(person)) : this.wait(begun, person);
  }

  private renewed({ person, name }: PersonView): SignInOutcome {
    const until = this.options.clock() + (this.options.ledger.signIn?.renewHours ?? 0) * HOUR;
    return { outcome: 'renewed', person, personName: name, until: toInstant(until) };
  }

  /** The provider knows the person, not this device: somebody who is in looks at it. */
  private async wait({ device, label, proof }: Begun, { person, name }: PersonView): Promise<Result<SignInOutcome, ApiError>> {
    const asked = await this.options.requests.ask({ device, label, proof }, person);
    return asked.ok ? ok({ outcome: 'confirm', personName: name, ...asked.value }) : asked;
  }

  /**
   * The person becomes what the provider's groups make of them now, where that is something else than at their last sign-in. Where it is the
   * same, what an administrator changed by hand since stays.
   */
  private async keepInStep({ person, role, remit }: PersonView, given: Grant): Promise<void> {
    const { ledger, records, log, say } = this.options;
    const before = records.grant(person);
    const unchanged = before !== undefined && before.role === given.role && before.remit === given.remit;
    if (unchanged || (role === given.role && remit === given.remit)) return;
    const act = (): Act => ({ kind: 'role', person, ...given, previous: ledger.lastOn(roleKey(person)) ?? null, why: 'sign-in' });
    const reason = reasonOf(await say(act()));
    const again = reason === 'changed meanwhile' ? reasonOf(await say(act())) : reason;
    if (again !== undefined) log.warn({ person, reason: again }, 'a role was not kept in step');
  }

  private async enrol(begun: Begun, newcomer: Newcomer): Promise<Result<SignInOutcome, ApiError>> {
    const { device, label, proof } = begun;
    const { subject, name, given } = newcomer;
    const { ledger, records, clock, say } = this.options;
    if (ledger.personOf(device)) return ledger.isRevoked(device) ? REVOKED : ANOTHER_PERSON();
    const person = randomBytes(16).toString('hex') as PersonId;
    const common = { kind: 'enrol', device, label, proof, person, personName: name, previous: null } as const;
    const authored = await say({ ...common, ...given, via: { signIn: subject } });
    const reason = reasonOf(authored);
    const meanwhile = ledger.personBySignIn(subject);
    // Two devices of one person came at once: the second one is a further device.
    if (reason === 'already enrolled' && meanwhile) return this.known(begun, meanwhile, given);
    if (!authored || reason !== undefined) return refused('forbidden', `This device was not enrolled: ${reason}.`, 'Sign in again.');
    await records.signedIn(person, given, clock(), device);
    return ok({ outcome: 'enrolled', person, personName: name, entry: authored.entry satisfies EntryId });
  }

  /** One flow a device; those that ran out go. @returns whether there is room for another. */
  private makeRoom(device: DeviceId): boolean {
    const now = this.options.clock();
    for (const [id, one] of this.flows) if (one.until <= now || one.device === device) this.flows.delete(id);
    return this.flows.size < FLOWS;
  }
}

const REVOKED = refused('forbidden', 'This device was revoked: its key does not come back.', 'Use a new browser profile or device.');
const ANOTHER_PERSON = (): Result<never, ApiError> =>
  failure('another person', 'This device belongs to somebody else here.', 'Use a browser profile of your own.');

const reasonOf = (authored: Authored | undefined): string | undefined => (authored ? authored.receipt.void?.['0'] : 'not a valid value');
