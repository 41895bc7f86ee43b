import * as z from 'zod';
import { environment, role } from './vocabulary.ts';

/** DOMAIN H: how a field is decided between its authors. */
export const authorityRule = z.enum(['source', 'override', 'fill', 'suggest']);
export type AuthorityRule = z.infer<typeof authorityRule>;

/**
 * Who may author a field, in order of precedence. `steward`; `source` is any source that reports it;
 * `source:<id>` one of them; `kind:<connector kind>` all of one kind; `rule` an ownership rule.
 */
export const author = z.string().regex(/^(steward|rule|source|source:[a-z0-9._-]+|kind:[a-z0-9-]+)$/);

/** One field's system of record. Scoped by `when` (most specific wins: coverage, then kind, then type, then none). */
export const fieldPolicy = z
  .object({
    field: z.string(),
    when: z
      .object({ type: z.string().optional(), kind: z.string().optional(), source: z.string().optional(), coverage: z.string().optional() })
      .strict()
      .optional(),
    authors: z.array(author).min(1).max(16),
    rule: authorityRule,
  })
  .strict();
export type FieldPolicy = z.infer<typeof fieldPolicy>;

/** "namespace payments → team Payments": ownership by rule, with the rule as its author. */
export const ownershipRule = z
  .object({
    id: z.string().max(64),
    /** A CEL expression over the row. */
    where: z.string().max(2_048),
    field: z.enum(['owner', 'team', 'application', 'environment']),
    value: z.string().max(512),
  })
  .strict();

export const environmentMapping = z.object({ boundary: z.string().max(512), environment }).strict();

/** What a sign-in makes of somebody: a role and what they may edit. */
export const grant = z.object({ role: role.exclude(['connector']), remit: z.string().max(2_048) }).strict();
export type Grant = z.infer<typeof grant>;

/**
 * Key `sign-in`: people may come in with this identity provider (OpenID Connect Core 1.0, authorization code with PKCE). The first line
 * whose group somebody is in says what they become; who is in none becomes `others`, or is not let in where there is none. A client
 * secret is not policy: the server has it by reference.
 */
export const signInPolicy = z
  .object({
    issuer: z.url({ protocol: /^https?$/ }).max(512),
    clientId: z.string().min(1).max(256),
    /** On the button: "Sign in with Example". */
    name: z.string().min(1).max(64),
    scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/)).max(16),
    /** The claim of the ID token, or of the user info, that lists the groups. */
    groupsClaim: z.string().min(1).max(128),
    groups: z.array(z.object({ group: z.string().min(1).max(256), grant }).strict()).max(256),
    others: grant.optional(),
    /** After so many hours a device that came in this way signs in again before it syncs. What it does offline is not affected. */
    renewHours: z
      .number()
      .int()
      .min(1)
      .max(24 * 90),
  })
  .strict();
export type SignInPolicy = z.infer<typeof signInPolicy>;
export const SIGN_IN_POLICY = 'sign-in';

/**
 * Key `write-back`: which fields may be proposed to the source that holds them, and whether another person than the proposer has to approve.
 * `where there is one`: nobody else in the space may approve, so one person may do both; it is marked as self-approved.
 */
export const writeBackPolicy = z
  .object({ fields: z.array(z.string().min(1).max(64)).max(64), secondPerson: z.enum(['always', 'where there is one']) })
  .strict();
export type WriteBackPolicy = z.infer<typeof writeBackPolicy>;
export const WRITE_BACK_POLICY = 'write-back';
/** DOMAIN H, column "Write back": what is not named is never sent. */
export const SHIPPED_WRITE_BACK: WriteBackPolicy = {
  fields: ['owner', 'team', 'technicalContact', 'application', 'environment'],
  secondPerson: 'where there is one',
};

/** Values of `policy` acts, by key. */
export const policyValue = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('field'), policy: fieldPolicy }).strict(),
  z.object({ kind: z.literal('ownership'), rule: ownershipRule }).strict(),
  z.object({ kind: z.literal('environment'), mapping: environmentMapping }).strict(),
  z.object({ kind: z.literal('threshold'), name: z.string().max(64), days: z.number().int().min(1).max(3_650) }).strict(),
  z.object({ kind: z.literal('signIn'), policy: signInPolicy }).strict(),
  z.object({ kind: z.literal('writeBack'), policy: writeBackPolicy }).strict(),
  z.object({ kind: z.literal('absent') }).strict(),
]);
export type PolicyValue = z.infer<typeof policyValue>;
