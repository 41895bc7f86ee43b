import { createHash, randomBytes } from 'node:crypto';
import type * as z from 'zod';
import type { HashHex } from '../../shared/base/hash.ts';
import { err, ok, type Result } from '../../shared/base/result.ts';
import type { Verify } from '../../shared/base/signature.ts';
import { HOUR, type Millis, parseTime, toInstant } from '../../shared/base/time.ts';
import { enrolmentMessage } from '../../shared/ledger/enrolmentProof.ts';
import type { LedgerReader } from '../../shared/ledger/ledgerReader.ts';
import type { Act, ActOf, ActRef, VoidReason } from '../../shared/model/act.ts';
import type { DeviceId, PersonId, SpaceId } from '../../shared/model/ids.ts';
import { fingerprintOf } from '../../shared/snapshot/fingerprint.ts';
import type { ApiError, EnrolReply, enrolRequest, invitationReply, invitationRequest } from '../../shared/wire/http.ts';
import type { PlacedEntry } from './ingest.ts';
import { decodeSignature } from './keys.ts';
import type { Authored, LocalAuthor } from './localAuthor.ts';

type EnrolRequest = z.infer<typeof enrolRequest>;
type Way = Pick<ActOf<'enrol'>, 'person' | 'personName' | 'role' | 'remit' | 'via'>;

async function commitOne(author: LocalAuthor, act: Act): Promise<Authored | undefined> {
  const authored = await author.commit([act]);
  return authored.ok ? authored.value[0] : undefined;
}

/** Another key may have taken over while the entry was on its way: then that one says it again. */
export async function commitByServer(server: () => LocalAuthor, act: Act): Promise<Authored | undefined> {
  const author = server();
  const authored = await commitOne(author, act);
  return authored?.receipt.void?.['0'] === 'not enrolled' && server() !== author ? commitOne(server(), act) : authored;
}

export interface EnrolmentOptions {
  readonly space: SpaceId;
  readonly localPerson: PersonId;
  readonly ledger: () => LedgerReader;
  /** The local steward's command-line device: vouches for launch links and invites. */
  readonly steward: LocalAuthor;
  /** The server's own key in force: enrols who holds an invitation. */
  readonly server: () => LocalAuthor;
  /** @returns what is wrong with a condition. One that does not compile would let its holder edit nothing, without a word. */
  readonly remitProblem: (condition: string) => string | undefined;
  readonly verify: Verify;
  readonly clock: () => Millis;
}

const failure = (code: string, message: string, wayOut: string): Result<never, ApiError> => err({ code, message, wayOut, retry: false });
const hashOf = (token: string): HashHex => createHash('sha256').update(token).digest('hex') as HashHex;
const newToken = (): string => randomBytes(24).toString('base64url');

const BAD_TOKEN = failure('forbidden', 'This link was used already or has expired.', 'Ask for a new one.');

/** How devices come in: one-use launch links of this computer, and one-use invitations whose token's hash is in the ledger. */
export class Enrolment {
  private readonly options: EnrolmentOptions;
  private readonly launchTokens = new Set<HashHex>();
  private readonly invitations = new Map<HashHex, { act: ActOf<'invite'>; ref: ActRef; by: DeviceId; used: boolean }>();

  constructor(options: EnrolmentOptions) {
    this.options = options;
  }

  /** A new one-use token for a further device of the local steward. It is not written anywhere. */
  newLaunchToken(): string {
    const token = newToken();
    this.launchTokens.add(hashOf(token));
    return token;
  }

  /** Keeps the list of open invitations, from committed entries. */
  observe({ entry, receipt }: Pick<PlacedEntry, 'entry' | 'receipt'>): void {
    entry.acts.forEach((act, index) => {
      if (receipt.void?.[String(index)] !== undefined) return;
      if (act.kind === 'invite')
        this.invitations.set(act.tokenHash, { act, ref: { entry: entry.id, act: index }, by: entry.device, used: false });
      if (act.kind === 'enrol' && 'invite' in act.via) this.markUsed(act.via.invite);
      if (act.kind === 'revoke') this.closeThoseOf(act.device);
      if (act.kind === 'withdraw') for (const ref of act.acts) this.markUsed(ref);
    });
  }

