import { utf8 } from '../base/bytes.ts';
import { type HashHex, hashHex } from '../base/hash.ts';
import { canonicalJson } from '../base/json.ts';
import { signedMessage } from '../base/signature.ts';
import type { ActOf, ActRef } from '../model/act.ts';
import type { DeviceId, PersonId, Place, SpaceId } from '../model/ids.ts';

/** A valid proposal at its place. */
export interface Proposal {
  readonly digest: HashHex;
  readonly act: ActOf<'propose'>;
  readonly ref: ActRef;
  readonly person: PersonId | undefined;
  readonly device: DeviceId;
  readonly place: Place;
  /** The server's clock when it was placed. */
  readonly at: string;
}

/**
 * What an approval names: SHA-256 over `muster/write/1`, a zero byte, and the canonical JSON of everything that decides what is sent and
 * where to. Only the reason that its author gave is left out.
 */
export function proposalDigest(space: SpaceId, { anchors, source, system, registered, sent, write, nonce }: ActOf<'propose'>): HashHex {
  const said = { space, anchors, source, system, registered, sent, write, nonce };
  return hashHex(signedMessage('muster/write/1', utf8(canonicalJson(said))));
}
