import { describe, expect, test } from 'vitest';
import { doneText, whyMayNot, wishText } from '../../../renderer/editing/changeWords.ts';
import { mergePreviews, needsReview } from '../../../renderer/editing/mergePreviews.ts';
import { ageText, relativeText, shortAgeText } from '../../../renderer/parts/age.ts';
import { DAY, HOUR, MINUTE } from '../../../shared/base/time.ts';
import { mayDo } from '../../../shared/ledger/permissions.ts';
import { type Act, act } from '../../../shared/model/act.ts';
import { role } from '../../../shared/model/vocabulary.ts';
import type { EditPreview } from '../../../shared/register/view.ts';

const preview = (part: Partial<EditPreview>): EditPreview => ({
  acts: [],
  records: 1,
  unchanged: 0,
  conflictsSettled: 0,
  drift: 0,
  refused: [],
  examples: [],
  ...part,
});

describe('ages', () => {
  test.each([
    [20_000, 'just now'],
    [4 * MINUTE, '4 min'],
    [3 * HOUR, '3 h'],
    [12 * DAY, '12 d'],
    [426 * DAY, '13 months'],
    [1_200 * DAY, '3 years'],
  ])('[UI3] %d ms is %s', (span, words) => expect(ageText(span)).toBe(words));

  test('[UI3] the future is said to be the future', () => {
    expect(relativeText(0, 5 * MINUTE)).toBe('5 min ago');
    expect(relativeText(5 * MINUTE, 0)).toBe('in 5 min');
    expect(shortAgeText(426 * DAY)).toBe('13 mo');
  });
});

describe('edits', () => {
  test('[UI4] what was done is said with its number', () => {
    expect(doneText({ kind: 'set', field: 'owner', value: 'x' }, 40)).toBe('Owner set on 40 identities');
    expect(wishText({ kind: 'accept' }, 1, undefined)).toBe('Accept 1 identity into the register');
  });

  test('[UI4] one identity is signed at once; many, or a refusal, are shown first', () => {
    expect(needsReview(preview({}), 1)).toBe(false);
    expect(needsReview(preview({}), 2)).toBe(true);
    expect(needsReview(preview({ refused: [{ id: 'a'.repeat(32) as never, name: 'x', reason: 'outside the remit' }] }), 1)).toBe(true);
  });

  test('[UI4] changes signed together keep every act and count each record once', () => {
    const acts: Act[] = [{ kind: 'comment', anchors: ['a'.repeat(32) as never], text: 'x' }];
    const merged = mergePreviews([preview({ acts, records: 3, unchanged: 2 }), preview({ acts, records: 3, unchanged: 0 })]);
    expect(merged).toMatchObject({ records: 3, unchanged: 0 });
    expect(merged.acts).toHaveLength(2);
  });

  test('[UI5] a role that may not edit is told why', () => {
    const because = 'A newer version wrote something here.';
    expect(whyMayNot({ role: 'reader', because: undefined }, ['set'])).toContain('reader');
    expect(whyMayNot({ role: undefined, because: undefined }, ['set'])).toContain('invitation');
    expect(whyMayNot({ role: 'steward', because }, ['set'])).toBe(because);
    expect(whyMayNot({ role: 'steward', because: undefined }, ['set'])).toBeUndefined();
    expect(whyMayNot({ role: 'steward', because: undefined }, ['set', 'policy'])).toContain('steward');
  });

  test('[UI5] [TRU61] every act of every role is offered exactly where the one definition lets it, else with a reason', () => {
    for (const asked of role.options) {
      for (const { shape } of act.options) {
        const kind = shape.kind.value;
        const reason = whyMayNot({ role: asked, because: undefined }, [kind]);
        expect([asked, kind, reason === undefined]).toEqual([asked, kind, mayDo(asked, kind).may]);
        expect(reason ?? 'a reason').not.toBe('');
      }
    }
  });
});
