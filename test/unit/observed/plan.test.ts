import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../../../shared/base/json.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import { decodeRecord, type SourceRecord } from '../../../shared/model/record.ts';
import { startPlan } from '../../../shared/observed/plan.ts';
import { sameContent } from '../../../shared/observed/sameContent.ts';
import { at, knownCoverage, listed, observed, planOf, RecordShelf } from '../../support/observations.ts';

const coverage = fc.constantFrom('production', 'test');
const fields = fc.dictionary(
  fc.constantFrom('name', 'owner', 'status', 'lastUsed'),
  fc.constantFrom<Json>('x', 'y', '', null, '2026-01-01'),
);
const listing = fc.uniqueArray(
  fc.record({ id: fc.integer({ min: 0, max: 12 }), coverage, fields }).map(({ id, ...rest }) => observed(`r${id}`, rest)),
  { selector: (record) => record.externalId, maxLength: 12 },
);
const run = fc.record({
  listing,
  production: fc.constantFrom('complete' as const, 'partial' as const, 'failed' as const),
  test: fc.constantFrom('complete' as const, 'partial' as const, 'failed' as const, 'not listed' as const),
});
const KNOWN = [knownCoverage('production', 0), knownCoverage('test', 0)];

const recordOf = (shelf: RecordShelf, id: string): SourceRecord | undefined => {
  const bytes = shelf.get(id as ExternalId);
  return bytes && decodeRecord(bytes);
};
const liveIds = (shelf: RecordShelf): string[] =>
  [...shelf.all()]
    .filter(({ bytes }) => !decodeRecord(bytes)?.missingSince)
    .map(({ externalId }) => externalId)
    .sort();

describe('plans', () => {
  it('[OBS2] [OBS3] whatever runs follow each other, only complete listings of all coverages make something missing', () => {
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 8 }), (runs) => {
        const shelf = new RecordShelf();
        for (const [index, { listing: records, production, test }] of runs.entries()) {
          const coverages = [listed('production', index, production), ...(test === 'not listed' ? [] : [listed('test', index, test)])];
          const plan = planOf(shelf, records, coverages, KNOWN);
          const complete = new Set(
            test === 'not listed' ? [] : coverages.filter(({ outcome }) => outcome === 'complete').map(({ id }) => id),
          );
          for (const record of plan.records.filter(({ change }) => change === 'missing')) {
            expect(complete).toContain(record.after.coverage);
            expect(records.map(({ externalId }) => externalId)).not.toContain(record.externalId);
          }
          shelf.apply(plan.records);
        }
      }),
    );
  });

  it('[OBS7] [OBS1] plans in sequence end in the last complete listing, and the same listing again is no bytes', () => {
    fc.assert(
      fc.property(fc.array(listing, { minLength: 1, maxLength: 6 }), (listings) => {
        const shelf = new RecordShelf();
        const coverages = (minute: number) => [listed('production', minute), listed('test', minute)];
        for (const [index, records] of listings.entries()) shelf.apply(planOf(shelf, records, coverages(index), KNOWN).records);
        const last = listings.at(-1) ?? [];
        expect(liveIds(shelf)).toEqual(last.map(({ externalId }) => externalId as string).sort());
        for (const record of last)
          expect(recordOf(shelf, record.externalId)).toMatchObject({ fields: record.fields, coverage: record.coverage });
        expect(planOf(shelf, last, coverages(99), KNOWN)).toMatchObject({ records: [], unchanged: last.length });
      }),
    );
  });

  it('[OBS4] [OBS6] first seen stays, revisions never go back', () => {
    fc.assert(
      fc.property(fc.array(listing, { minLength: 2, maxLength: 6 }), (listings) => {
        const shelf = new RecordShelf();
        for (const [index, records] of listings.entries()) {
          const plan = planOf(shelf, records, [listed('production', index), listed('test', index)], KNOWN);
          for (const { before, after } of plan.records) {
            if (!before) continue;
            expect(after.firstSeen).toBe(before.firstSeen);
            for (const group of ['owner', 'entitlement', 'credential'] as const) {
              expect(after.revisions[group] - before.revisions[group]).toBeOneOf([0, 1]);
            }
          }
          shelf.apply(plan.records);
        }
      }),
    );
  });
});

describe('one record', () => {
  function recordAfter(...steps: readonly Parameters<typeof observed>[1][]): SourceRecord | undefined {
    const shelf = new RecordShelf();
    for (const [minute, step] of steps.entries()) shelf.apply(planOf(shelf, [observed('r', step)], [listed('production', minute)]).records);
    return recordOf(shelf, 'r');
  }

  it('[OBS5] an unread field keeps its last value and is named', () => {
    const record = recordAfter({ fields: { owner: 'Payments' } }, { fields: {}, unread: ['owner'] });
    expect(record).toMatchObject({ fields: { owner: 'Payments' }, unread: ['owner'], revisions: { owner: 0 } });
  });

  it('[OBS6] each group counts its own changes', () => {
    const right = { level: 'full', on: '*', native: 'ALL', certainty: 'exact' } as const;
    expect(recordAfter({}, { fields: { team: 'a' } })?.revisions).toEqual({ owner: 1, entitlement: 0, credential: 0 });
    expect(recordAfter({}, { access: [right] })?.revisions).toEqual({ owner: 0, entitlement: 1, credential: 0 });
    expect(recordAfter({}, { fields: { expires: '2026-01-01T00:00:00Z' } })?.revisions).toEqual({
      owner: 0,
      entitlement: 0,
      credential: 1,
    });
    expect(recordAfter({}, { fields: { description: 'x' } })?.revisions).toEqual({ owner: 0, entitlement: 0, credential: 0 });
  });

  it('[OBS8] last used is kept to the day', () => {
    expect(recordAfter({ fields: { lastUsed: '2026-01-05T10:11:12Z' } })?.fields.lastUsed).toBe('2026-01-05');
  });

  it('[OBS4] missing since is the first as-of; coming back clears it', () => {
    const shelf = new RecordShelf();
    shelf.apply(planOf(shelf, [observed('r')], [listed('production', 0)]).records);
    for (const minute of [1, 2]) shelf.apply(planOf(shelf, [], [listed('production', minute)]).records);
    expect(recordOf(shelf, 'r')?.missingSince).toBe(at(1));
    const back = planOf(shelf, [observed('r')], [listed('production', 3)]);
    expect(back.records.map(({ change }) => change)).toEqual(['return']);
    expect(back.records[0]?.after.missingSince).toBeUndefined();
  });

  it('[OBS9] a deletion event marks the record and is no removal', () => {
    const shelf = new RecordShelf();
    shelf.apply(planOf(shelf, [observed('r')], [listed('production', 0)]).records);
    const planner = startPlan(shelf);
    planner.deleted('r' as ExternalId, { at: at(1), evidence: 'event' });
    expect(planner.finish(new Map([[listed('production', 1).id, at(1)]])).records).toMatchObject([
      { change: 'delete', after: { deleted: { at: at(1) } } },
    ]);
  });
});

describe('equal content', () => {
  it('[OBS1] is exactly equality of the canonical form', () => {
    const plain = fc.json().map((text) => JSON.parse(text) as Json);
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        expect(sameContent(a, b)).toBe(canonicalJson(a) === canonicalJson(b));
        expect(sameContent(a, JSON.parse(canonicalJson(a)))).toBe(true);
      }),
    );
    expect(sameContent(JSON.parse('{"__proto__":{}}'), {})).toBe(false);
    expect(sameContent({}, JSON.parse('{"__proto__":{}}'))).toBe(false);
    expect(sameContent({ a: undefined }, {})).toBe(true);
  });
});
