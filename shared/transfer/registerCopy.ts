import * as z from 'zod';
import { utf8 } from '../base/bytes.ts';
import { MAX_TEXT } from '../base/text.ts';
import { anchor, spaceId } from '../model/ids.ts';
import { instant, json } from '../model/record.ts';

/** More would be another register: a source of its own, or a backup, is the way then. */
export const MOST_COPIED = 5_000;
export const COPY_ENDING = '.muster-copy.json';
/** What a file may weigh before it is looked at, in bytes. */
export const COPY_BYTES = 64 * 1024 * 1024;

const text = z.string().max(MAX_TEXT);
const reference = z.string().regex(/^party:[0-9a-f]{32}$/);

/** A governed value as it stood, and who said it there: words for whoever takes it over, and nobody's signature. */
export const copiedValue = z.object({ field: z.string().min(1).max(64), value: json, by: text, at: instant.optional() }).strict();
export type CopiedValue = z.infer<typeof copiedValue>;

export const copiedRecord = z
  .object({
    id: anchor,
    name: text.min(1),
    kind: text,
    /** Where it is in use: two of one name there are taken for one. */
    boundary: text.optional(),
    values: z.array(copiedValue).max(64),
  })
  .strict();
export type CopiedRecord = z.infer<typeof copiedRecord>;

/** People and teams that the values refer to. */
export const copiedParty = z.object({ reference, name: text.min(1), kind: z.enum(['person', 'team', 'vendor']) }).strict();

/**
 * Identities of one register on their way into another, as a file: plain JSON that no key signs. It is only ever a proposal: who takes it
 * in sees what it would do, and says it as their own.
 */
export const registerCopy = z
  .object({
    format: z.literal('muster-copy'),
    v: z.literal(1),
    from: z.object({ space: spaceId, name: text }).strict(),
    at: instant,
    records: z.array(copiedRecord).min(1).max(MOST_COPIED),
    parties: z.array(copiedParty).max(MOST_COPIED),
  })
  .strict();
export type RegisterCopy = z.infer<typeof registerCopy>;

export const copyBytes = (copy: RegisterCopy): Uint8Array<ArrayBuffer> => utf8(`${JSON.stringify(copy, null, 1)}\n`);

/** @returns undefined for bytes that are no such file. */
export function parsedCopy(bytes: Uint8Array): RegisterCopy | undefined {
  if (bytes.length > COPY_BYTES) return undefined;
  try {
    return registerCopy.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))).data;
  } catch {
    return undefined;
  }
}
