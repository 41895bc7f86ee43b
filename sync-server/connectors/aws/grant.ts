import { type AwsSettings, TAG_FIELDS, tagKeyOf } from './settings.ts';

interface Allowed {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

const IAM_READ = [
  'iam:GetAccountAuthorizationDetails',
  'iam:ListUsers',
  'iam:ListRoles',
  'iam:ListAccessKeys',
  'iam:GetAccessKeyLastUsed',
  'iam:GetLoginProfile',
];
const SECRETS_READ = ['secretsmanager:ListSecrets', 'secretsmanager:DescribeSecret', 'secretsmanager:ListSecretVersionIds'];
const CERTIFICATES_READ = ['acm:ListCertificates', 'acm:DescribeCertificate', 'acm:GetCertificate'];

/** `arn:aws-cn:` where a region of China is named, and so on: one partition for the whole policy. */
function partitionOf({ regions }: Partial<AwsSettings>): string {
  const first = regions?.[0] ?? '';
  if (first.startsWith('cn-')) return 'aws-cn';
  if (first.startsWith('us-gov-')) return 'aws-us-gov';
  return first.startsWith('eusc-') ? 'aws-eusc' : 'aws';
}

/** The queue's ARN, by its address `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`. */
function queueArn(url: string, settings: Partial<AwsSettings>): string {
  const parsed = URL.parse(url);
  const [, account = '*', name = '*'] = (parsed?.pathname ?? '').split('/');
  const region = /^(?:sqs\.)?([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})\./.exec(parsed?.hostname ?? '')?.[1] ?? settings.regions?.[0] ?? '*';
  return `arn:${partitionOf(settings)}:sqs:${region}:${account}:${name}`;
}

/** The least policy that a listing needs, as JSON to paste; none of its actions returns a secret. With `writing` also what write-back needs. */
export function leastRights(settings: Partial<AwsSettings>, { writing = false }: { readonly writing?: boolean } = {}): string {
  const services = settings.services ?? ['iam', 'secretsmanager', 'acm'];
  const has = (service: 'iam' | 'secretsmanager' | 'acm'): boolean => services.includes(service);
  const reads = [...(has('iam') ? IAM_READ : []), ...(has('secretsmanager') ? SECRETS_READ : []), ...(has('acm') ? CERTIFICATES_READ : [])];
  const { queueUrl } = settings;
  const statements: Allowed[] = [
    { Sid: 'MusterReads', Effect: 'Allow', Action: reads, Resource: '*' },
    ...(queueUrl === undefined
      ? []
      : [
          {
            Sid: 'MusterFollows',
            Effect: 'Allow' as const,
            Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
            Resource: queueArn(queueUrl, settings),
          },
        ]),
    ...(writing ? tagging(settings, has('iam'), has('secretsmanager')) : []),
  ];
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2);
}

/** Only the tags that Muster writes, and only on what it lists. */
function tagging(settings: Partial<AwsSettings>, iam: boolean, secrets: boolean): Allowed[] {
  const partition = partitionOf(settings);
  const keys = TAG_FIELDS.map((field) => tagKeyOf(field, settings));
  const actions = [
    ...(iam ? ['iam:ListUserTags', 'iam:ListRoleTags', 'iam:TagUser', 'iam:UntagUser', 'iam:TagRole', 'iam:UntagRole'] : []),
    ...(secrets ? ['secretsmanager:TagResource', 'secretsmanager:UntagResource'] : []),
  ];
  const reading = actions.filter((action) => action.includes(':List'));
  const resources = [
    ...(iam ? [`arn:${partition}:iam::*:user/*`, `arn:${partition}:iam::*:role/*`] : []),
    ...(secrets ? [`arn:${partition}:secretsmanager:*:*:secret:*`] : []),
  ];
  return [
    ...(reading.length === 0
      ? []
      : [{ Sid: 'MusterReadsTags', Effect: 'Allow' as const, Action: reading, Resource: resources.slice(0, 2) }]),
    {
      Sid: 'MusterTags',
      Effect: 'Allow',
      Action: actions.filter((action) => !reading.includes(action)),
      Resource: resources,
      Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': keys } },
    },
  ];
}
