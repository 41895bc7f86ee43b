import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { fromBase64Url, toBase64Url } from '../../shared/base/bytes.ts';
import type { PublicKey, Signer, Verify } from '../../shared/base/signature.ts';

const signAsync = promisify(sign);
const verifyAsync = promisify(verify);

/** A key file that is there and is no key: one line that says so. Another key in its place would be another server. */
export class KeyFileDamaged extends Error {
  override readonly name = 'KeyFileDamaged';
}

/** An Ed25519 key kept in a PKCS8 file that only its owner can read; created when it is not there. */
export function loadOrCreateSigner(path: string): Signer {
  if (!existsSync(path)) createKeyFile(path);
  return loadSigner(path);
}

/** @throws KeyFileDamaged, also when there is none. */
export function loadSigner(path: string): Signer {
  try {
    return signerOf(createPrivateKey(readFileSync(path, 'utf8')));
  } catch {
    throw new KeyFileDamaged(`${path} is not a private key. Restore it from the backup of this data directory.`);
  }
}

function createKeyFile(path: string): void {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  // Whole and on disk before it has its name: a crash must not leave half a key that the store already relies on.
  const next = `${path}.next`;
  writeFileSync(next, pem, { mode: 0o600, flush: true });
  renameSync(next, path);
}

function signerOf(key: KeyObject): Signer {
  const publicKey = createPublicKey(key).export({ format: 'jwk' }).x as PublicKey;
  return {
    publicKey,
    async sign(message) {
      const signature = await signAsync(null, message, key);
      return new Uint8Array(signature);
    },
  };
}

const KEYS_REMEMBERED = 4_096;

/** Ed25519 verification on libuv's thread pool: the event loop goes on while signatures are checked. Keys are parsed once. */
export function createVerify(): Verify {
  const keys = new Map<string, KeyObject>();
  const keyObject = (publicKey: string): KeyObject => {
    const known = keys.get(publicKey);
    if (known) return known;
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    if (keys.size >= KEYS_REMEMBERED) keys.clear();
    keys.set(publicKey, key);
    return key;
  };
  return async (publicKey, message, signature) => {
    try {
      return await verifyAsync(null, message, keyObject(publicKey), signature);
    } catch {
      return false;
    }
  };
}

/** Signature text as it travels in JSON. @returns undefined when it is not base64url. */
export const decodeSignature = (text: string): Uint8Array<ArrayBuffer> | undefined => fromBase64Url(text);
export const encodeSignature = (signature: Uint8Array): string => toBase64Url(signature);
