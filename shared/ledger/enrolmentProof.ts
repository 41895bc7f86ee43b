import { utf8 } from '../base/bytes.ts';
import { type HashHex, hashText } from '../base/hash.ts';
import { canonicalJson } from '../base/json.ts';
import { signedMessage } from '../base/signature.ts';
import type { DeviceId, SpaceId } from '../model/ids.ts';

/** The token hash that a device signs which nobody gave a token: one that waits to be confirmed, or that comes in by sign-in. */
export const confirmationToken = (device: DeviceId): HashHex => hashText(`confirm/${device}`) as HashHex;

/** What a new device signs to prove that it holds its key. `token`: the hash of what let it in. */
export const enrolmentMessage = (space: SpaceId, device: DeviceId, token: HashHex): Uint8Array<ArrayBuffer> =>
  signedMessage('muster/enrol/1', utf8(canonicalJson({ space, device, token })));
