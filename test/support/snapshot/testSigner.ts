import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { type PublicKey, type Purpose, signedMessage } from '../../../shared/base/signature.ts';

/** A real Ed25519 key that signs at once. */
export interface TestSigner {
  readonly publicKey: PublicKey;
  sign(purpose: Purpose, payload: Uint8Array): Uint8Array<ArrayBuffer>;
  signMessage(message: Uint8Array): Uint8Array<ArrayBuffer>;
}

/** RFC 8410, section 7: what stands before the 32 bytes of an Ed25519 private key in PKCS8. */
const PKCS8_BEFORE_KEY = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key is the hash of its name: the same test always makes the same file. */
export function testSigner(name: string): TestSigner {
  const seed = createHash('sha256').update(`test key ${name}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_BEFORE_KEY, seed]), format: 'der', type: 'pkcs8' });
  const signMessage = (message: Uint8Array) => new Uint8Array(sign(null, message, key));
  return {
    publicKey: createPublicKey(key).export({ format: 'jwk' }).x as PublicKey,
    sign: (purpose, payload) => signMessage(signedMessage(purpose, payload)),
    signMessage,
  };
}
