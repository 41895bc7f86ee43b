import { err, ok, type Result } from '../base/result.ts';
import { signedMessage, type Verify } from '../base/signature.ts';
import {
  bodyOf,
  type DeviceId,
  type Entry,
  type EntryBytes,
  type EntryId,
  type EntryProblem,
  type Place,
  parseEntry,
  type Seen,
  type SpaceId,
  signatureOf,
} from '../model/entry.ts';

export interface VerifyOptions {
  readonly space: SpaceId;
  readonly verify: Verify;
  /** Is that entry placed, or about to be placed before this one? */
  readonly knows: (prev: EntryId) => boolean;
  /** How far the ledger goes now. */
  readonly place: Place;
  readonly epoch: number;
  /** The one writer of the outbox that the bytes came through, where there is one. */
  readonly device?: DeviceId;
}

/**
 * Whether foreign bytes are an authentic entry that can be placed. What its author may do is judged afterwards, at its
 * place: an authentic entry is evidence even when it is void. The signature is checked last, because it costs most.
 */
export async function verifyEntry(bytes: EntryBytes, options: VerifyOptions): Promise<Result<Entry, EntryProblem>> {
  const parsed = parseEntry(bytes);
  if (!parsed.ok) return parsed;
  const entry = parsed.value;
  if (entry.space !== options.space) return err('another space');
  if (options.device !== undefined && entry.device !== options.device) return err('another device');
  if (isFromTheFuture(entry.seen, options)) return err('seen from the future');
  if (entry.prev !== null && !options.knows(entry.prev)) return err('unknown prev');
  const authentic = await options.verify(entry.device, signedMessage('muster/entry/1', bodyOf(bytes)), signatureOf(bytes));
  return authentic ? ok(entry) : err('bad signature');
}

/** Places of an earlier epoch may lie past the restore that ended it: the fold caps those. */
function isFromTheFuture(seen: Seen, now: { readonly place: Place; readonly epoch: number }): boolean {
  return seen.epoch > now.epoch || (seen.epoch === now.epoch && seen.place > now.place);
}
