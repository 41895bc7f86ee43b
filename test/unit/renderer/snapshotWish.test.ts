import { describe, expect, it } from 'vitest';
import { requestOf, type SnapshotWish, sizeText, verifyCommand, wishProblem } from '../../../renderer/snapshotCreate/snapshotWish.ts';
import { snapshotRequest } from '../../../shared/wire/http.ts';

const WISH: SnapshotWish = {
  what: 'register',
  query: 'owner:none',
  asOf: 'now',
  place: 3,
  sample: 'none',
  size: '50',
  seed: ' a seed ',
  withPrivate: false,
  file: 'muster',
};

describe('[SNP65] what a person chose is what is asked for, and nothing that is not valid is asked', () => {
  it('as usual: everything, now', () => {
    expect(requestOf(WISH)).toEqual({});
  });

  it('each choice', () => {
    const all = requestOf({ ...WISH, what: 'view', asOf: 'place', sample: 'other', withPrivate: true, file: 'report' });
    expect(all).toEqual({ query: { text: 'owner:none' }, place: 3, sample: { size: 50, seed: 'a seed' }, private: true, format: 'report' });
    expect(snapshotRequest.parse(all)).toEqual(all);
    expect(requestOf({ ...WISH, sample: '25' })).toEqual({ sample: { size: 25, seed: 'a seed' } });
  });

  it('what is not valid is said in words', () => {
    expect(wishProblem(WISH, 10)).toBeUndefined();
    expect(wishProblem({ ...WISH, asOf: 'place', place: 11 }, 10)).toContain('1 to 10');
    expect(wishProblem({ ...WISH, asOf: 'place', place: Number.NaN }, 10)).toContain('1 to 10');
    for (const size of ['0', '-1', '1.5', '', 'x', '100001'])
      expect(wishProblem({ ...WISH, sample: 'other', size }, 10)).toContain('100,000');
    expect(wishProblem({ ...WISH, sample: '25', seed: '  ' }, 10)).toContain('seed');
  });

  it('sizes and the command to verify', () => {
    expect([0, 999, 1_000, 12_345_678, 999_999_999, 4_294_967_295].map(sizeText)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.0 kB',
      '12.3 MB',
      '1000 MB',
      '4.3 GB',
    ]);
    expect(verifyCommand('a.muster', 'f'.repeat(32))).toBe(`muster snapshot verify "a.muster" --key ${'f'.repeat(32)}`);
  });
});
