import { describe, expect, it } from 'vitest';
import { toBase64Url } from '../../../shared/base/bytes.ts';
import { fingerprintOf, groupedFingerprint, isComparable, matchesFingerprint } from '../../../shared/snapshot/fingerprint.ts';

const KEY = toBase64Url(new Uint8Array(32).fill(7));
const OTHER = toBase64Url(new Uint8Array(32).fill(8));

describe('[SNP64] a key is named by the first 32 digits of its fingerprint, or more', () => {
  const whole = fingerprintOf(KEY);

  it('in any grouping and case, or by itself', () => {
    expect(whole).toMatch(/^[0-9a-f]{64}$/);
    expect(groupedFingerprint(whole)).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
    const spellings = [whole, whole.slice(0, 32), groupedFingerprint(whole), groupedFingerprint(whole, 64).toUpperCase(), KEY, ` ${KEY}\n`];
    for (const given of [...spellings, whole.slice(0, 40).replace(/(..)/g, '$1:')]) {
      expect(matchesFingerprint(given, KEY), given).toBe(true);
      expect(matchesFingerprint(given, OTHER), given).toBe(false);
      expect(isComparable(given)).toBe(true);
    }
  });

  it('never by less, and by nothing else', () => {
    for (const given of [
      '',
      ' ',
      whole.slice(0, 31),
      whole.slice(1),
      `${whole}0`,
      whole.replace(/^./, 'x'),
      KEY.slice(1),
      whole.slice(0, 16),
    ])
      expect(matchesFingerprint(given, KEY), given).toBe(false);
    expect(isComparable(whole.slice(0, 31))).toBe(false);
  });
});
