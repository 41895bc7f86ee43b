import { toBase64Url, utf8 } from '../../../shared/base/bytes.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import type { Succession } from '../../../shared/model/act.ts';
import type { SpaceId } from '../../../shared/model/ids.ts';
import type { TestSigner } from './testSigner.ts';

/** What two server keys sign when one takes over from the other. */
export function successionOf(space: SpaceId, from: TestSigner, to: TestSigner): Succession {
  const said = utf8(canonicalJson({ space, from: from.publicKey, to: to.publicKey }));
  return {
    from: from.publicKey,
    to: to.publicKey,
    endorsement: toBase64Url(from.sign('muster/rekey/1', said)),
    proof: toBase64Url(to.sign('muster/rekey/1', said)),
  };
}

/** The chain over these keys, the oldest first. */
export const chainOf = (space: SpaceId, keys: readonly TestSigner[]): Succession[] =>
  keys.slice(1).map((to, index) => successionOf(space, keys[index] as TestSigner, to));
