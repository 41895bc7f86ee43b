import * as z from 'zod';
import { environment } from './vocabulary.ts';

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

/** Values of `policy` acts, by key. */
export const policyValue = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('field'), policy: fieldPolicy }).strict(),
  z.object({ kind: z.literal('ownership'), rule: ownershipRule }).strict(),
  z.object({ kind: z.literal('environment'), mapping: environmentMapping }).strict(),
  z.object({ kind: z.literal('threshold'), name: z.string().max(64), days: z.number().int().min(1).max(3_650) }).strict(),
  z.object({ kind: z.literal('absent') }).strict(),
]);
export type PolicyValue = z.infer<typeof policyValue>;
