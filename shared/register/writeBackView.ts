import type { HashHex } from '../base/hash.ts';
import { canonicalJson, type Json, sameJson } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import type { Instant } from '../base/time.ts';
import type { LedgerReader } from '../ledger/ledgerReader.ts';
import type { Proposal } from '../ledger/proposal.ts';
import { fieldByName } from '../model/fields.ts';
import type { IdentityId, PersonId, Place, SourceId } from '../model/ids.ts';
import type { PlannedWriteText } from '../model/plannedWrite.ts';
import type { WriteReceipt } from '../model/status.ts';
import { isApplied, isSettled } from '../observed/receipts.ts';
import type { Projection } from './projection.ts';
import { isRegistered, registeredFor } from './registered.ts';

/** Where a write is on its way (DESIGN 11). */
export type WriteBackState =
  | 'waits for approval'
  /** Nobody decided, and something else is registered by now. */
  | 'stale'
  | 'rejected'
  /** Waits for the runner, or for the source to be reached again. */
  | 'approved'
  | 'sending'
  /** Sent, and no answer came: it is read before it is tried again. */
  | 'outcome unknown'
  | 'waits for confirmation'
  | 'confirmed'
  /** A later observation says something else than what was sent. */
  | 'not kept'
  /** The source held something else than was planned on: nothing was written. */
  | 'source changed'
  | 'refused'
  /** Approved, and no longer registered when it was to be sent. */
  | 'not sent'
  /** It came to its end, and the receipt is in the history of the source. */
  | 'ended';

interface Said {
  readonly person?: PersonId;
  readonly name: string;
  readonly at: Instant;
  readonly why?: string;
}

/** One proposed write: what exactly, where to, who said so, and what came back. */
export interface WriteBackView {
  readonly digest: HashHex;
  readonly place: Place;
  readonly id: IdentityId;
  readonly name: string;
  readonly source: SourceId;
  readonly sourceLabel: string;
  readonly field: string;
  readonly fieldLabel: string;
  /** As people read it; `sent` as the source will say it. */
  readonly text: string;
  readonly sent: Json;
  readonly write: PlannedWriteText;
  readonly proposed: Said;
  readonly decided?: Said & { readonly kind: 'approve' | 'reject'; readonly self: boolean };
  readonly state: WriteBackState;
  readonly receipt?: WriteReceipt;
  /** Whoever asks proposed it themself, and somebody else has to approve it. */
  readonly needsOther: boolean;
  /** Nothing newer was proposed for that place in the source. */
  readonly latest: boolean;
  /** The source says by now what is registered. */
  readonly agrees: boolean;
}

/** Every proposal that nobody took back, the newest first. */
export const writeBacks = (projection: Projection, me: PersonId | undefined): WriteBackView[] => viewsOf(projection, me, () => true);

const TROUBLE: ReadonlySet<WriteBackState> = new Set(['source changed', 'refused', 'not sent', 'not kept']);

/** Those that wait for a decision, and those that came back without having been made. What is done is not looked at more closely. */
export const openWriteBacks = (projection: Projection, me: PersonId | undefined): WriteBackView[] =>
  viewsOf(projection, me, (state, latest) => state === 'waits for approval' || (TROUBLE.has(state) && latest));

type Wanted = (state: WriteBackState, latest: boolean) => boolean;

function viewsOf(projection: Projection, me: PersonId | undefined, wanted: Wanted): WriteBackView[] {
  const proposals = [...projection.ledger.proposals().values()];
  const newest = new Map(proposals.map(({ act, digest }) => [slotOf(act), digest]));
  const receipts = new Map(
    projection.evidence
      .all()
      .flatMap(({ writes }) => writes?.receipts ?? [])
      .map((one) => [one.proposal, one]),
  );
  const views: WriteBackView[] = [];
  for (const proposal of proposals.reverse()) {
    const latest = newest.get(slotOf(proposal.act)) === proposal.digest;
    const receipt = receipts.get(proposal.digest);
    const state = stateOf(proposal, receipt, projection);
    if (wanted(state, latest)) views.push(viewOf(proposal, { receipt, state, latest }, projection, me));
  }
  return views;
}

