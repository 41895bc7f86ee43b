import { fromBase64Url } from '../base/bytes.ts';
import { type HashHex, hashHex } from '../base/hash.ts';
import { PUBLIC_KEY_BYTES } from '../base/signature.ts';

/** The fewest hexadecimal digits that are compared: half of a SHA-256 is far more than anybody can search for. */
export const SHORT_FINGERPRINT = 32;

/** The fingerprint of a server's key (FORMAT.md, 2). @throws when the text is no public key. */
export function fingerprintOf(key: string): HashHex {
  const raw = fromBase64Url(key);
  if (raw?.length !== PUBLIC_KEY_BYTES) throw new TypeError('not a public key');
  return hashHex(raw);
}

/** In groups of four, as people read it out to each other: the first 32 digits, or all. */
export function groupedFingerprint(fingerprint: string, digits: number = SHORT_FINGERPRINT): string {
  return (
    fingerprint
      .slice(0, digits)
      .match(/.{1,4}/g)
      ?.join(' ') ?? ''
  );
}

/**
 * Whether what a person was given by another way names this key: 32 or more of the fingerprint's digits from its start, in any grouping and
 * case, or the key itself.
 */
export function matchesFingerprint(given: string, key: string): boolean {
  if (given.trim() === key) return true;
  const digits = givenDigits(given);
  return digits !== undefined && fingerprintOf(key).startsWith(digits);
}

/** Whether the text can be compared at all. */
export const isComparable = (given: string): boolean => givenDigits(given) !== undefined || isKey(given.trim());

const isKey = (text: string): boolean => fromBase64Url(text)?.length === PUBLIC_KEY_BYTES;

function givenDigits(given: string): string | undefined {
  const digits = given.replace(/[\s:.\-–—_,]/g, '').toLowerCase();
  return /^[0-9a-f]{32,64}$/.test(digits) ? digits : undefined;
}
