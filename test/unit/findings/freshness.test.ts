import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshnessOf, nextFreshnessChange, validateLevels } from '../../../shared/observed/freshness.ts';

const MIN = 60_000;
const source = { reporting: 60 * MIN, cadence: 5 * MIN };

describe('freshness', () => {
  it('[FRE1] silence, gaps and great age are unknown', () => {
    const seen = { asOf: 0, heartbeat: 0, gap: false };
    expect(freshnessOf(seen, 10 * MIN, source, 10 * MIN)).toBe('fresh');
    expect(freshnessOf(seen, 10 * MIN, source, 11 * MIN)).toBe('stale');
    expect(freshnessOf(seen, 10 * MIN, source, 16 * MIN)).toBe('unknown');
    expect(freshnessOf({ ...seen, heartbeat: 240 * MIN }, 10 * MIN, source, 241 * MIN)).toBe('unknown');
    expect(freshnessOf({ ...seen, gap: true }, 10 * MIN, source, 1)).toBe('unknown');
    expect(freshnessOf({ ...seen, asOf: undefined }, 10 * MIN, source, 1)).toBe('unknown');
  });
  it('[FRE2] a level that cannot be kept is refused with the sum', () => {
    expect(validateLevels(5 * MIN, 2 * MIN, 3 * MIN, 10 * MIN)).toBeUndefined();
    expect(validateLevels(5 * MIN, 2 * MIN, 4 * MIN, 10 * MIN)).toContain('5 min cadence + 2 min run time + 4 min provider lag = 11 min');
  });
  it('[FRE4] changes when it was announced, and not before', () => {
    const minutes = (max: number) => fc.integer({ min: 0, max }).map((count) => count * MIN);
    const evidence = fc.record({
      asOf: fc.option(minutes(400), { nil: undefined }),
      heartbeat: fc.option(minutes(400), { nil: undefined }),
      gap: fc.boolean(),
    });
    fc.assert(
      fc.property(evidence, minutes(90), minutes(600), fc.double({ min: 0, max: 1, noNaN: true }), (seen, level, now, share) => {
        const next = nextFreshnessChange(seen, level, source, now);
        const before = freshnessOf(seen, level, source, now);
        const last = Number.isFinite(next) ? next - 1 : now + 10_000 * MIN;
        expect(freshnessOf(seen, level, source, Math.floor(now + (last - now) * share))).toBe(before);
        expect(freshnessOf(seen, level, source, last)).toBe(before);
      }),
    );
  });
});
