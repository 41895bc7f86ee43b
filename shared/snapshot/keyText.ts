import type { HashHex } from '../base/hash.ts';
import { parsePublicKey } from '../base/signature.ts';

const FEWEST_DIGITS = 32;
const ALL_DIGITS = 64;

/** The hexadecimal digits of a fingerprint that people grouped as they like; undefined when it is none. */
function digitsOf(text: string): string | undefined {
  const digits = text.replace(/[\s:.\-\u2010-\u2015]+/g, '').toLowerCase();
  return digits.length >= FEWEST_DIGITS && digits.length <= ALL_DIGITS && /^[0-9a-f]+$/.test(digits) ? digits : undefined;
}

/** Whether somebody who typed this named a key: 32 to 64 digits of its fingerprint, or the key in base64url. */
export const isKeyText = (text: string): boolean => digitsOf(text) !== undefined || parsePublicKey(text.trim()) !== undefined;

/** Whether the text names this key. */
export function namesKey(text: string, key: string, fingerprint: HashHex): boolean {
  const digits = digitsOf(text);
  return text.trim() === key || (digits !== undefined && fingerprint.startsWith(digits));
}
