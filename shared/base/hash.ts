import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import type { Brand } from './brand.ts';
import { toHex, utf8 } from './bytes.ts';

/** SHA-256 as 64 lower-case hexadecimal digits. */
export type HashHex = Brand<string, 'HashHex'>;

const initial = nobleSha256.create();
const hasher = nobleSha256.create();

/** One hasher is set back before each use: to make one costs as much as to hash a short text, and a cold start hashes 100,000 of them. */
export const sha256 = (bytes: Uint8Array): Uint8Array => initial._cloneInto(hasher).update(bytes).digest();

/** SHA-256 of two byte strings one after the other, without a copy of both. */
export const sha256Joined = (first: Uint8Array, second: Uint8Array): Uint8Array =>
  initial._cloneInto(hasher).update(first).update(second).digest();
export const hashHex = (bytes: Uint8Array): HashHex => toHex(sha256(bytes)) as HashHex;
export const hashText = (text: string): HashHex => hashHex(utf8(text));
