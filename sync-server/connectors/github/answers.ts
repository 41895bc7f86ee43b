import * as z from 'zod';
import type { Instant } from '../../../shared/base/time.ts';
import { redactText } from '../../../shared/observed/redact.ts';

/**
 * What is taken from GitHub's answers (REST API description, version 2022-11-28), and nothing else. Free text goes through the redactor
 * here, because it is also kept in the cursor, between runs.
 */
const clean = z.string().transform((text) => redactText(text.slice(0, 500), 'text').text);
const id = z.number().int().positive();
const moment = z.string().transform((text, context) => {
  const time = Date.parse(text);
  if (Number.isFinite(time)) return new Date(time).toISOString() as Instant;
  context.addIssue('must be a time');
  return z.NEVER;
});
const permissions = z.record(z.string().max(100), z.string().max(20));

export const organization = z.object({ id, login: z.string() });

export const repository = z.object({
  id,
  name: clean,
  full_name: clean,
  archived: z.boolean().default(false),
  default_branch: clean.default('main'),
  visibility: z.string().max(20).default('private'),
  owner: z.object({ login: z.string(), id }),
});
export type Repository = z.infer<typeof repository>;

export const installation = z.object({
  id,
  app_id: z.number().int(),
  app_slug: clean,
  client_id: z.string().optional(),
  repository_selection: z.enum(['all', 'selected']),
  permissions,
  created_at: moment,
  suspended_at: moment.nullable(),
});
export type Installation = z.infer<typeof installation>;

export const deployKey = z.object({
  id,
  /** The public half: `ssh-ed25519 AAAA…`. Only its fingerprint is kept. */
  key: z.string(),
  title: clean,
  created_at: moment,
  read_only: z.boolean(),
  added_by: clean.nullable().optional(),
  last_used: moment.nullable().optional(),
  enabled: z.boolean().optional(),
});

export const tokenGrant = z.object({
  owner: z.object({ login: clean }),
  repository_selection: z.enum(['none', 'all', 'subset']),
  permissions: z.object({ organization: permissions.optional(), repository: permissions.optional(), other: permissions.optional() }),
  access_granted_at: moment,
  token_id: id,
  token_name: clean,
  token_expired: z.boolean(),
  token_expires_at: moment.nullable(),
  token_last_used_at: moment.nullable(),
});
export type TokenGrant = z.infer<typeof tokenGrant>;

export const secret = z.object({ name: clean, created_at: moment, updated_at: moment, visibility: z.string().max(20).optional() });
export type Secret = z.infer<typeof secret>;

export const environment = z.object({ id, name: clean, created_at: moment });
export type Environment = z.infer<typeof environment>;

const claims = z.array(z.string().max(100)).max(50);
export const organizationSubject = z.object({ include_claim_keys: claims });
export const repositorySubject = z.object({
  use_default: z.boolean(),
  include_claim_keys: claims.optional(),
  sub_claim_prefix: z.string().max(500).optional(),
});
export type RepositorySubject = z.infer<typeof repositorySubject>;
