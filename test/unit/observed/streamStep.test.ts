import { describe, expect, it } from 'vitest';
import { arrivalWords, followWords } from '../../../renderer/sources/arrival.ts';
import { toInstant } from '../../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation } from '../../../shared/model/record.ts';
import type { CoverageState, WriteReceipt } from '../../../shared/model/status.ts';
import { carriedOn } from '../../../shared/observed/carriedOn.ts';
import { percentile, withDelays } from '../../../shared/observed/delays.ts';
import { judge } from '../../../shared/observed/judge.ts';
import { sentHash } from '../../../shared/observed/receipts.ts';
import {
  judgeStep,
  mustNotWait,
  RecentChanges,
  type StreamEvent,
  type StreamStep,
  standingAfter,
  standingOf,
} from '../../../shared/observed/streamStep.ts';
import { DEFAULT_THRESHOLDS } from '../../../shared/observed/thresholds.ts';
import { at, guardInput, knownCoverage, listed, observed, planOf, RecordShelf, SOURCE } from '../../support/observations.ts';

const DAY = 86_400_000;
const some = (count: number, rest: Parameters<typeof observed>[1] = {}): Observation[] =>
  Array.from({ length: count }, (_, index) => observed(`r${index}`, rest));

function shelfOf(records: readonly Observation[]): RecordShelf {
  const shelf = new RecordShelf();
  shelf.apply(planOf(shelf, records, [listed('production', 0)]).records);
  return shelf;
}

function step(shelf: RecordShelf, records: readonly Observation[], rest: Partial<StreamStep> = {}): StreamStep {
  return {
    source: SOURCE,
    events: records.map((record): StreamEvent => ({ kind: 'record', record })),
    previous: shelf,
    standing: standingOf(shelf),
    known: [knownCoverage('production', 0)],
    runs: [],
    lastPlace: 'here',
    place: undefined,
    thresholds: DEFAULT_THRESHOLDS,
    recent: { owners: 0, changes: 0, additions: 0 },
    held: new Set(),
    receipts: [],
    now: at(5),
    ...rest,
  };
}

describe('a step of a stream', () => {
  it('[STR1] reads nothing but the records that it names', () => {
    const shelf = shelfOf(some(50));
    const asked: string[] = [];
    const previous = {
      get: (id: ExternalId) => {
        asked.push(id);
        return shelf.get(id);
      },
    };
    const verdict = judgeStep(step(shelf, [observed('r1', { fields: { name: 'one' } })], { previous }));
    expect(verdict.apply.map(({ externalId }) => externalId)).toEqual(['r1']);
    expect(new Set(asked)).toEqual(new Set(['r1']));
  });

  it('[STR1] of a record that changes twice the last word counts, and one that comes and goes leaves nothing', () => {
    const shelf = shelfOf(some(1));
    const events: StreamEvent[] = [
      { kind: 'record', record: observed('r0', { fields: { name: 'first' } }) },
      { kind: 'record', record: observed('r0', { fields: { name: 'last' } }) },
      { kind: 'record', record: observed('brief') },
      { kind: 'deleted', externalId: 'brief' as ExternalId, evidence: 'event', at: at(5) },
    ];
    const { apply } = judgeStep(step(shelf, [], { events }));
    expect(apply.map(({ externalId, after }) => [externalId, after.fields.name])).toEqual([['r0', 'last']]);
  });

  it('[STR8] drops add up: the fifth owner that goes within ten minutes is not applied', () => {
    const owned = some(20, { fields: { owner: 'ana' } });
    const shelf = shelfOf(owned);
    const recent = new RecentChanges();
    const verdicts = owned.slice(0, 5).map((_, index) => {
      const verdict = judgeStep(step(shelf, [observed(`r${index}`)], { recent: recent.counts(index) }));
      shelf.apply(verdict.apply);
      recent.add(verdict.apply, index);
      return verdict.dangerous;
    });
    expect(verdicts).toEqual([false, false, false, false, true]);
    expect(recent.counts(10 * 60_000 + 4)).toEqual({ owners: 0, changes: 0, additions: 0 });
  });

  it('[STR8] while something of a record is held only what must not wait changes it', () => {
    const shelf = shelfOf(some(2));
    const held = new Set(['r0', 'r1'] as ExternalId[]);
    const admin = { level: 'full', on: '*', native: '*', certainty: 'exact', via: [] } as never;
    const records = [observed('r0', { fields: { name: 'other' } }), observed('r1', { access: [admin] })];
    expect(judgeStep(step(shelf, records, { held })).apply.map(({ externalId }) => externalId)).toEqual(['r1']);
  });

  it('[STR8] what comes back of a write is no threshold’s matter', () => {
    const owned = some(20, { fields: { owner: 'ana' } });
    const shelf = shelfOf(owned);
    const receipts = owned
      .slice(0, 8)
      .map(({ externalId }) => ({ externalId, field: 'owner', state: 'applied', sent: sentHash('ben') }) as unknown as WriteReceipt);
    const records = owned.slice(0, 8).map(({ externalId }) => observed(externalId, { fields: { owner: 'ben' } }));
    expect(judgeStep(step(shelf, records)).dangerous).toBe(true);
    const verdict = judgeStep(step(shelf, records, { receipts }));
    expect([verdict.apply.length, verdict.news.length, verdict.dangerous]).toEqual([8, 0, false]);
    expect(judgeStep(step(shelf, records, { receipts, place: 'elsewhere' }))).toMatchObject({ apply: [], dangerous: true });
  });

  it('[STR8] another place changes nothing', () => {
    const shelf = shelfOf(some(2));
    expect(judgeStep(step(shelf, [observed('new')], { place: 'elsewhere' }))).toEqual({ apply: [], news: [], dangerous: true });
  });

  it('[STR1] counts move along with what is applied', () => {
    const shelf = shelfOf(some(3, { fields: { owner: 'ana' } }));
    const before = standingOf(shelf);
    const events: StreamEvent[] = [
      { kind: 'record', record: observed('new', { fields: { owner: 'ana' } }) },
      { kind: 'record', record: observed('r1') },
      { kind: 'deleted', externalId: 'r0' as ExternalId, evidence: 'event', at: at(5) },
    ];
    const { apply } = judgeStep(step(shelf, [], { events }));
    shelf.apply(apply);
    expect(standingAfter(before, apply)).toEqual(standingOf(shelf));
    expect(standingOf(shelf)).toEqual({ live: new Map([['production', 3]]), owned: 2 });
  });
});

