import type { Brand } from './brand.ts';
import { concatBytes, fromBase64Url, toBase64Url, utf8 } from './bytes.ts';

/** The raw 32-byte Ed25519 public key (RFC 8032) in base64url. A device's id is its key: 43 characters. */
export type PublicKey = Brand<string, 'PublicKey'>;

/**
 * What a signature is for. The tag is signed with the bytes, so that none can be replayed as another:
 * a nonce that happens to be an entry is still not an entry (DESIGN 5).
 */
export type Purpose =
  | 'muster/entry/1'
  | 'muster/auth/1'
  | 'muster/backup/1'
  | 'muster/enrol/1'
  | 'muster/head/1'
  | 'muster/rekey/1'
  | 'muster/restore/1'
  | 'muster/snapshot/1'
  /** No signature: the digest of a proposal, which an approval signs with its entry. */
  | 'muster/write/1';

/** A private key that may be unable to leave its host (WebCrypto, not extractable). */
export interface Signer {
  readonly publicKey: PublicKey;
  sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** Ed25519 verification by the host: WebCrypto in a worker, `node:crypto` on the server. Never throws on bad input: false. */
export type Verify = (key: PublicKey, message: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>) => Promise<boolean>;

/** The bytes that are signed: tag, NUL, payload. */
export const signedMessage = (purpose: Purpose, payload: Uint8Array): Uint8Array<ArrayBuffer> => concatBytes(utf8(`${purpose}\0`), payload);

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

export function parsePublicKey(text: string): PublicKey | undefined {
  return fromBase64Url(text)?.length === PUBLIC_KEY_BYTES ? (text as PublicKey) : undefined;
}

export const publicKeyOf = (raw: Uint8Array): PublicKey => toBase64Url(raw) as PublicKey;
