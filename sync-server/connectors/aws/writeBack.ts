import {
  ListRoleTagsCommand,
  ListUserTagsCommand,
  TagRoleCommand,
  TagUserCommand,
  UntagRoleCommand,
  UntagUserCommand,
} from '@aws-sdk/client-iam';
import { DescribeSecretCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { environment } from '../../../shared/model/vocabulary.ts';
import { problem } from '../connector.ts';
import type { PlannedWrite, WriteOutcome, WriteWish } from '../writeBack.ts';
import { readAccount } from './account.ts';
import { awsProblem, type Right } from './problems.ts';
import { type Account, type Context, openSession, placeOf, type Session } from './session.ts';
import { TAG_FIELDS, type TagField, tagKeyOf } from './settings.ts';
import { roleId, userId } from './toObservations.ts';

/** Governed fields that a tag holds. */
export const WRITES: readonly string[] = TAG_FIELDS;

/** IAM, "Rules for tagging in IAM": what a value may hold, in characters. Secrets Manager allows as much. */
const VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;
const MOST_PAGES = 100;

type Kind = 'user' | 'role' | 'secret';

/** One tag of one resource: how it is read and written. */
interface Place {
  readonly kind: Kind;
  /** The user's or role's name, or the secret's ARN. */
  readonly name: string;
  readonly arn: string;
  readonly key: string;
  readonly region: string;
}

interface Held {
  readonly place: Place;
  readonly value: string | null;
}

type Options = { abortSignal: AbortSignal };
type SaidTag = { readonly Key?: string | undefined; readonly Value?: string | undefined };

/** Reads the tags and says what one of them would become. Sends nothing. */
export async function planWrite(context: Context, wish: WriteWish): Promise<Result<PlannedWrite, ConnectorProblem>> {
  const { field, value } = wish;
  if (!isTagField(field)) return err(problem('misconfigured', 'AWS has no place for this field', false));
  const unfit = valueProblem(field, value);
  if (unfit !== undefined) return err(unfit);
  return within(context, async (session, account) => {
    const held = await find(context, session, wish.externalId, field);
    return held.ok ? ok(planned(held.value, wish, account)) : held;
  });
}

const isTagField = (field: string): field is TagField => (TAG_FIELDS as readonly string[]).includes(field);

function valueProblem(field: TagField, value: WriteWish['value']): ConnectorProblem | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'string' || !VALUE.test(value))
    return problem('malformed', 'a tag holds 1 to 256 letters, digits, spaces and _ . : / = + - @', false, 'Shorten or respell the value.');
  const isKnown = field !== 'environment' || environment.safeParse(value).success;
  return isKnown ? undefined : problem('malformed', 'this is no environment that Muster knows', false);
}

function planned({ place, value }: Held, { externalId, field, value: wanted }: WriteWish, account: Account): PlannedWrite {
  const to = wanted as string | null;
  return {
    externalId,
    field,
    target: `tag ${place.key} of ${place.kind} ${place.name}`,
    from: value,
    to,
    version: versionOf(account, value),
    statement: statementOf(place, to),
  };
}

/** AWS keeps no version of a tag: what is compared is the account and the value itself. */
const versionOf = (account: Account, value: string | null): string => JSON.stringify([placeOf(account), value]);

const ACTIONS: Readonly<Record<Kind, { readonly set: string; readonly take: string; readonly read: string; readonly by: string }>> = {
  user: { set: 'iam:TagUser', take: 'iam:UntagUser', read: 'iam:ListUserTags', by: 'UserName' },
  role: { set: 'iam:TagRole', take: 'iam:UntagRole', read: 'iam:ListRoleTags', by: 'RoleName' },
  secret: {
    set: 'secretsmanager:TagResource',
    take: 'secretsmanager:UntagResource',
    read: 'secretsmanager:DescribeSecret',
    by: 'SecretId',
  },
};
const NO_COMPARE =
  '# AWS compares nothing: Muster reads the tag just before, and again after. Who changes it within that moment is written over.';

/** The request as it is sent. */
function statementOf({ kind, name, key }: Place, to: string | null): string {
  const { set, take, by } = ACTIONS[kind];
  const body = to === null ? { [by]: name, TagKeys: [key] } : { [by]: name, Tags: [{ Key: key, Value: to }] };
  return `${to === null ? take : set} ${JSON.stringify(body)}\n${NO_COMPARE}`;
}

/**
 * Read, check, write: AWS has no compare-and-set for tags. The tag is read immediately before, and what differs from the plan is left as it
 * is; it is read again after, because only that shows what it holds now.
 */
export async function write(context: Context, plan: PlannedWrite): Promise<WriteOutcome> {
  const { field } = plan;
  if (!isTagField(field)) return refused(problem('misconfigured', 'AWS has no place for this field', false));
  const outcome = await within(context, async (session, account) => {
    const held = await find(context, session, plan.externalId, field);
    if (!held.ok) return ok(refused(held.error));
    const { place, value } = held.value;
    if (JSON.stringify([placeOf(account), plan.from]) !== plan.version)
      return ok(refused(problem('misconfigured', 'another account answers than was planned on', false)));
    if (value === plan.to) return ok<WriteOutcome>({ kind: 'already' });
    if (value !== plan.from) return ok<WriteOutcome>({ kind: 'changed', now: value, version: versionOf(account, value) });
    // The text that people approved is never taken apart: it must be what this value is written as.
    if (statementOf(place, plan.to) !== plan.statement)
      return ok(refused(problem('malformed', 'the approved statement is not what would be sent', false)));
    return ok(await send(context, session, account, place, plan.to));
  });
  return outcome.ok ? outcome.value : refused(outcome.error);
}

