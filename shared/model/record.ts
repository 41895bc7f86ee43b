import * as z from 'zod';
import { fromUtf8, utf8 } from '../base/bytes.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { MAX_TEXT } from '../base/text.ts';
import type { Instant } from '../base/time.ts';
import { coverageId, externalId } from './ids.ts';
import { entitlement, linkRelation, recordType } from './vocabulary.ts';

const text = z.string().max(MAX_TEXT);
export const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/)
  .transform((value) => value as Instant);

/** Deeper nesting than any source has; without a bound a hostile value would exhaust the stack. */
const MOST_NESTED = 32;

function isJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth >= MOST_NESTED) return false;
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return members.every((member) => isJson(member, depth + 1));
}

/**
 * Any JSON value, bounded in size by the document that carries it. Checked by hand: `z.json()` tries the alternatives of a union
 * for every value, which was half of what a record costs at the gate.
 */
export const json: z.ZodType<Json> = z.custom<Json>((value) => isJson(value), 'must be a JSON value');

/**
 * A link names its other end by a strong key when the source knows one, else by the id the same source uses. A pattern means every
 * identity with a global name that fits it: `*` stands for any text, `?` for one character.
 */
export const linkTarget = z.union([
  z.object({ key: text }).strict(),
  z.object({ externalId }).strict(),
  z.object({ alias: text }).strict(),
  z.object({ pattern: text }).strict(),
]);

export const observedLink = z
  .object({
    relation: linkRelation,
    to: linkTarget,
    certainty: z.enum(['exact', 'inferred', 'asserted']),
    note: text.optional(),
    /** The link ends here and starts at what `to` names: a role says who may assume it, not the other way round. */
    inward: z.literal(true).optional(),
  })
  .strict();
export type ObservedLink = z.infer<typeof observedLink>;

/** What a connector says of one thing. Names of `fields` are those of `model/fields.ts`; `access` holds entitlements. */
export const observation = z
  .object({
    type: recordType,
    /** DOMAIN B for identities, the credential and party kinds otherwise. */
    kind: text,
    /** The source's own type: `db.role`, `aws.user`, `x509.certificate`. */
    subtype: text.optional(),
    externalId,
    coverage: coverageId,
    /** Immutable keys that join records across sources (DOMAIN C): `postgres:<system id>/<role oid>`. Never names. */
    keys: z.array(text).max(16),
    /** Names, ARNs and paths: what people call it, what may be given to something else tomorrow. */
    aliases: z.array(text).max(64),
    fields: z.record(z.string(), json),
    access: z.array(entitlement).max(2_000).optional(),
    /** Fields that could not be read: neither null nor absent (DESIGN 6). */
    unread: z.array(text).max(64).optional(),
    links: z.array(observedLink).max(2_000).optional(),
    /** Only where the source itself dates the record (a date column); otherwise the run's as-of counts. */
    asOf: instant.optional(),
  })
  .strict();
export type Observation = z.infer<typeof observation>;

/** Monotone counters that reviews bind (DESIGN 4). */
export const revisions = z
  .object({ owner: z.number().int().min(0), entitlement: z.number().int().min(0), credential: z.number().int().min(0) })
  .strict();

/** What a source document holds for one record: the observation and what the runner adds to it. */
export const sourceRecord = observation
  .extend({
    /** The as-of of the first complete listing that did not contain it. Written by the runner alone; nothing is ever deleted. */
    missingSince: instant.optional(),
    deleted: z
      .object({ at: instant, evidence: z.enum(['event', 'tombstone']) })
      .strict()
      .optional(),
    firstSeen: instant,
    /** The as-of at which it last gained a privileged right that it did not have before. Absent: never since it was first seen. */
    gained: instant.optional(),
    revisions,
  })
  .strict();
export type SourceRecord = z.infer<typeof sourceRecord>;

/** The bytes of a record are its canonical JSON: equal content, equal hash. */
export const encodeRecord = (record: SourceRecord): Uint8Array<ArrayBuffer> => utf8(canonicalJson(record));

/**
 * Decodes bytes that the runner has validated before it wrote them. Cheap on purpose (100,000 records at a cold start):
 * one structural check, not a schema.
 * @returns undefined when the bytes are not a record.
 */
export function decodeRecord(bytes: Uint8Array): SourceRecord | undefined {
  try {
    const value = JSON.parse(fromUtf8(bytes)) as Partial<SourceRecord> | null;
    const shaped =
      value !== null &&
      typeof value === 'object' &&
      typeof value.type === 'string' &&
      typeof value.externalId === 'string' &&
      typeof value.fields === 'object' &&
      value.fields !== null &&
      Array.isArray(value.keys) &&
      Array.isArray(value.aliases);
    return shaped ? (value as SourceRecord) : undefined;
  } catch {
    return undefined;
  }
}