describe('what must not wait', () => {
  const before = (record: Observation): Uint8Array | undefined => shelfOf([record]).get(record.externalId);
  const waits = (known: Observation | undefined, record: Observation): boolean =>
    !mustNotWait({ kind: 'record', record }, known && before(known), at(5));
  const admin = { level: 'full', on: '*', native: '*', certainty: 'exact', via: [] } as never;

  it.each([
    ['new', undefined, observed('a'), false],
    ['another name', observed('a'), observed('a', { fields: { name: 'b' } }), true],
    ['more power', observed('a'), observed('a', { access: [admin] }), false],
    ['disabled', observed('a', { fields: { status: 'enabled' } }), observed('a', { fields: { status: 'disabled' } }), false],
    [
      'owner left',
      observed('a', { type: 'party', fields: { active: true } }),
      observed('a', { type: 'party', fields: { active: false } }),
      false,
    ],
    ['the same', observed('a'), observed('a'), true],
  ] as const)('[STR14] %s', (_what, known, record, expected) => {
    expect(waits(known, record)).toBe(expected);
  });
});

describe('how far a listing is carried', () => {
  const state = (rest: Partial<CoverageState> = {}): CoverageState => ({ ...knownCoverage('production', 3), ...rest });

  it('[STR13] to the moment of the delta, and the listing under it is remembered', () => {
    expect(carriedOn(state(), at(5), DAY)).toMatchObject({ completeAsOf: at(5), listedAsOf: at(0) });
    expect(carriedOn(state({ completeAsOf: at(5), listedAsOf: at(0) }), at(9), DAY)).toMatchObject({
      completeAsOf: at(9),
      listedAsOf: at(0),
    });
  });

  it.each([
    ['partial', { outcome: 'partial' as const }],
    ['after a gap', { gap: true }],
    ['listed too long ago', { completeAsOf: at(4), listedAsOf: toInstant(Date.parse(at(0)) - 2 * DAY) }],
    ['ahead of it', { completeAsOf: at(6) }],
  ])('[STR13] not when %s', (_why, rest) => {
    expect(carriedOn(state(rest), at(5), DAY)).toEqual(state(rest));
  });

  it('[STR12] a delta keeps a gap open and completes nothing', () => {
    const shelf = shelfOf(some(3));
    const delta = [listed('production', 5, 'delta')];
    const judged = (known: CoverageState[]) =>
      judge({ ...guardInput(planOf(shelf, some(1), delta, known), { known, listed: delta }), listingLife: DAY });
    expect(judged([state()])).toMatchObject({
      outcome: 'delta',
      apply: [],
      coverage: [{ outcome: 'complete', records: 3, completeAsOf: at(5) }],
    });
    expect(judged([state({ gap: true })]).coverage).toMatchObject([{ gap: true, completeAsOf: at(0) }]);
    expect(judged([]).coverage).toMatchObject([{ id: 'production' as CoverageId, outcome: 'partial' }]);
  });
});

describe('delays', () => {
  it('[STR10] the last fifty are kept, never below nothing', () => {
    const delays = withDelays([1], [-5, 2.6, ...Array.from({ length: 48 }, () => 7)]);
    expect(delays).toHaveLength(50);
    expect(delays.slice(0, 3)).toEqual([0, 3, 7]);
  });

  it('[STR10] the half and 95 of a hundred, in words', () => {
    const delays = Array.from({ length: 50 }, (_, index) => (index + 1) * 100);
    expect([percentile(delays, 0.5), percentile(delays, 0.95), percentile([], 0.5)]).toEqual([2_500, 4_800, undefined]);
    expect(arrivalWords({ delays })).toBe('half within 2.5 s, 95 of 100 within 4.8 s (the last 50 events)');
    expect(arrivalWords({})).toBeUndefined();
  });

  it('[STR7] a broken stream says why', () => {
    const problem = { code: 'unreachable', message: 'the server went away', retry: true } as const;
    const follow = { state: 'broken', every: 1_000, since: at(0), events: 3, problem } as const;
    expect(followWords({ follow, heartbeat: at(0) }, Date.parse(at(2)))).toBe('broken, last heard 2 min ago: the server went away');
  });
});
