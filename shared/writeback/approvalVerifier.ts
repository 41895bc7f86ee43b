import type { HashHex } from '../base/hash.ts';
import { err, ok, type Result } from '../base/result.ts';
import { signedMessage, type Verify } from '../base/signature.ts';
import type { LedgerState } from '../ledger/ledgerState.ts';
import { proposalDigest } from '../ledger/proposal.ts';
import type { ActKind, ActOf, ActRef } from '../model/act.ts';
import { bodyOf, decodeLedgerValue, type Entry, signatureOf } from '../model/entry.ts';
import type { PersonId, Place } from '../model/ids.ts';

/** An approved write that holds: exactly this may be sent. */
export interface ApprovedWrite {
  readonly digest: HashHex;
  readonly act: ActOf<'propose'>;
  readonly approval: ActRef;
  /** Of the approval. */
  readonly place: Place;
  readonly proposedBy: PersonId | undefined;
  readonly approvedBy: PersonId | undefined;
}

export type ApprovalProblem =
  /** The ledger holds no valid approval of that digest: its author may not approve, is the proposer, or somebody rejected it. */
  | 'not approved'
  /** An entry that the approval rests on was not signed by its author. */
  | 'forged'
  /** The approval names another digest than that of what was proposed. */
  | 'another digest';

type ApprovalLedger = Pick<LedgerState, 'decision' | 'proposals' | 'placeOf' | 'valueAt' | 'placesWith'>;

/** Everything that says who somebody is and what they may do. */
const TRUST: ReadonlySet<ActKind> = new Set<ActKind>(['genesis', 'enrol', 'role', 'revoke', 'rekey', 'policy', 'invite', 'withdraw']);

/**
 * Verifies approvals from the bytes of the ledger alone (DESIGN 11): the signatures of the proposal, of the approval and of every entry
 * before it that says who may do what, and the digest. That the approver had the role at that place, and is the second person where one is
 * asked for, is what the fold found of these same bytes: an act that its author may not do is no decision there, whatever a server said.
 */
export class ApprovalVerifier {
  readonly #ledger: ApprovalLedger;
  readonly #verify: Verify;
  readonly #authentic = new Map<Place, Uint8Array>();

  constructor(ledger: ApprovalLedger, verify: Verify) {
    this.#ledger = ledger;
    this.#verify = verify;
  }

  async approved(digest: HashHex): Promise<Result<ApprovedWrite, ApprovalProblem>> {
    const decision = this.#ledger.decision(digest);
    const proposal = this.#ledger.proposals().get(digest);
    const place = decision && this.#ledger.placeOf(decision.ref.entry);
    if (decision?.kind !== 'approve' || !proposal || place === undefined || proposal.place >= place) return err('not approved');
    for (const earlier of this.#ledger.placesWith(TRUST, place)) if (!(await this.#entryAt(earlier))) return err('forged');
    const [said, approved] = [await this.#entryAt(proposal.place), await this.#entryAt(place)];
    if (!said || !approved) return err('forged');
    const [act, approval] = [said.acts[proposal.ref.act], approved.acts[decision.ref.act]];
    if (said.id !== proposal.ref.entry || approved.id !== decision.ref.entry) return err('forged');
    if (act?.kind !== 'propose' || approval?.kind !== 'approve') return err('not approved');
    if (approval.subject !== digest || proposalDigest(said.space, act) !== digest) return err('another digest');
    return ok({ digest, act, approval: decision.ref, place, proposedBy: proposal.person, approvedBy: decision.person });
  }

  /** The entry at a place, if it is signed by its author over exactly the bytes that are held. */
  async #entryAt(place: Place): Promise<Entry | undefined> {
    const value = this.#ledger.valueAt(place);
    const decoded = value && decodeLedgerValue(value);
    if (!decoded) return undefined;
    const { bytes, entry } = decoded;
    if (this.#authentic.get(place) === value) return entry;
    const authentic = await this.#verify(entry.device, signedMessage('muster/entry/1', bodyOf(bytes)), signatureOf(bytes));
    if (!authentic) return undefined;
    this.#authentic.set(place, value);
    return entry;
  }
}
