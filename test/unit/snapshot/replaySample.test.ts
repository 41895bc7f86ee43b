import { describe, expect, it } from 'vitest';
import { drawSample } from '../../../shared/snapshot/sample.ts';

const ids = Array.from({ length: 100 }, (_, index) => `id ${index}`);

describe('[SNP20] a random sample', () => {
  it('is what the format says: by the hash of seed, line feed and id', () => {
    expect(drawSample(['a', 'b', 'c', 'd'], { seed: 'audit 2026', size: 4 })).toEqual(EXPECTED);
  });

  it('is the same for everybody, in whatever order the ids come', () => {
    const spec = { seed: 'q3', size: 25 };
    expect(drawSample([...ids].reverse(), spec)).toEqual(drawSample(ids, spec));
    expect(drawSample(ids, spec)).toHaveLength(25);
    expect(drawSample(ids, { ...spec, size: 30 }).slice(0, 25)).toEqual(drawSample(ids, spec));
  });

  it('is another one with another seed, and everything where more is asked for than there is', () => {
    expect(drawSample(ids, { seed: 'q4', size: 25 })).not.toEqual(drawSample(ids, { seed: 'q3', size: 25 }));
    expect(drawSample(ids, { seed: 'q4', size: 1_000 }).sort()).toEqual([...ids].sort());
  });
});

/** `printf 'audit 2026\na' | sha256sum` and so on, sorted. */
const EXPECTED = ['b', 'c', 'd', 'a'];
