import * as z from 'zod';
import type { Instant } from '../../../shared/base/time.ts';
import { parseTime, toInstant } from '../../../shared/base/time.ts';

/** What an event says was changed, in the words that AWS has for it. IAM names users and roles in events; their ids it says at creation alone. */
export type Change =
  | { readonly kind: 'user' | 'role'; readonly name: string; readonly id?: string }
  | { readonly kind: 'user gone' | 'role gone' | 'group' | 'group gone' | 'password' | 'password gone'; readonly name: string }
  | { readonly kind: 'renamed'; readonly name: string; readonly to: string }
  | { readonly kind: 'policy'; readonly arn: string }
  | { readonly kind: 'access key' | 'access key gone'; readonly id: string; readonly user: string | undefined }
  | { readonly kind: 'secret' | 'secret gone'; readonly id: string }
  | { readonly kind: 'certificate' | 'certificate gone'; readonly arn: string };

export interface AwsEvent {
  /** When the call was made. */
  readonly at: Instant;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly changes: readonly Change[];
}

const parameters = z.record(z.string(), z.unknown()).nullish();
/** The envelope of EventBridge with a record of CloudTrail in it (EventBridge, "AWS service events delivered via AWS CloudTrail"). */
const event = z.object({
  'detail-type': z.string(),
  source: z.string(),
  account: z.string(),
  region: z.string(),
  detail: z.object({
    eventSource: z.string(),
    eventName: z.string().max(200),
    eventTime: z.string(),
    awsRegion: z.string().optional(),
    recipientAccountId: z.string().optional(),
    errorCode: z.string().nullish(),
    requestParameters: parameters,
    responseElements: parameters,
    additionalEventData: parameters,
  }),
});

type Said = Readonly<Record<string, unknown>>;
interface Detail {
  readonly asked: Said;
  readonly answered: Said;
  readonly added: Said;
}

const MOST_NAME = 2_048;
/** Members of CloudTrail are written `userName`, and here and there `UserName` or `aRN`. */
function text(from: unknown, name: string): string | undefined {
  if (typeof from !== 'object' || from === null) return undefined;
  const found = Object.entries(from).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  return typeof found === 'string' && found !== '' && found.length <= MOST_NAME ? found : undefined;
}

const named = <T>(name: string | undefined, change: (name: string) => T): T[] => (name === undefined ? [] : [change(name)]);
const user = ({ asked }: Detail): Change[] => named(text(asked, 'userName'), (name) => ({ kind: 'user', name }));
const role = ({ asked }: Detail): Change[] => named(text(asked, 'roleName'), (name) => ({ kind: 'role', name }));
const group = ({ asked }: Detail): Change[] => named(text(asked, 'groupName'), (name) => ({ kind: 'group', name }));
const policy = ({ asked }: Detail): Change[] => named(text(asked, 'policyArn'), (arn) => ({ kind: 'policy', arn }));
const password = ({ asked }: Detail): Change[] => named(text(asked, 'userName'), (name) => ({ kind: 'password', name }));

const created =
  (kind: 'user' | 'role') =>
  ({ asked, answered }: Detail): Change[] => {
    const id = text(answered[kind], `${kind}Id`);
    return named(text(asked, `${kind}Name`), (name) => ({ kind, name, ...(id === undefined ? {} : { id }) }));
  };

function accessKey({ asked, answered }: Detail): Change[] {
  const made = answered.accessKey;
  const id = text(asked, 'accessKeyId') ?? text(made, 'accessKeyId');
  return named(id, (key) => ({ kind: 'access key', id: key, user: text(asked, 'userName') ?? text(made, 'userName') }));
}

/** An answer names the ARN; a call may have named the secret by its name alone. */
const secretId = ({ asked, answered, added }: Detail): string | undefined =>
  text(answered, 'arn') ?? text(asked, 'secretId') ?? text(added, 'secretId') ?? text(asked, 'name');
const secret = (detail: Detail): Change[] => named(secretId(detail), (id) => ({ kind: 'secret', id }));
const certificate = ({ asked, answered }: Detail): Change[] =>
  named(text(answered, 'certificateArn') ?? text(asked, 'certificateArn'), (arn) => ({ kind: 'certificate', arn }));

type Reading = (detail: Detail) => Change[];
const each = (names: string, reading: Reading): readonly (readonly [string, Reading])[] => names.split(' ').map((name) => [name, reading]);

