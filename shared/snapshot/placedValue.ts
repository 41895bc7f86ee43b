import * as z from 'zod';
import { parsePublicKey, SIGNATURE_BYTES } from '../base/signature.ts';
import { type EntryId, entryIdOf, MAX_ACTS, MAX_ENTRY_BYTES, seen } from '../model/entry.ts';
import { type DeviceId, deviceId, entryId, spaceId } from '../model/ids.ts';
import { instant } from '../model/record.ts';
import { parseCanonical } from './canonicalParse.ts';

/** The shape of a ledger value as FORMAT.md, section 3 has it: what the acts say is judged where they are replayed. */

const body = z
  .object({
    v: z.literal(1),
    space: spaceId,
    device: deviceId,
    prev: entryId.nullable(),
    at: instant,
    seen,
    group: z.string().max(64).optional(),
    acts: z
      .array(z.looseObject({ kind: z.string() }))
      .min(1)
      .max(MAX_ACTS),
  })
  .strict();
type Body = z.infer<typeof body>;

const receipt = z.object({ at: instant, void: z.custom<object>(isVoid).optional() }).strict();

/** Looked through by hand: a schema for records passes over a member that is called `__proto__`. */
function isVoid(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([index, reason]) => /^\d{1,3}$/.test(index) && typeof reason === 'string');
}

export interface PlacedValue {
  readonly id: EntryId;
  readonly device: DeviceId;
  readonly prev: EntryId | null;
  readonly seen: Body['seen'];
  readonly space: Body['space'];
  readonly acts: Body['acts'];
}

export interface SignedBytes {
  readonly signature: Uint8Array<ArrayBuffer>;
  readonly body: Uint8Array<ArrayBuffer>;
}

const RECEIPT_LENGTH_BYTES = 2;

/** Signature and body of a value, as views. @returns undefined when it is too short or too long to hold them. */
export function signedBytesOf(value: Uint8Array<ArrayBuffer>): SignedBytes | undefined {
  const start = receiptEnd(value);
  const length = value.length - start;
  if (length <= SIGNATURE_BYTES || length > MAX_ENTRY_BYTES) return undefined;
  return { signature: value.subarray(start, start + SIGNATURE_BYTES), body: value.subarray(start + SIGNATURE_BYTES) };
}

const receiptEnd = (value: Uint8Array): number => RECEIPT_LENGTH_BYTES + (((value[0] ?? 0) << 8) | (value[1] ?? 0));

/** @returns undefined when the value has another shape. Its signature was not verified. */
export function parsePlacedValue(value: Uint8Array<ArrayBuffer>): PlacedValue | undefined {
  const bytes = signedBytesOf(value);
  if (!bytes || !isReceipt(value.subarray(RECEIPT_LENGTH_BYTES, receiptEnd(value)))) return undefined;
  const parsed = body.safeParse(parseCanonical(bytes.body)?.value);
  if (!parsed.success || parsePublicKey(parsed.data.device) === undefined) return undefined;
  const { device, prev, seen, space, acts } = parsed.data;
  return { id: entryIdOf(bytes.body), device, prev, seen, space, acts };
}

const isReceipt = (bytes: Uint8Array): boolean => receipt.safeParse(parseCanonical(bytes)?.value).success;
