import { successionMessage } from '../../shared/ledger/verifySuccession.ts';
import type { Succession } from '../../shared/model/act.ts';
import type { SpaceId } from '../../shared/model/ids.ts';
import { encodeSignature } from './keys.ts';
import type { ServerKeys } from './serverKeys.ts';

/** The next server key and what both say of it. It counts when an administrator's `rekey` act with exactly this has its place. */
export async function prepareSuccession(space: SpaceId, keys: ServerKeys): Promise<Succession> {
  const [from, to] = [keys.current, keys.next()];
  const message = successionMessage(space, from.publicKey, to.publicKey);
  const [endorsement, proof] = await Promise.all([from.sign(message), to.sign(message)]);
  return { from: from.publicKey, to: to.publicKey, endorsement: encodeSignature(endorsement), proof: encodeSignature(proof) };
}