/** Calls of IAM, Secrets Manager and ACM that change what Muster lists (their API references). */
const CALLS: ReadonlyMap<string, Reading> = new Map([
  ['iam:CreateUser', created('user')],
  ['iam:CreateRole', created('role')],
  ...each('iam:CreateServiceLinkedRole', ({ answered }) => {
    const id = text(answered.role, 'roleId');
    return named(text(answered.role, 'roleName'), (name) => ({ kind: 'role', name, ...(id === undefined ? {} : { id }) }));
  }),
  ['iam:DeleteUser', ({ asked }) => named(text(asked, 'userName'), (name) => ({ kind: 'user gone', name }))],
  ...each('iam:DeleteRole iam:DeleteServiceLinkedRole', ({ asked }) =>
    named(text(asked, 'roleName'), (name) => ({ kind: 'role gone', name })),
  ),
  ['iam:DeleteGroup', ({ asked }) => named(text(asked, 'groupName'), (name) => ({ kind: 'group gone', name }))],
  [
    'iam:UpdateUser',
    (detail) => {
      const to = text(detail.asked, 'newUserName');
      return to === undefined ? user(detail) : named(text(detail.asked, 'userName'), (name) => ({ kind: 'renamed', name, to }));
    },
  ],
  ...each(
    'iam:AttachUserPolicy iam:DetachUserPolicy iam:PutUserPolicy iam:DeleteUserPolicy iam:PutUserPermissionsBoundary iam:DeleteUserPermissionsBoundary iam:TagUser iam:UntagUser iam:AddUserToGroup iam:RemoveUserFromGroup',
    user,
  ),
  ...each(
    'iam:AttachRolePolicy iam:DetachRolePolicy iam:PutRolePolicy iam:DeleteRolePolicy iam:PutRolePermissionsBoundary iam:DeleteRolePermissionsBoundary iam:TagRole iam:UntagRole iam:UpdateRole iam:UpdateRoleDescription iam:UpdateAssumeRolePolicy',
    role,
  ),
  ...each('iam:CreateGroup iam:AttachGroupPolicy iam:DetachGroupPolicy iam:PutGroupPolicy iam:DeleteGroupPolicy', group),
  // A group keeps its id under a new name, and its members show the new one.
  ['iam:UpdateGroup', ({ asked }) => named(text(asked, 'newGroupName') ?? text(asked, 'groupName'), (name) => ({ kind: 'group', name }))],
  ...each('iam:CreatePolicyVersion iam:SetDefaultPolicyVersion iam:DeletePolicyVersion', policy),
  ...each('iam:CreateAccessKey iam:UpdateAccessKey', accessKey),
  [
    'iam:DeleteAccessKey',
    ({ asked }) => named(text(asked, 'accessKeyId'), (id) => ({ kind: 'access key gone', id, user: text(asked, 'userName') })),
  ],
  ...each('iam:CreateLoginProfile iam:UpdateLoginProfile', password),
  ['iam:DeleteLoginProfile', ({ asked }) => named(text(asked, 'userName'), (name) => ({ kind: 'password gone', name }))],
  ...each(
    'secretsmanager:CreateSecret secretsmanager:PutSecretValue secretsmanager:UpdateSecret secretsmanager:RotateSecret secretsmanager:CancelRotateSecret secretsmanager:RestoreSecret secretsmanager:TagResource secretsmanager:UntagResource secretsmanager:UpdateSecretVersionStage secretsmanager:DeleteSecret secretsmanager:RotationSucceeded',
    secret,
  ),
  ['secretsmanager:EndSecretVersionDelete', () => []],
  ['secretsmanager:SecretVersionDeletion', () => []],
  ['secretsmanager:EndSecretDelete', (detail) => named(secretId(detail), (id) => ({ kind: 'secret gone', id }))],
  ...each('acm:ImportCertificate acm:RequestCertificate acm:RenewCertificate acm:AddTagsToCertificate', certificate),
  ['acm:DeleteCertificate', ({ asked }) => named(text(asked, 'certificateArn'), (arn) => ({ kind: 'certificate gone', arn }))],
]);

const SOURCE = /^(iam|secretsmanager|acm)\.amazonaws\.com(\.cn)?$/;

/**
 * What one message of the queue says.
 * @returns undefined for what is no event of CloudTrail; no changes for a call that failed, that changes nothing here, or that is not known.
 */
export function parseEvent(body: string): AwsEvent | undefined {
  const parsed = event.safeParse(jsonOf(body));
  if (!parsed.success || !/ via CloudTrail$/.test(parsed.data['detail-type'])) return undefined;
  const { detail, account, region } = parsed.data;
  const millis = parseTime(detail.eventTime);
  if (millis === undefined) return undefined;
  const service = SOURCE.exec(detail.eventSource)?.[1];
  const reading = detail.errorCode ? undefined : CALLS.get(`${service ?? ''}:${detail.eventName}`);
  const said = { asked: detail.requestParameters ?? {}, answered: detail.responseElements ?? {}, added: detail.additionalEventData ?? {} };
  return {
    at: toInstant(millis),
    account: detail.recipientAccountId ?? account,
    region: detail.awsRegion ?? region,
    name: detail.eventName,
    changes: reading?.(said) ?? [],
  };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
