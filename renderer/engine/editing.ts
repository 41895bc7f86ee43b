import type { RandomBytes } from '../../shared/base/clock.ts';
import { err, ok, type Result } from '../../shared/base/result.ts';
import type { CommitProblem, CommitReply, EditorToken } from '../../shared/bridge/engine.ts';
import { boundedAnchors } from '../../shared/ledger/judge.ts';
import { mayAct } from '../../shared/ledger/permissions.ts';
import type { Act, ActRef } from '../../shared/model/act.ts';
import { MAX_ACTS, type Seen } from '../../shared/model/entry.ts';
import { type Anchor, type DeviceId, entryId, hash, type IdentityId, place, randomId } from '../../shared/model/ids.ts';
import { isWithinRemit } from '../../shared/register/remit.ts';
import { readOnlyReason } from './readOnlyReason.ts';
import type { SpaceSession } from './spaceSession.ts';

export const NOT_ENROLLED: CommitProblem = {
  code: 'not enrolled',
  message: 'This device is not enrolled here yet.',
  wayOut: 'Open the launch link that the server prints at its start, or an invitation.',
};
const NOTHING_TO_UNDO: CommitProblem = { code: 'not valid', message: 'There is nothing left to undo on this device.' };

/** What this device holds now, without a hole: an entry made in this editor has seen exactly this. */
export function editorToken({ ledger, store }: SpaceSession): EditorToken {
  return { epoch: ledger.epoch, place: ledger.place, root: ledger.root, prev: store.head };
}

/** @returns undefined for a token that this engine did not make. */
function seenIn(token: EditorToken): Seen | undefined {
  const [at, root] = [place.safeParse(token.place), hash.safeParse(token.root)];
  return at.success && root.success ? { epoch: token.epoch, place: at.data, root: root.data } : undefined;
}

/** Signs, stores, offers. What the server would certainly void is not signed at all. */
export async function commit(
  session: SpaceSession,
  acts: readonly Act[],
  token: EditorToken,
  label: string,
  undoes?: number,
): Promise<Result<CommitReply, CommitProblem>> {
  const problem = obstacle(session, acts);
  if (problem) return err(problem);
  const seen = seenIn(token);
  if (!seen) return err({ code: 'not valid', message: 'The editor was not opened by this engine.', wayOut: 'Close it and open it again.' });
  return session.own.commit(acts, seen, label, undoes);
}

function obstacle(session: SpaceSession, acts: readonly Act[]): CommitProblem | undefined {
  const { enrolment, ledger, register, device } = session;
  if (!enrolment) return NOT_ENROLLED;
  const readOnly = readOnlyReason(session);
  if (readOnly) return { code: 'read only', ...readOnly };
  const own = { person: enrolment.person, ownerOf: (one: DeviceId) => ledger.personOf(one)?.person };
  const author = ledger.personOf(device.signer.publicKey);
  for (const act of acts) {
    const permission = mayAct(enrolment.role, act, own);
    if (!permission.may) return notAllowed(permission.reason);
    const anchors = author ? boundedAnchors(author, act) : [];
    if (author && !isWithinRemit(register, author, author.remit, anchors))
      return notAllowed(OUTSIDE[author.role === 'owner' ? 'owner' : 'other']);
  }
  return undefined;
}

const notAllowed = (message: string): CommitProblem => ({ code: 'not allowed', message, wayOut: 'Ask an administrator.' });
const OUTSIDE = {
  owner: 'An owner edits their own identities; this one is not among them.',
  other: 'This is outside of what you may edit here.',
} as const;

/** Withdraw acts for any number of acts: each names at most 500. */
function withdrawals(refs: readonly ActRef[], why?: string): Act[] {
  const acts: Act[] = [];
  for (let from = 0; from < refs.length; from += MAX_ACTS) {
    acts.push({ kind: 'withdraw', acts: refs.slice(from, from + MAX_ACTS), ...(why === undefined ? {} : { why }) });
  }
  return acts;
}

export async function undo(session: SpaceSession): Promise<Result<{ readonly label: string }, CommitProblem>> {
  const step = session.store.steps.at(-1);
  if (!step) return err(NOTHING_TO_UNDO);
  const done = await commit(session, withdrawals(step.acts), editorToken(session), `Undo: ${step.label}`, step.order);
  return done.ok ? ok({ label: step.label }) : done;
}

export async function withdraw(session: SpaceSession, refs: readonly ActRef[], why?: string): Promise<Result<CommitReply, CommitProblem>> {
  const checked = refs.filter(({ entry }) => entryId.safeParse(entry).success);
  const step = session.store.steps.find(({ acts }) =>
    acts.every((act) => checked.some((ref) => ref.entry === act.entry && ref.act === act.act)),
  );
  return commit(session, withdrawals(checked, why), editorToken(session), 'Taken back', step?.order ?? NO_STEP);
}
/** Taking back is itself not undone, also where it was not done with undo. */
const NO_STEP = -1;

export function newParty(random: RandomBytes, name: string, kind: 'person' | 'team' | 'vendor'): { acts: Act[]; reference: string } {
  const anchor = randomId(random) as Anchor;
  const create: Act = { kind: 'create', anchor, type: 'party', recordKind: kind, name };
  const partyKind: Act = { kind: 'set', anchors: [anchor], field: 'partyKind', value: kind };
  return { acts: [create, partyKind], reference: `party:${anchor}` };
}

/** Somebody who types a record in wants it registered. */
export function newIdentity(random: RandomBytes, name: string, kind: string): { acts: Act[]; id: IdentityId } {
  const id = randomId(random) as IdentityId;
  const create: Act = { kind: 'create', anchor: id, type: 'identity', recordKind: kind, name };
  return { acts: [create, { kind: 'accept', anchors: [id] }], id };
}
