import type { Clock } from '../../shared/base/clock.ts';
import { toInstant } from '../../shared/base/time.ts';
import type { ActOf } from '../../shared/model/act.ts';
import type { EntryId } from '../../shared/model/ids.ts';
import type { ConnectorProblem, WriteReceipt } from '../../shared/model/status.ts';
import { isSettled, sentHash, trimmed, type Writes, withReceipt } from '../../shared/observed/receipts.ts';
import type { ApprovalProblem } from '../../shared/writeback/approvalVerifier.ts';
import type { WriteOutcome } from '../connectors/writeBack.ts';
import type { ApprovalAt, Approvals } from './approvals.ts';
import type { ConfiguredSource } from './settings.ts';
import { type WriteSurroundings, WriteThread } from './writeThread.ts';

export interface Sending extends WriteSurroundings {
  readonly configured: ConfiguredSource;
  readonly approvals: Approvals;
  readonly clock: Clock;
  /** Which system the last listing came from; undefined: not known since the settings were changed, so nothing is sent. */
  readonly system: () => string | undefined;
  readonly writes: () => Writes;
  /** Resolves when it is on disk. */
  readonly keep: (writes: Writes) => Promise<void>;
}

/** What becomes of an approval, beside its name. */
type Outcome = Pick<WriteReceipt, 'state'> & Partial<Pick<WriteReceipt, 'version' | 'now' | 'problem'>>;

const ENDED: Readonly<Record<ApprovalProblem, string>> = {
  'not approved': 'The ledger holds no valid approval of it',
  forged: 'An entry that the approval rests on was not signed by its author',
  'another digest': 'The approval is of something else than what was proposed',
};
const refused = (code: ConnectorProblem['code'], message: string, wayOut: string): Outcome => ({
  state: 'refused',
  problem: { code, message, retry: false, wayOut },
});

/** Approvals that have not come to their end, in order. */
export function openApprovals(approvals: readonly ApprovalAt[], { upTo, receipts }: Writes): ApprovalAt[] {
  const known = new Map(receipts.map((receipt) => [receipt.proposal, receipt]));
  return approvals.filter(({ digest, place }) => {
    const receipt = known.get(digest);
    return receipt ? !isSettled(receipt) : place > upTo;
  });
}

/**
 * Sends what was approved, one after the other (DESIGN 11): verify, write down that it is about to be sent, send, write down what came back.
 * One that may have been sent before is read before it is sent again. @returns whether something is left to try again later.
 */
export async function sendApproved(sending: Sending): Promise<boolean> {
  const { approvals, configured } = sending;
  const thread = new WriteThread(configured, sending);
  let waits = false;
  try {
    for (const approval of openApprovals(approvals.of(configured.settings.id), sending.writes())) {
      const receipt = await sendOne(approval, sending, thread);
      waits ||= !isSettled(receipt);
    }
  } finally {
    thread.end();
  }
  return waits;
}

async function sendOne(approval: ApprovalAt, sending: Sending, thread: WriteThread): Promise<WriteReceipt> {
  const before = sending.writes().receipts.find((receipt) => receipt.proposal === approval.digest);
  const obstacle = await obstacleTo(approval, sending);
  if (obstacle) return keep(approval, obstacle, before, sending);
  const uncertain = before?.state === 'sending' || before?.state === 'unknown';
  const found = await look(approval.act, uncertain, thread);
  if (found) return keep(approval, found, before, sending);
  const about = await keep(approval, { state: 'sending' }, before, sending);
  return keep(approval, outcomeOf(await thread.write(approval.act.write)), about, sending);
}

/** Why it must not be sent. */
async function obstacleTo({ digest, act }: ApprovalAt, { approvals, system }: Sending): Promise<Outcome | undefined> {
  const verified = await approvals.verify(digest);
  if (!verified.ok) return refused('unauthorized', ENDED[verified.error], 'Look at it in Activity, and propose it again.');
  if (!approvals.stillHolds(act)) return { state: 'stale' };
  if (system() !== act.system)
    return refused('misconfigured', 'This source is another system now than the one it was planned on', 'Propose it again.');
  return undefined;
}

/** Reads the place once more: what is there already is not sent, and what cannot be planned so any more is not either. */
async function look({ write, sent }: ActOf<'propose'>, uncertain: boolean, thread: WriteThread): Promise<Outcome | undefined> {
  const plan = await thread.plan({ externalId: write.externalId, field: write.field, value: sent });
  if (!plan.ok) return { state: uncertain ? 'unknown' : 'refused', problem: uncertain ? { ...plan.error, retry: true } : plan.error };
  const { from, to, version, target } = plan.value;
  if (from === write.to) return uncertain ? { state: 'applied', version } : { state: 'already', version };
  if (from !== write.from || target !== write.target) return { state: 'changed', now: from, version };
  if (to !== write.to) return refused('malformed', 'What was approved is not what this value is written as', 'Propose it again.');
  return undefined;
}

function outcomeOf(outcome: WriteOutcome): Outcome {
  switch (outcome.kind) {
    case 'applied':
      return { state: 'applied', version: outcome.version };
    case 'already':
      return { state: 'already' };
    case 'changed':
      return { state: 'changed', now: outcome.now, version: outcome.version };
    case 'refused':
      return { state: 'refused', problem: outcome.problem };
    case 'unknown':
      return { state: 'unknown', problem: { ...outcome.problem, retry: true } };
  }
}

async function keep(
  { digest, place, act, approval }: ApprovalAt,
  outcome: Outcome,
  before: WriteReceipt | undefined,
  { approvals, clock, writes, keep: write, configured }: Sending,
): Promise<WriteReceipt> {
  const receipt: WriteReceipt = {
    proposal: digest,
    approval: { entry: approval.entry as EntryId, act: approval.act },
    place,
    externalId: act.write.externalId,
    field: act.write.field,
    sent: sentHash(act.sent),
    at: toInstant(clock()),
    attempts: (before?.attempts ?? 0) + (outcome.state === 'sending' ? 1 : 0),
    ...outcome,
  };
  const next = withReceipt(writes(), receipt);
  const open = openApprovals(approvals.of(configured.settings.id), next);
  const settledTo = open[0] ? open[0].place - 1 : Math.max(place, ...approvals.of(configured.settings.id).map((one) => one.place));
  await write(trimmed(next, settledTo));
  return receipt;
}
