import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import type { Brand } from './brand.ts';
import { toHex, utf8 } from './bytes.ts';

/** SHA-256 as 64 lower-case hexadecimal digits. */
export type HashHex = Brand<string, 'HashHex'>;

export const sha256 = (bytes: Uint8Array): Uint8Array => nobleSha256(bytes);
export const hashHex = (bytes: Uint8Array): HashHex => toHex(sha256(bytes)) as HashHex;
export const hashText = (text: string): HashHex => hashHex(utf8(text));
