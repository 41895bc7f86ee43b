import { describe, expect, it } from 'vitest';
import { choicesFor } from '../../../renderer/inbox/pairPicking.ts';
import type { Act } from '../../../shared/model/act.ts';
import type { Anchor } from '../../../shared/model/ids.ts';
import type { InboxItem, ProposedPair } from '../../../shared/register/view.ts';

const anchor = (digit: string): Anchor => digit.repeat(32) as Anchor;
const accept = (digit: string): Act => ({ kind: 'accept', anchors: [anchor(digit)] });
const refuse = (digit: string): Act => ({ kind: 'comment', anchors: [anchor(digit)], text: 'no' });
const pair = (digit: string): ProposedPair => {
  const end = { id: anchor(digit), name: digit, type: 'identity' as const, what: 'role', sources: [] };
  return {
    digest: digit.repeat(64) as ProposedPair['digest'],
    ends: [end, end],
    evidence: [],
    accept: [accept(digit)],
    reject: [refuse(digit)],
  };
};
const pairs = ['1', '2', '3'].map(pair);
const item: InboxItem = {
  id: 'pairs/same-name',
  what: '3 pairs',
  count: 3,
  whyNow: '',
  severity: 'low',
  records: [],
  pairs,
  choices: [
    { label: 'One by one', acts: [], safe: true },
    { label: 'Merge 3', acts: pairs.flatMap((one) => one.accept), safe: false, decides: 'accept' },
    { label: 'Keep apart 3', acts: pairs.flatMap((one) => one.reject), safe: false, decides: 'reject' },
  ],
};

describe('[INB7] choices for some of the pairs', () => {
  it('are those of the item while all are chosen, and for an item without pairs', () => {
    expect(choicesFor(item, pairs)).toBe(item.choices);
    const { pairs: _, ...plain } = item;
    expect(choicesFor(plain, [])).toBe(item.choices);
  });
  it('sign what the chosen pairs say, and say how many that are', () => {
    const choices = choicesFor(
      item,
      [pairs[0], pairs[2]].filter((one) => one !== undefined),
    );
    expect(choices.map(({ label, acts }) => [label, acts])).toEqual([
      ['One by one', []],
      ['Merge 2 of 3', [accept('1'), accept('3')]],
      ['Keep apart 2 of 3', [refuse('1'), refuse('3')]],
    ]);
  });
  it('sign nothing when none is chosen', () => {
    expect(choicesFor(item, []).map(({ acts }) => acts.length)).toEqual([0, 0, 0]);
  });
});