const refused = (error: ConnectorProblem): WriteOutcome => ({ kind: 'refused', problem: error });

async function send(context: Context, session: Session, account: Account, place: Place, to: string | null): Promise<WriteOutcome> {
  const { set, take } = ACTIONS[place.kind];
  try {
    await sent(session, place, to, { abortSignal: context.signal });
  } catch (error) {
    const said = awsProblem(error, { action: to === null ? take : set, on: place.arn }, session.server);
    // AWS's own refusals were not carried out; a connection that ended may have been.
    return ['unreachable', 'timed out'].includes(said.code) ? { kind: 'unknown', problem: said } : refused(said);
  }
  return { kind: 'applied', version: versionOf(account, to) };
}

function sent(session: Session, { kind, name, key, region }: Place, to: string | null, options: Options): Promise<unknown> {
  const tags = { Tags: [{ Key: key, Value: to ?? '' }] };
  const keys = { TagKeys: [key] };
  switch (kind) {
    case 'user':
      return to === null
        ? session.iam.send(new UntagUserCommand({ UserName: name, ...keys }), options)
        : session.iam.send(new TagUserCommand({ UserName: name, ...tags }), options);
    case 'role':
      return to === null
        ? session.iam.send(new UntagRoleCommand({ RoleName: name, ...keys }), options)
        : session.iam.send(new TagRoleCommand({ RoleName: name, ...tags }), options);
    case 'secret':
      return to === null
        ? session.secretsManager(region).send(new UntagResourceCommand({ SecretId: name, ...keys }), options)
        : session.secretsManager(region).send(new TagResourceCommand({ SecretId: name, ...tags }), options);
  }
}

const gone = (): Result<never, ConnectorProblem> => err(problem('not found', 'it is not in this account any more', false));

/** By the immutable id, and never by the name alone: what was created again under the name is another. */
async function find(context: Context, session: Session, externalId: string, field: TagField): Promise<Result<Held, ConnectorProblem>> {
  const key = tagKeyOf(field, context.settings);
  const region = /^arn:[a-z0-9-]+:secretsmanager:([a-z0-9-]+):/.exec(externalId)?.[1];
  if (region !== undefined) return held(session, { kind: 'secret', name: externalId, arn: externalId, key, region });
  const read = await readAccount(session);
  if (!read.ok) return read;
  const user = read.value.users.find(({ UserId = '' }) => userId(UserId) === externalId);
  const role = read.value.roles.find(({ RoleId = '' }) => roleId(RoleId) === externalId);
  if (user?.UserName !== undefined) return held(session, { kind: 'user', name: user.UserName, arn: user.Arn ?? '*', key, region: '' });
  if (role?.RoleName !== undefined) return held(session, { kind: 'role', name: role.RoleName, arn: role.Arn ?? '*', key, region: '' });
  return gone();
}

async function held(session: Session, place: Place): Promise<Result<Held, ConnectorProblem>> {
  const tags = await tagsOf(session, place);
  if (!tags.ok) return tags;
  if (tags.value === undefined) return gone();
  return ok({ place, value: tags.value.find(({ Key }) => Key === place.key)?.Value ?? null });
}

async function tagsOf(session: Session, place: Place): Promise<Result<readonly SaidTag[] | undefined, ConnectorProblem>> {
  const right: Right = { action: ACTIONS[place.kind].read, on: place.arn };
  const tags: SaidTag[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const said = await session.asked(right, (options) => tagPage(session, place, marker, options));
    if (!said.ok || said.value === undefined) return said.ok ? ok(undefined) : said;
    tags.push(...(said.value.Tags ?? []));
    marker = said.value.IsTruncated === true ? said.value.Marker : undefined;
    if (marker === undefined) break;
  }
  return ok(tags);
}

type TagPage = {
  readonly Tags?: readonly SaidTag[] | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
};

function tagPage(session: Session, { kind, name, region }: Place, marker: string | undefined, options: Options): Promise<TagPage> {
  const from = marker === undefined ? {} : { Marker: marker };
  switch (kind) {
    case 'user':
      return session.iam.send(new ListUserTagsCommand({ UserName: name, ...from }), options);
    case 'role':
      return session.iam.send(new ListRoleTagsCommand({ RoleName: name, ...from }), options);
    case 'secret':
      return session.secretsManager(region).send(new DescribeSecretCommand({ SecretId: name }), options);
  }
}

async function within<T>(
  context: Context,
  use: (session: Session, account: Account) => Promise<Result<T, ConnectorProblem>>,
): Promise<Result<T, ConnectorProblem>> {
  const opened = await openSession(context);
  if (!opened.ok) return opened;
  try {
    return await use(opened.value.session, opened.value.account);
  } finally {
    opened.value.session.close();
  }
}
