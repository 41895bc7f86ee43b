import { GetAccessKeyLastUsedCommand } from '@aws-sdk/client-iam';
import { toInstant } from '../../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation } from '../../../shared/model/record.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { type ConnectorMessage, problem } from '../connector.ts';
import { type AccountRead, readAccount } from './account.ts';
import { Budget } from './budget.ts';
import { CredentialsReader } from './credentials.ts';
import {
  certificatesCoverage,
  certificateToObservation,
  readCertificate,
  readSecret,
  secretsCoverage,
  secretToObservation,
} from './regional.ts';
import { type Account, type Context, openSession, placeOf, type Session } from './session.ts';
import {
  accessKeyToObservation,
  CREDENTIALS,
  groupId,
  IAM,
  IamObservations,
  passwordId,
  passwordToObservation,
  roleId,
  userId,
} from './toObservations.ts';

/** What AWS said of one thing: the record, that it is gone, or why neither is known. */
type Answer = { readonly record: Observation } | { readonly gone: true } | { readonly problem: ConnectorProblem };
const GONE: Answer = { gone: true };
/** Calls about one thing. */
const MOST_CALLS = 20;

export const regionOf = (arn: string, service: string): string | undefined =>
  new RegExp(`^arn:[a-z0-9-]+:${service}:([a-z0-9-]+):`).exec(arn)?.[1];

/** Which part of the account a record is of. */
function coverageOf(externalId: string): CoverageId {
  const secrets = regionOf(externalId, 'secretsmanager');
  if (secrets !== undefined) return secretsCoverage(secrets);
  const certificates = regionOf(externalId, 'acm');
  if (certificates !== undefined) return certificatesCoverage(certificates);
  return isCredential(externalId) ? CREDENTIALS : IAM;
}
const isCredential = (externalId: string): boolean => /^(access-key|password)\//.test(externalId);

export async function* reread(context: Context, externalId: ExternalId): AsyncGenerator<ConnectorMessage> {
  const asOf = toInstant(context.clock());
  const coverage = coverageOf(externalId);
  const opened = await openSession(context);
  const answer = opened.ok ? await answerOf(context, opened.value, externalId) : { problem: opened.error };
  if (opened.ok) {
    opened.value.session.close();
    yield { kind: 'place', place: placeOf(opened.value.account) };
  }
  yield { kind: 'coverage', coverage, label: coverage, asOf };
  if ('record' in answer) yield { kind: 'record', record: answer.record };
  if ('gone' in answer) yield { kind: 'deleted', externalId, evidence: 'tombstone', at: asOf };
  const problems = 'problem' in answer ? [answer.problem] : [];
  yield { kind: 'coverageDone', coverage, outcome: problems.length > 0 ? 'failed' : 'partial', problems };
}

interface Opened {
  readonly session: Session;
  readonly account: Account;
}

async function answerOf(context: Context, opened: Opened, externalId: ExternalId): Promise<Answer> {
  const { session, account } = opened;
  const budget = new Budget(MOST_CALLS);
  const secrets = regionOf(externalId, 'secretsmanager');
  if (secrets !== undefined) {
    const read = await readSecret(session, secrets, externalId, budget);
    if (!read.ok) return { problem: read.error };
    return read.value === undefined ? GONE : { record: secretToObservation(read.value, secrets, account, context.settings) };
  }
  const certificates = regionOf(externalId, 'acm');
  if (certificates !== undefined) {
    const read = await readCertificate(session, certificates, externalId, budget);
    if (budget.problems[0] !== undefined && read === undefined) return { problem: budget.problems[0] };
    return read === undefined ? GONE : { record: certificateToObservation(read, certificates, account) };
  }
  if (externalId.startsWith('password/')) return password(opened, externalId, budget);
  if (externalId.startsWith('access-key/')) return accessKey(opened, externalId.slice('access-key/'.length), budget);
  return principal(context, opened, externalId, budget);
}

/** An identity by its id. IAM finds nothing by id: the account is read, in a few calls. */
async function principal(context: Context, { session, account }: Opened, externalId: ExternalId, budget: Budget): Promise<Answer> {
  const read = await readAccount(session);
  if (!read.ok) return { problem: read.error };
  const observations = new IamObservations(read.value, account, context.settings);
  const group = read.value.groups.find(({ GroupId = '' }) => groupId(GroupId) === externalId);
  if (group) return { record: observations.group(group) };
  const role = read.value.roles.find(({ RoleId = '' }) => roleId(RoleId) === externalId);
  if (role) return { record: observations.role(role) };
  const user = read.value.users.find(({ UserId = '' }) => userId(UserId) === externalId);
  if (user) {
    const found = await new CredentialsReader(session, budget).of([user], 0);
    return { record: observations.user(user, found.get(user.UserId ?? '')) };
  }
  return goneFrom(read.value);
}

/** Only what was listed completely says that something is not there. */
const goneFrom = ({ problems }: AccountRead): Answer => (problems[0] === undefined ? GONE : { problem: problems[0] });

async function accessKey({ session, account }: Opened, id: string, budget: Budget): Promise<Answer> {
  const used = await session.asked({ action: 'iam:GetAccessKeyLastUsed', on: '*' }, (options) =>
    session.iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }), options),
  );
  if (!used.ok) return { problem: used.error };
  const name = used.value?.UserName;
  if (name === undefined) return GONE;
  const keys = await new CredentialsReader(session, budget).keysOf(name, '*');
  if (keys === undefined) return { problem: budget.problems[0] ?? problem('forbidden', 'iam:ListAccessKeys on * is missing', false) };
  const key = keys.find(({ AccessKeyId }) => AccessKeyId === id);
  if (key === undefined) return GONE;
  const user = await holderOf(session, ({ UserName }) => UserName === name);
  if ('problem' in user) return user;
  const last = used.value?.AccessKeyLastUsed;
  return {
    record: accessKeyToObservation(
      key,
      user.holder ?? { UserName: name },
      new Map([[id, last?.LastUsedDate === undefined ? undefined : last]]),
      account,
    ),
  };
}

type Holder = AccountRead['users'][number];

async function holderOf(
  session: Session,
  isIt: (user: Holder) => boolean,
): Promise<{ readonly holder: Holder | undefined; readonly read: AccountRead } | { readonly problem: ConnectorProblem }> {
  const read = await readAccount(session);
  if (!read.ok) return { problem: read.error };
  return { holder: read.value.users.find(isIt), read: read.value };
}

async function password({ session, account }: Opened, externalId: ExternalId, budget: Budget): Promise<Answer> {
  const found = await holderOf(session, ({ UserId }) => UserId !== undefined && passwordId(UserId) === externalId);
  if ('problem' in found) return found;
  const { holder, read } = found;
  if (holder === undefined) return goneFrom(read);
  const login = await new CredentialsReader(session, budget).passwordOf(holder.UserName ?? '', holder.Arn ?? '*');
  if (login === undefined) return { problem: budget.problems[0] ?? problem('forbidden', 'iam:GetLoginProfile on * is missing', false) };
  if (login === null) return GONE;
  const used = read.passwordsUsed === undefined ? undefined : { at: read.passwordsUsed.get(holder.UserId ?? '') };
  return { record: passwordToObservation(login.created, holder, used, account) };
}
