import { randomBytes } from 'node:crypto';
import { utf8 } from '../../shared/base/bytes.ts';
import { canonicalJson } from '../../shared/base/json.ts';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { signedMessage, type Verify } from '../../shared/base/signature.ts';
import { type Instant, MINUTE, type Millis, toInstant } from '../../shared/base/time.ts';
import type { LedgerReader } from '../../shared/ledger/ledgerReader.ts';
import type { DeviceId, PersonId, SpaceId } from '../../shared/model/ids.ts';
import type { Role } from '../../shared/model/vocabulary.ts';
import { decodeSignature } from './keys.ts';
import type { Principal } from './principal.ts';

const NONCE_LIFE = MINUTE;
const TICKET_LIFE = 5 * MINUTE;
/** The longest that a token of the command line lives. */
export const TOKEN_LIFE = 10 * MINUTE;
const NONCES_KEPT = 10_000;

type Admission =
  | { readonly kind: 'device'; readonly device: DeviceId; readonly expires: Millis }
  | { readonly kind: 'token'; readonly role: Role; readonly person: PersonId; readonly expires: Millis };

/** Why a device that holds its key is not let in. */
type DeviceProblem = 'not enrolled' | 'revoked' | 'sign in again';

export interface TicketOptions {
  readonly space: SpaceId;
  readonly ledger: () => LedgerReader;
  readonly localPerson: () => PersonId;
  /** Until when a device syncs without signing in again; undefined: for ever. */
  readonly signedInUntil: (device: DeviceId) => Millis | undefined;
  readonly verify: Verify;
  readonly clock: () => Millis;
}

const opaque = (): string => randomBytes(24).toString('base64url');

/** Short-lived proof that a device holds its key. A ticket names a device; what that device may do is read from the ledger each time. */
export class Tickets {
  private readonly options: TicketOptions;
  private readonly nonces = new Map<string, { device: DeviceId; origin: string; expires: Millis }>();
  private readonly admissions = new Map<string, Admission>();

  constructor(options: TicketOptions) {
    this.options = options;
  }

  nonce(device: DeviceId, origin: string): { nonce: string; origin: string; expires: Instant } {
    this.forgetExpired();
    const nonce = opaque();
    const expires = this.options.clock() + NONCE_LIFE;
    this.nonces.set(nonce, { device, origin, expires });
    return { nonce, origin, expires: toInstant(expires) };
  }

  /** A nonce is good for one attempt, so that a signature cannot be guessed at or replayed. */
  async redeem(
    device: DeviceId,
    nonce: string,
    signature: string,
  ): Promise<Result<{ ticket: string; expires: Instant; principal: Principal }, 'not proved' | DeviceProblem>> {
    const offered = this.nonces.get(nonce);
    this.nonces.delete(nonce);
    if (!offered || offered.device !== device || offered.expires <= this.options.clock()) return err('not proved');
    const proof = { space: this.options.space, nonce, origin: offered.origin, expires: toInstant(offered.expires) };
    const bytes = decodeSignature(signature);
    const message = signedMessage('muster/auth/1', utf8(canonicalJson(proof)));
    if (!bytes || !(await this.options.verify(device, message, bytes))) return err('not proved');
    const principal = this.devicePrincipal(device);
    if (!principal.ok) return principal;
    return ok({ ...this.admit({ kind: 'device', device, expires: this.options.clock() + TICKET_LIFE }), principal: principal.value });
  }

  /** For the command line on the server's own machine: reads and calls with a role, without a device. */
  mintToken(role: Role, life: Millis): { ticket: string; expires: Instant } {
    const expires = this.options.clock() + Math.min(life, TOKEN_LIFE);
    return this.admit({ kind: 'token', role, person: this.options.localPerson(), expires });
  }

  principal(ticket: string): Result<Principal, 'expired' | DeviceProblem> {
    const admission = this.admissions.get(ticket);
    if (!admission || admission.expires <= this.options.clock()) return err('expired');
    if (admission.kind === 'device') return this.devicePrincipal(admission.device);
    const { role, person } = admission;
    return ok({ device: undefined, person, personName: 'command line', role, remit: 'true', local: role === 'admin' });
  }

  /** Tokens may travel in a query; tickets of devices may not. */
  isToken(ticket: string): boolean {
    return this.admissions.get(ticket)?.kind === 'token';
  }

  private admit(admission: Admission): { ticket: string; expires: Instant } {
    const ticket = opaque();
    this.admissions.set(ticket, admission);
    return { ticket, expires: toInstant(admission.expires) };
  }

  private devicePrincipal(device: DeviceId): Result<Principal, DeviceProblem> {
    const person = this.options.ledger().personOf(device);
    if (!person) return err('not enrolled');
    if (person.devices.some((one) => one.device === device && one.revoked)) return err('revoked');
    if ((this.options.signedInUntil(device) ?? Number.POSITIVE_INFINITY) <= this.options.clock()) return err('sign in again');
    const local = person.person === this.options.localPerson();
    return ok({ device, person: person.person, personName: person.name, role: person.role, remit: person.remit, local });
  }

  private forgetExpired(): void {
    const now = this.options.clock();
    for (const [nonce, { expires }] of this.nonces) if (expires <= now || this.nonces.size > NONCES_KEPT) this.nonces.delete(nonce);
    for (const [ticket, { expires }] of this.admissions) if (expires <= now) this.admissions.delete(ticket);
  }
}