const slotOf = ({ source, write }: Proposal['act']): string => canonicalJson([source, write.externalId, write.field]);

interface Standing {
  readonly receipt: WriteReceipt | undefined;
  readonly state: WriteBackState;
  readonly latest: boolean;
}

function viewOf(proposal: Proposal, { receipt, state, latest }: Standing, projection: Projection, me: PersonId | undefined): WriteBackView {
  const { act, digest, place } = proposal;
  const { ledger, evidence, classes, projector } = projection;
  const { field } = act.write;
  const id = classes.id(act.anchors[0] as IdentityId);
  const decided = decidedOf(proposal, ledger);
  return {
    digest,
    place,
    id,
    name: projection.row(id)?.row.name ?? act.write.externalId,
    source: act.source,
    sourceLabel: visibleText(evidence.label(act.source)),
    field,
    fieldLabel: fieldByName.get(field)?.label ?? field,
    text: act.registered === null ? '' : projector.shown(field, act.registered),
    sent: act.sent,
    write: act.write,
    proposed: { ...personOf(proposal.person, ledger), at: proposal.at as Instant, ...(act.why === undefined ? {} : { why: act.why }) },
    ...(decided ? { decided } : {}),
    state,
    ...(receipt ? { receipt } : {}),
    needsOther: me !== undefined && proposal.person === me && ledger.needsSecondPerson(me),
    latest,
    agrees: agreesNow(proposal, projection),
  };
}

function decidedOf({ digest, person }: Proposal, ledger: LedgerReader): WriteBackView['decided'] {
  const decision = ledger.decision(digest);
  const line = decision && ledger.line(decision.ref.entry);
  if (!decision || !line || (decision.kind !== 'approve' && decision.kind !== 'reject')) return undefined;
  const said = line.entry.acts[decision.ref.act];
  return {
    kind: decision.kind,
    ...personOf(decision.person, ledger),
    at: (line.receipt?.at ?? line.entry.at) as Instant,
    self: decision.person !== undefined && decision.person === person,
    ...(said && 'why' in said && said.why !== undefined ? { why: said.why } : {}),
  };
}

function personOf(person: PersonId | undefined, ledger: LedgerReader): { person?: PersonId; name: string } {
  const name = visibleText((person && ledger.persons().get(person)?.name) ?? 'somebody');
  return person === undefined ? { name } : { person, name };
}

function stateOf({ act, digest }: Proposal, receipt: WriteReceipt | undefined, projection: Projection): WriteBackState {
  const decision = projection.ledger.decision(digest);
  if (decision === undefined) return isRegistered(act, projection) ? 'waits for approval' : 'stale';
  if (decision.kind === 'reject') return 'rejected';
  if (!receipt) return decision.place <= (projection.evidence.status(act.source)?.writes?.upTo ?? 0) ? 'ended' : 'approved';
  if (isApplied(receipt)) return receipt.confirmed ? 'confirmed' : receipt.differs ? 'not kept' : 'waits for confirmation';
  switch (receipt.state) {
    case 'sending':
      return 'sending';
    case 'unknown':
      return 'outcome unknown';
    case 'changed':
      return 'source changed';
    case 'stale':
      return 'not sent';
    default:
      return isSettled(receipt) ? 'refused' : 'approved';
  }
}

/** Whatever became of it: does that record of the source say now what is registered now? */
function agreesNow({ act }: Proposal, projection: Projection): boolean {
  const registered = registeredFor(act.anchors, act.write.field, projection);
  const anchor = projection.store.find(act.source, act.write.externalId);
  const said = anchor && projection.store.decode(anchor)?.fields[act.write.field];
  return registered.ok && sameJson(registered.value.sent, said ?? null);
}
