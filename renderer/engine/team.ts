import { fromBase64Url, toBase64Url } from '../../shared/base/bytes.ts';
import type { RandomBytes } from '../../shared/base/clock.ts';
import { type HashHex, hashText } from '../../shared/base/hash.ts';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { HOUR, toInstant } from '../../shared/base/time.ts';
import type { CommitProblem, CommitReply, EngineApi } from '../../shared/bridge/engine.ts';
import { confirmationToken, enrolmentMessage } from '../../shared/ledger/enrolmentProof.ts';
import { deviceKey } from '../../shared/ledger/registry.ts';
import type { Act } from '../../shared/model/act.ts';
import type { PersonId } from '../../shared/model/ids.ts';
import type { Register } from '../../shared/register/register.ts';
import { fingerprintOf } from '../../shared/snapshot/fingerprint.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { type WaitingDevice, waitingDevice as waitingDeviceReply } from '../../shared/wire/team.ts';
import { commit, editorToken } from './editing.ts';
import type { SpaceSession } from './spaceSession.ts';

const TOKEN_BYTES = 24;

type InviteRequest = Parameters<EngineApi['invite']>[0];

/** The token is made here and only its hash is signed, so that an administrator can invite with no network. */
export async function invite(
  session: SpaceSession,
  random: RandomBytes,
  { server, now }: { readonly server: string; readonly now: number },
  { role, remit, label, hours }: InviteRequest,
): ReturnType<EngineApi['invite']> {
  const problem = remitReach(session.register, remit).problem;
  if (problem !== undefined) return err({ code: 'not valid', message: problem, wayOut: 'Correct the condition.' });
  const token = toBase64Url(random(TOKEN_BYTES));
  const expires = toInstant(now + hours * HOUR);
  const act: Act = { kind: 'invite', tokenHash: hashText(token) as HashHex, role, remit, expires, label };
  const signed = await commit(session, [act], editorToken(session), `Invited ${label}`);
  if (!signed.ok) return signed;
  const key = session.trust.serverKey;
  return ok({ link: `${server}/#join=${token}${key === undefined ? '' : `&key=${fingerprintOf(key)}`}`, expires });
}

/** What a remit covers is what the register's own query finds with it. */
export function remitReach(register: Register, condition: string): Awaited<ReturnType<EngineApi['remitReach']>> {
  const found = register.window({ text: '', where: condition, sort: [] }, 0, 0);
  if (found.problem === undefined) return { covers: found.total };
  return { covers: 0, problem: [found.problem.message, found.problem.wayOut].filter((text) => text !== undefined).join('. ') };
}

/** A code leads to a device and its proof; that the proof is good is checked here, whatever the server says. */
export async function waitingDevice(session: SpaceSession, code: string): Promise<Result<WaitingDevice, ApiError>> {
  const path = `/api/devices/requests/${encodeURIComponent(code.trim())}`;
  const found = await session.ask({ method: 'GET', path }, waitingDeviceReply);
  if (!found.ok) return found;
  return (await isProved(session, found.value)) ? found : err(UNPROVED);
}

async function isProved({ space, verify }: SpaceSession, { device, proof }: WaitingDevice): Promise<boolean> {
  const signature = fromBase64Url(proof);
  return signature !== undefined && verify(device, enrolmentMessage(space.space, device, confirmationToken(device)), signature);
}

const UNPROVED: ApiError = {
  code: 'not proved',
  message: 'That device does not prove that it holds its key.',
  wayOut: 'Begin again on the new device.',
  retry: false,
};

export async function confirmDevice(
  session: SpaceSession,
  waiting: WaitingDevice,
  personId: PersonId,
): Promise<Result<CommitReply, CommitProblem>> {
  const person = session.ledger.persons().get(personId);
  if (!person) return err({ code: 'not valid', message: 'That person is not here.', wayOut: 'Choose another one.' });
  if (!(await isProved(session, waiting))) return err({ code: 'not valid', message: UNPROVED.message, wayOut: 'Begin again there.' });
  const { device, label, proof } = waiting;
  const { role, remit, name } = person;
  const act: Act = {
    kind: 'enrol',
    device,
    person: personId,
    personName: name,
    label,
    role,
    remit,
    via: { confirmed: true },
    proof,
    previous: session.ledger.lastOn(deviceKey(device)) ?? null,
  };
  return commit(session, [act], editorToken(session), `Added a device of ${name}`);
}
