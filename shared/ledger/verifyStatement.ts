import { fromBase64Url, utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';
import { type Purpose, signedMessage, type Verify } from '../base/signature.ts';
import type { DeviceId, SpaceId } from '../model/ids.ts';
import type { SignedHead, SignedRestore } from '../model/status.ts';

/** Did this key sign that the ledger had this root at this place? */
export const isSignedHead = (space: SpaceId, { epoch, place, root, at, signature }: SignedHead, key: DeviceId, verify: Verify) =>
  isSigned('muster/head/1', { space, epoch, place, root, at }, signature, [key], verify);

/** Did one of these keys sign that a restore began this epoch? */
export const isSignedRestore = (
  space: SpaceId,
  { epoch, at, root, time, signature }: SignedRestore,
  keys: readonly DeviceId[],
  verify: Verify,
): Promise<boolean> => isSigned('muster/restore/1', { space, epoch, at, root, time }, signature, keys, verify);

async function isSigned(
  purpose: Purpose,
  said: Readonly<Record<string, string | number>>,
  signature: string,
  keys: readonly DeviceId[],
  verify: Verify,
): Promise<boolean> {
  const bytes = fromBase64Url(signature);
  if (!bytes) return false;
  const message = signedMessage(purpose, utf8(canonicalJson(said)));
  for (const key of keys) if (await verify(key, message, bytes)) return true;
  return false;
}
