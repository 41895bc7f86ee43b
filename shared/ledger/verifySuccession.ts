import { fromBase64Url, utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';
import { signedMessage, type Verify } from '../base/signature.ts';
import type { Succession } from '../model/act.ts';
import type { DeviceId, SpaceId } from '../model/ids.ts';

/** What both keys sign when one server key takes over from another. */
export const successionMessage = (space: SpaceId, from: DeviceId, to: DeviceId): Uint8Array<ArrayBuffer> =>
  signedMessage('muster/rekey/1', utf8(canonicalJson({ space, from, to })));

/**
 * Follows a chain of server keys from one that is trusted. The chain alone proves that the holders of the keys agreed; that an administrator
 * wanted it is in the ledger.
 * @param from the key that is known: that of genesis, or the one that a device has pinned.
 * @param chain the oldest first. What comes before the first succession of `from` is passed over.
 * @returns the key that is in force at the end, or undefined when the chain does not lead there from `from`, or a signature is wrong.
 */
export async function verifySuccession(
  space: SpaceId,
  chain: readonly Succession[],
  from: DeviceId,
  verify: Verify,
): Promise<DeviceId | undefined> {
  const start = chain.findIndex((link) => link.from === from);
  if (start < 0) return chain.length === 0 || chain.at(-1)?.to === from ? from : undefined;
  const seen = new Set<DeviceId>([from]);
  let key = from;
  for (const link of chain.slice(start)) {
    if (link.from !== key || seen.has(link.to) || !(await isSuccession(space, link, verify))) return undefined;
    key = link.to;
    seen.add(key);
  }
  return key;
}

/** Did both keys sign this? */
export async function isSuccession(space: SpaceId, { from, to, endorsement, proof }: Succession, verify: Verify): Promise<boolean> {
  const message = successionMessage(space, from, to);
  const [old, fresh] = [fromBase64Url(endorsement), fromBase64Url(proof)];
  return old !== undefined && fresh !== undefined && (await verify(from, message, old)) && (await verify(to, message, fresh));
}
