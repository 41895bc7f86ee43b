import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../shared/model/record.ts';
import { type GuardInput, guard } from '../../../shared/observed/guard.ts';
import { applyAction } from '../../../shared/observed/heldPlan.ts';
import { judge } from '../../../shared/observed/judge.ts';
import { parseThresholds } from '../../../shared/observed/thresholds.ts';
import { guardInput, knownCoverage, listed, observed, planOf, RecordShelf } from '../../support/observations.ts';

const some = (count: number, rest: Parameters<typeof observed>[1] = {}): Observation[] =>
  Array.from({ length: count }, (_, index) => observed(`r${index}`, rest));

/** A first listing, then another one, and what the guard says of it. */
function second(before: readonly Observation[], after: readonly Observation[], rest: Partial<GuardInput> = {}, high = before.length) {
  const shelf = new RecordShelf();
  shelf.apply(planOf(shelf, before, [listed('production', 0)]).records);
  const known = [knownCoverage('production', before.length, high)];
  const input = guardInput(planOf(shelf, after, [listed('production', 5)], known), { known, ...rest });
  return { shelf, input, verdict: guard(input) };
}
const rulesOf = (before: readonly Observation[], after: readonly Observation[], rest: Partial<GuardInput> = {}, high?: number): string[] =>
  second(before, after, rest, high).verdict.held.flatMap((plan) => plan.part.rules);

describe('the guard', () => {
  it.each([
    [3, 0, ['empty']],
    [2, 0, []],
    [100, 89, ['removals']],
    [100, 90, []],
    [40, 36, []],
    [19, 16, ['removals']],
    [19, 17, []],
  ])('[OBS11] of %i records, %i left: %j', (before, left, rules) => {
    expect(rulesOf(some(before), some(left))).toEqual(rules);
  });

  it('[OBS11] slow bleed: each run takes little, seven days take much', () => {
    expect(rulesOf(some(80), some(79), {}, 100)).toEqual(['slow bleed']);
    expect(rulesOf(some(82), some(81), {}, 100)).toEqual([]);
  });

  it('[OBS11] a threshold of the source counts', () => {
    const thresholds = parseThresholds({ ephemeral: true });
    if (!thresholds.ok) throw new Error(thresholds.error);
    expect(rulesOf(some(100), some(55), { thresholds: thresholds.value })).toEqual([]);
    expect(parseThresholds({ removals: { share: 2 } })).toMatchObject({ ok: false, error: expect.stringMatching(/^guard\.removals/) });
  });

  it('[OBS12] an owner wipe holds the owners and applies the rest', () => {
    const owned = some(100, { fields: { owner: 'Payments', name: 'old' } });
    const wiped = owned.map((record, index) => (index < 6 ? { ...record, fields: { owner: '', name: 'new' } } : record));
    const { verdict, shelf } = second(owned, wiped);
    expect(verdict.held.map((plan) => plan.part.rules)).toEqual([['owner wipe']]);
    expect(verdict.apply).toHaveLength(6);
    for (const { after } of verdict.apply) expect(after.fields).toEqual({ owner: 'Payments', name: 'new' });
    shelf.apply(verdict.apply);
    shelf.apply((verdict.held[0]?.actions ?? []).flatMap((action) => applyAction(shelf.get(action.externalId), action) ?? []));
    expect(planOf(shelf, wiped, [listed('production', 9)]).records).toEqual([]);
  });

  it('[OBS13] [OBS15] mass change holds changes but what was disabled', () => {
    const changed = some(40, { fields: { purpose: 'x' } }).map((record, index) =>
      index === 0 ? { ...record, fields: { status: 'disabled' } } : record,
    );
    const { verdict } = second(some(100), [...changed, ...some(100).slice(40)]);
    expect(verdict.held.map((plan) => [plan.part.rules, plan.items.length])).toEqual([[['mass change'], 39]]);
    expect(verdict.apply.map(({ externalId }) => externalId)).toEqual(['r0']);
  });

  it('[OBS13] [OBS15] a flood holds additions but credentials and privilege', () => {
    const right = { level: 'full', on: '*', native: 'ALL', certainty: 'exact' } as const;
    const fresh = Array.from({ length: 120 }, (_, index) =>
      observed(`new${index}`, index === 0 ? { type: 'credential', kind: 'key' } : index === 1 ? { access: [right] } : {}),
    );
    const { verdict } = second(some(100), [...some(100), ...fresh]);
    expect(verdict.held.map((plan) => [plan.part.rules, plan.items.length])).toEqual([[['flood'], 118]]);
    expect(verdict.apply.map(({ externalId }) => externalId).sort()).toEqual(['new0', 'new1']);
  });

  it('[OBS10] another place holds everything', () => {
    const { verdict } = second(some(10), some(9), { lastPlace: 'a', place: 'b' });
    expect(verdict).toMatchObject({ apply: [], held: [{ part: { rules: ['wrong place'] } }] });
  });

  it('[OBS14] a field that turns unread on many makes the coverage partial', () => {
    const { input } = second(some(40), some(30, { unread: ['owner'] }));
    const judgement = judge({ ...input, listingLife: 7 * 86_400_000 });
    expect(judgement).toMatchObject({
      outcome: 'partial',
      counts: { missing: 0 },
      coverage: [{ outcome: 'partial', problem: { code: 'forbidden' } }],
    });
  });

  it('[OBS16] the first complete run is not judged', () => {
    expect(rulesOf([], some(500))).toEqual(['flood']);
    expect(rulesOf([], some(500), { known: [] })).toEqual([]);
  });

  it('[OBS17] the same removals have the same digest on a later run, others another', () => {
    const digest = (left: number, minute: number): string | undefined => {
      const shelf = new RecordShelf();
      shelf.apply(planOf(shelf, some(100), [listed('production', 0)]).records);
      const known = [knownCoverage('production', 100)];
      return guard(guardInput(planOf(shelf, some(left), [listed('production', minute)], known), { known })).held[0]?.part.digest;
    };
    expect(digest(20, 7)).toBe(digest(20, 5));
    expect(digest(21, 7)).not.toBe(digest(20, 5));
  });

  it('[OBS15] [OBS17] whatever a run says, what is applied and held adds up to all of it, and nothing urgent is held', () => {
    const records = fc.uniqueArray(
      fc.record({ id: fc.integer({ min: 0, max: 60 }), owner: fc.constantFrom('a', 'b', ''), key: fc.boolean() }),
      { selector: ({ id }) => id, maxLength: 50 },
    );
    const toObservations = (list: readonly { id: number; owner: string; key: boolean }[]): Observation[] =>
      list.map(({ id, owner, key }) => observed(`${key ? 'k' : 'r'}${id}`, { type: key ? 'credential' : 'identity', fields: { owner } }));
    fc.assert(
      fc.property(records, records, (first, next) => {
        const { shelf, verdict } = second(toObservations(first), toObservations(next));
        const additions = verdict.held.flatMap((plan) => plan.items).filter((item) => item.change === 'add' && item.type === 'credential');
        expect(additions).toEqual([]);
        shelf.apply(verdict.apply);
        for (const plan of verdict.held)
          shelf.apply(plan.actions.flatMap((action) => applyAction(shelf.get(action.externalId), action) ?? []));
        expect(planOf(shelf, toObservations(next), [listed('production', 9)], [knownCoverage('production', 1)]).records).toEqual([]);
      }),
    );
  });
});
