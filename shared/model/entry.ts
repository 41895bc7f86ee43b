import * as z from 'zod';
import { concatBytes, fromUtf8, toHex, utf8 } from '../base/bytes.ts';
import { type HashHex, sha256Joined } from '../base/hash.ts';
import { canonicalJson } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { SIGNATURE_BYTES, type Signer, signedMessage } from '../base/signature.ts';
import { type Act, act, voidReason } from './act.ts';
import { type DeviceId, deviceId, type EntryId, entryId, hash, type Place, place, type SpaceId, spaceId } from './ids.ts';
import { instant } from './record.ts';

export const MAX_ACTS = 500;
export const MAX_ENTRY_BYTES = 256 * 1024;

/** What the author's device held, without a hole, when the editor was opened (DESIGN 5). `root` is computed by the device. */
export const seen = z.object({ epoch: z.number().int().min(0), place, root: hash }).strict();
export type Seen = z.infer<typeof seen>;

export const entryBody = z
  .object({
    v: z.literal(1),
    space: spaceId,
    device: deviceId,
    prev: entryId.nullable(),
    at: instant,
    seen,
    /** A change of more than 500 acts is several entries with one group. */
    group: z.string().max(64).optional(),
    acts: z.array(act).min(1).max(MAX_ACTS),
  })
  .strict();
export type EntryBody = z.infer<typeof entryBody>;

/** A signed entry as it travels: 64 signature bytes, then the body exactly as it was signed. */
export type EntryBytes = Uint8Array<ArrayBuffer>;

export interface Entry extends EntryBody {
  readonly id: EntryId;
}

/** Why bytes are refused with close code 4422. Never logged with the bytes themselves. */
export type EntryProblem =
  | 'too large'
  | 'too short'
  | 'not JSON'
  | 'not canonical'
  | 'not an entry'
  | 'another space'
  | 'another device'
  | 'bad signature'
  | 'unknown prev'
  | 'seen from the future';

/** id = SHA-256 over tag and body. The signature is left out: it is not part of what was said. */
export const entryIdOf = (body: Uint8Array): EntryId => toHex(sha256Joined(ENTRY_TAG, body)) as EntryId;
const ENTRY_TAG = signedMessage('muster/entry/1', new Uint8Array(0));

export async function signEntry(body: EntryBody, signer: Signer): Promise<{ id: EntryId; bytes: EntryBytes }> {
  const bytes = utf8(canonicalJson(body));
  const signature = await signer.sign(signedMessage('muster/entry/1', bytes));
  return { id: entryIdOf(bytes), bytes: concatBytes(signature, bytes) };
}

export const signatureOf = (bytes: EntryBytes): Uint8Array<ArrayBuffer> => bytes.slice(0, SIGNATURE_BYTES);
export const bodyOf = (bytes: EntryBytes): Uint8Array<ArrayBuffer> => bytes.slice(SIGNATURE_BYTES);

/** Parses without checking the signature. The body must be canonical JSON, so that one entry has one spelling. */
export function parseEntry(bytes: EntryBytes): Result<Entry, EntryProblem> {
  if (bytes.length > MAX_ENTRY_BYTES) return err('too large');
  if (bytes.length <= SIGNATURE_BYTES) return err('too short');
  const body = bodyOf(bytes);
  let value: unknown;
  try {
    const text = fromUtf8(body);
    value = JSON.parse(text);
    if (canonicalJson(value) !== text) return err('not canonical');
  } catch {
    return err('not JSON');
  }
  const parsed = entryBody.safeParse(value);
  return parsed.success ? ok({ ...parsed.data, id: entryIdOf(body) }) : err('not an entry');
}

/**
 * Decodes an entry that the server placed. It was parsed in full before it was placed; an act kind that this version
 * does not know is kept, and makes the replica read-only (DESIGN 5).
 */
export function decodePlacedEntry(bytes: EntryBytes): Entry | undefined {
  try {
    const body = bytes.subarray(SIGNATURE_BYTES);
    return { ...(JSON.parse(fromUtf8(body)) as EntryBody), id: entryIdOf(body) };
  } catch {
    return undefined;
  }
}

/** The server's word on a placed entry. `void` maps the index of an act to the reason why it does not count. */
export const receipt = z.object({ at: instant, void: z.record(z.string().regex(/^\d{1,3}$/), voidReason).optional() }).strict();
export type Receipt = z.infer<typeof receipt>;

export interface PlacedEntry {
  readonly place: Place;
  readonly entry: Entry;
  readonly receipt: Receipt;
}

/**
 * What the ledger document holds at a place: receipt length (u16, big endian), canonical receipt, signature, body.
 * It is also the Merkle leaf (RFC 6962): the head covers entries together with their receipts.
 */
export function encodeLedgerValue(bytes: EntryBytes, said: Receipt): Uint8Array<ArrayBuffer> {
  const receiptBytes = utf8(canonicalJson(said));
  return concatBytes(Uint8Array.of(receiptBytes.length >> 8, receiptBytes.length & 255), receiptBytes, bytes);
}

/** @returns undefined when the value is damaged. */
export function decodeLedgerValue(value: Uint8Array): { bytes: EntryBytes; entry: Entry; receipt: Receipt } | undefined {
  const length = ((value[0] ?? 0) << 8) | (value[1] ?? 0);
  if (value.length < 2 + length + SIGNATURE_BYTES + 2) return undefined;
  try {
    const said = JSON.parse(fromUtf8(value.subarray(2, 2 + length))) as Receipt;
    const bytes = value.slice(2 + length) as EntryBytes;
    const entry = decodePlacedEntry(bytes);
    return entry ? { bytes, entry, receipt: said } : undefined;
  } catch {
    return undefined;
  }
}

export type { Act, DeviceId, EntryId, HashHex, Place, SpaceId };
