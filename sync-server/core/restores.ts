import * as z from 'zod';
import { utf8 } from '../../shared/base/bytes.ts';
import type { HashHex } from '../../shared/base/hash.ts';
import { canonicalJson } from '../../shared/base/json.ts';
import { type PublicKey, type Signer, signedMessage, type Verify } from '../../shared/base/signature.ts';
import type { Instant, Millis } from '../../shared/base/time.ts';
import { deviceId, type SpaceId } from '../../shared/model/ids.ts';
import { type SignedRestore, signedRestore } from '../../shared/model/status.ts';
import type { Storage } from '../storage/storage.ts';
import { decodeSignature, encodeSignature } from './keys.ts';

/** Restores are rare; a list without an end would only be made to exhaust whoever reads it (FORMAT.md, 2). */
export const MOST_RESTORES = 1_000;

const storedRestores = z.array(signedRestore).max(MOST_RESTORES);

/** The list of restores in the store is not what the server signed: the ledger could be cut anywhere. */
export class RestoresDamaged extends Error {
  override readonly name = 'RestoresDamaged';
}

const saidOf = (space: SpaceId, { epoch, at, root, time }: Omit<SignedRestore, 'signature'>): Uint8Array<ArrayBuffer> =>
  signedMessage('muster/restore/1', utf8(canonicalJson({ space, epoch, at, root, time })));

/** The server's word that the ledger goes on after `at` in a new epoch (`signedRestore`). */
export async function signRestore(
  signer: Signer,
  space: SpaceId,
  restore: { readonly epoch: number; readonly at: number; readonly root: HashHex; readonly time: Instant },
): Promise<SignedRestore> {
  return { ...restore, signature: encodeSignature(await signer.sign(saidOf(space, restore))) };
}

/**
 * Seconds since 1970, or one more than the last: the same backup may be restored twice, and devices that had seen what came after the
 * first time must not take the second for it. Two ledgers never share the documents of an epoch.
 */
export const nextEpoch = (last: number, clock: () => Millis): number => Math.max(last + 1, Math.floor(clock() / 1_000));

/** The restores of a store, in order, each with the signature of one of the server's keys. @throws RestoresDamaged */
export async function readStoredRestores(
  storage: Pick<Storage, 'meta'>,
  space: SpaceId,
  keys: readonly PublicKey[],
  verify: Verify,
): Promise<readonly SignedRestore[]> {
  const parsed = storedRestores.safeParse(parsedJson((await storage.meta('restores')) ?? '[]'));
  if (!parsed.success || !isInOrder(parsed.data)) throw damaged();
  for (const restore of parsed.data) {
    if (!(await isSignedByOne(keys, space, restore, verify))) throw damaged();
  }
  return parsed.data;
}

async function isSignedByOne(keys: readonly PublicKey[], space: SpaceId, restore: SignedRestore, verify: Verify): Promise<boolean> {
  const signature = decodeSignature(restore.signature);
  if (!signature) return false;
  for (const key of keys) if (await verify(key, saidOf(space, restore), signature)) return true;
  return false;
}

const storedKeys = z.array(deviceId).max(MOST_RESTORES);

/** Every key that the server ever had, as far as the store was told: a restore may be signed by one that another took over from. */
export async function readServerKeys(storage: Pick<Storage, 'meta'>): Promise<readonly PublicKey[]> {
  const parsed = storedKeys.safeParse(parsedJson((await storage.meta('serverKeys')) ?? '[]'));
  const first = await storage.meta('serverKey');
  return [...(first === undefined ? [] : [first as PublicKey]), ...(parsed.success ? parsed.data : [])];
}

/** What a store keeps of its restores, the newest last. */
export const storedRestoresOf = (restores: readonly SignedRestore[]): Readonly<Record<string, string>> => ({
  epoch: String(restores.at(-1)?.epoch ?? 0),
  restores: canonicalJson(restores),
});

const isInOrder = (restores: readonly SignedRestore[]): boolean =>
  restores.every(({ epoch, at }, index) => epoch > (restores[index - 1]?.epoch ?? 0) && at >= (restores[index - 1]?.at ?? 0));

const damaged = (): RestoresDamaged =>
  new RestoresDamaged('The store does not hold its restores as the server signed them. Restore it from the backup of this data directory.');

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