  /** Invitations that may still be used. */
  open(): { readonly act: ActOf<'invite'>; readonly ref: ActRef }[] {
    const now = this.options.clock();
    return [...this.invitations.values()].filter(({ act, used }) => !used && (parseTime(act.expires) ?? 0) >= now);
  }

  async invite(request: z.infer<typeof invitationRequest>, origin: string): Promise<Result<z.infer<typeof invitationReply>, ApiError>> {
    const problem = this.options.remitProblem(request.remit);
    if (problem !== undefined) return failure('bad request', `The remit is not understood: ${problem}`, 'Correct the condition.');
    const token = newToken();
    const expires = toInstant(this.options.clock() + request.hours * HOUR);
    const { role, remit, label } = request;
    const act: Act = { kind: 'invite', tokenHash: hashOf(token), role, remit, expires, label };
    const authored = await commitOne(this.options.steward, act);
    if (!authored || authored.receipt.void) return failure('forbidden', 'The invitation was not allowed.', 'Ask an administrator.');
    const key = fingerprintOf(this.options.server().device);
    return ok({ link: `${origin}/#join=${token}&key=${key}`, expires, entry: authored.entry });
  }

  async enrol(request: EnrolRequest): Promise<Result<EnrolReply, ApiError>> {
    const tokenHash = hashOf(request.token);
    if (!(await this.isProved(request, tokenHash))) {
      return failure('bad request', 'The signature does not prove that this device holds its key.', 'Open the link again.');
    }
    const way = this.takeWay(request, tokenHash);
    if (!way) return BAD_TOKEN;
    const { device, label, proof } = request;
    const act: Act = { kind: 'enrol', device, label, proof, previous: null, ...way };
    const authored = 'launch' in way.via ? await commitOne(this.options.steward, act) : await commitByServer(this.options.server, act);
    const reason = authored ? authored.receipt.void?.['0'] : ('not a valid value' as const);
    if (!authored || reason) {
      this.giveBack(tokenHash, reason);
      return failure('forbidden', `This device was not enrolled: ${reason}.`, 'Use a new browser profile or device.');
    }
    const { person, personName, role, remit } = way;
    return ok({ person, personName, role, remit, entry: authored.entry, place: authored.place });
  }

  private isProved({ device, proof }: EnrolRequest, token: HashHex): Promise<boolean> | boolean {
    const signature = decodeSignature(proof);
    return signature ? this.options.verify(device, enrolmentMessage(this.options.space, device, token), signature) : false;
  }

  /** Uses the token up: the second of two that come at once finds nothing. */
  private takeWay(request: EnrolRequest, tokenHash: HashHex): Way | undefined {
    return this.launchTokens.delete(tokenHash) ? this.launchWay() : this.takeInvitation(request, tokenHash);
  }

  private launchWay(): Way | undefined {
    const steward = this.options.ledger().persons().get(this.options.localPerson);
    if (!steward) return undefined;
    return { person: steward.person, personName: steward.name, role: steward.role, remit: steward.remit, via: { launch: true } };
  }

  private takeInvitation(request: EnrolRequest, tokenHash: HashHex): Way | undefined {
    const invitation = this.invitations.get(tokenHash);
    const expires = invitation && parseTime(invitation.act.expires);
    if (!invitation || invitation.used || expires === undefined || expires < this.options.clock()) return undefined;
    invitation.used = true;
    const { role, remit, label } = invitation.act;
    const person = randomBytes(16).toString('hex') as PersonId;
    return { person, personName: request.personName?.trim() || label, role, remit, via: { invite: invitation.ref } };
  }

  /** It was this device that could not come in: the link is still good for another one. */
  private giveBack(tokenHash: HashHex, reason: VoidReason | undefined): void {
    const invitation = this.invitations.get(tokenHash);
    if (invitation && reason !== 'invitation is used or expired') invitation.used = false;
  }

  private closeThoseOf(device: DeviceId): void {
    for (const invitation of this.invitations.values()) if (invitation.by === device) invitation.used = true;
  }

  private markUsed(ref: ActRef): void {
    for (const invitation of this.invitations.values()) {
      if (invitation.ref.entry === ref.entry && invitation.ref.act === ref.act) invitation.used = true;
    }
  }
}
