import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chipOf, joinQuery, splitQuery, toggleToken, tokensOf } from '../../../renderer/register/terms.ts';

describe('the query line', () => {
  test('[UI1] understood terms are chips, the rest stays text', () => {
    const { chips, rest } = splitQuery('owner:none payments -env:production age>90d nonsense:1');
    expect(chips.map((chip) => `${chip.not ? 'not ' : ''}${chip.label}: ${chip.value}`)).toEqual([
      'Owner: none',
      'not Environment: production',
      'Age: > 90d',
    ]);
    expect(rest).toBe('payments nonsense:1');
  });

  test('[UI1] quotation marks hold a value together, and an open one is not yet a term', () => {
    expect(tokensOf('app:"identity hub" x')).toEqual(['app:"identity hub"', 'x']);
    expect(chipOf('app:"identity hub"')?.value).toBe('identity hub');
    expect(chipOf('app:"identity')).toBeUndefined();
  });

  test('[UI2] a count that filters adds its term and takes it away again', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('payments', 'env:test', 'is:missing')), (words) => {
        const before = [...new Set(words)].join(' ');
        expect(toggleToken(toggleToken(before, 'owner:none'), 'owner:none')).toBe(before);
      }),
    );
  });

  test('[UI1] no term is lost when a line is split and joined', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'owner:none', 'x:y', '-is:missing', 'app:"b c"'), { maxLength: 8 }), (words) => {
        const { chips, rest } = splitQuery(words.join(' '));
        expect(tokensOf(joinQuery(chips, rest)).toSorted()).toEqual(words.toSorted());
      }),
    );
  });
});
