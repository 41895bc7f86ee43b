import * as z from 'zod';
import { secretReference } from '../../../shared/wire/http.ts';

/** `eu-west-1`, `us-gov-east-1`, `cn-north-1`, `eusc-de-east-1`. */
const REGION = /^[a-z]{2,5}(-[a-z]+)+-\d{1,2}$/;
const ROLE_ARN = /^arn:[a-z0-9-]+:iam::\d{12}:role\/.+$/;

const isAddress = (text: string): boolean => {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  return url !== null && url.hostname !== '' && url.username === '' && url.password === '';
};

const path = z
  .string()
  .max(512)
  .refine((text) => /^\/(.*\/)?$/.test(text), 'must be a path of IAM, as in /service/ or /');
/** IAM, "Rules for tagging in IAM": letters, digits, spaces and _ . : / = + - @ */
const tagKey = z.string().regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u, 'must be the key of a tag');

const SERVICES = ['iam', 'secretsmanager', 'acm'] as const;

export const settings = z
  .strictObject({
    /** Where secrets and certificates are looked for. IAM is one for the whole account; it is asked through the first of them. */
    regions: z.array(z.string().regex(REGION, 'must be a region, as in eu-west-1')).min(1).max(40),
    services: z
      .array(z.enum(SERVICES))
      .min(1)
      .max(3)
      .default([...SERVICES]),
    /** Absent: what AWS gives the computer that runs the server (a role of its EC2 instance, ECS task or pod). */
    accessKeyId: z
      .string()
      .regex(/^[A-Z0-9]{16,128}$/, 'must be an access key id')
      .optional(),
    secretAccessKey: secretReference.optional(),
    sessionToken: secretReference.optional(),
    /** A role to take on first, in this account or another; with the external id that its trust policy asks for. */
    roleArn: z.string().max(2_048).regex(ROLE_ARN, 'must be the ARN of a role').optional(),
    externalId: z
      .string()
      .regex(/^[\w+=,.@:/-]{2,1224}$/, 'must be an external id')
      .optional(),
    /** Instead of AWS's own addresses: a VPC endpoint, or a server in a test. */
    endpoint: z.string().max(1_024).refine(isAddress, 'must be https://host:port, without a user or password').optional(),
    /** Paths of users and roles: all when empty. What an excluded path begins with is left out. */
    include: z.array(path).max(100).default([]),
    exclude: z.array(path).max(100).default([]),
    /** How many calls about single keys, passwords, secrets and certificates one run may make. */
    maxCalls: z.number().int().min(0).max(1_000_000).default(20_000),
    /** Events of CloudTrail that EventBridge puts into a queue. */
    queueUrl: z.string().max(1_024).refine(isAddress, 'must be the address of a queue').optional(),
    /** Tags that hold governed fields; what is not named is `muster:<field>`. */
    ownerTag: tagKey.optional(),
    teamTag: tagKey.optional(),
    applicationTag: tagKey.optional(),
    purposeTag: tagKey.optional(),
    technicalContactTag: tagKey.optional(),
    environmentTag: tagKey.optional(),
  })
  .refine(
    ({ accessKeyId, secretAccessKey }) => (accessKeyId === undefined) === (secretAccessKey === undefined),
    'accessKeyId and secretAccessKey come together',
  )
  .refine(
    ({ accessKeyId, sessionToken }) => sessionToken === undefined || accessKeyId !== undefined,
    'a sessionToken belongs to an accessKeyId',
  )
  .refine(({ externalId, roleArn }) => externalId === undefined || roleArn !== undefined, 'an externalId belongs to a roleArn');
export type AwsSettings = z.infer<typeof settings>;

/** Governed fields that a tag holds. */
export const TAG_FIELDS = ['owner', 'team', 'application', 'purpose', 'technicalContact', 'environment'] as const;
export type TagField = (typeof TAG_FIELDS)[number];

/** The key of the tag that holds a field. */
export const tagKeyOf = (field: TagField, settings: Partial<AwsSettings>): string => settings[`${field}Tag`] ?? `muster:${field}`;

/** Whether a user or role of this path is listed. */
export const isIncluded = (path: string, { include, exclude }: Pick<AwsSettings, 'include' | 'exclude'>): boolean =>
  (include.length === 0 || include.some((one) => path.startsWith(one))) && !exclude.some((one) => path.startsWith(one));
