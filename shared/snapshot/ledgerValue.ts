import * as z from 'zod';
import { fromUtf8 } from '../base/bytes.ts';
import { SIGNATURE_BYTES } from '../base/signature.ts';
import { type EntryBody, entryBody } from '../model/entry.ts';

/** Reasons are texts here: a later version may know further ones. */
const placed = z.object({ at: z.string(), void: z.record(z.string(), z.string()).optional() });
export type PlacedReceipt = z.infer<typeof placed>;

/** The receipt of a ledger value alone, which is much quicker than the whole. @returns undefined when it is damaged. */
export function receiptOf(value: Uint8Array): PlacedReceipt | undefined {
  const parsed = placed.safeParse(jsonOf(value.subarray(2, 2 + receiptLength(value))));
  return parsed.success ? parsed.data : undefined;
}

const witnessing = entryBody.pick({ device: true, seen: true });

/** Who said an entry and what they had seen, without its id, which costs a hash. @returns undefined when it is damaged. */
export function witnessingOf(value: Uint8Array): Pick<EntryBody, 'device' | 'seen'> | undefined {
  const body = jsonOf(value.subarray(2 + receiptLength(value) + SIGNATURE_BYTES));
  const parsed = witnessing.strip().safeParse(body);
  return parsed.success ? parsed.data : undefined;
}

const receiptLength = (value: Uint8Array): number => ((value[0] ?? 0) << 8) | (value[1] ?? 0);

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    return undefined;
  }
}
