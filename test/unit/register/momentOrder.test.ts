import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentOrder } from '../../../shared/register/momentOrder.ts';

const moment = fc.oneof(
  fc.constant(Number.NaN),
  fc.integer({ min: -8_640_000_000, max: 8_640_000_000 }),
  fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
  fc.constantFrom(0, 1, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 33),
);

function compared(moments: readonly number[], descending: boolean): number[] {
  const rank = (place: number): number => {
    const value = moments[place] as number;
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : descending ? -value : value;
  };
  return moments.map((_, place) => place).sort((a, b) => (rank(a) === rank(b) ? a - b : rank(a) - rank(b)));
}

describe('the order of moments', () => {
  it('is that of a stable comparison, those without one last whichever way', () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 200 }), fc.boolean(), (moments, descending) => {
        const order = momentOrder(Float64Array.from(moments), descending);
        expect([...(order ?? [])]).toEqual(compared(moments, descending));
      }),
    );
  });

  it('is left to others where moments are too far apart', () => {
    expect(momentOrder(Float64Array.of(0, 2 ** 48), false)).toBeUndefined();
  });
});
