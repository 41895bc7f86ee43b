import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/base/time.ts';
import { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import type { Act } from '../../../shared/model/act.ts';
import { type Anchor, anchorOf, type CoverageId, type ExternalId, type SourceId } from '../../../shared/model/ids.ts';
import { encodeRecord, type SourceRecord } from '../../../shared/model/record.ts';
import { valueHash } from '../../../shared/register/recordStore.ts';
import { Register } from '../../../shared/register/register.ts';
import type { Row } from '../../../shared/register/view.ts';
import { ANA, AWS, BEN, DAY, LDAP, NOW, RegisterWorld, record, SHEET } from '../../support/register/registerWorld.ts';
import { statusOf } from '../../support/register/statuses.ts';
import { SPACE } from '../ledger/ledgerBuilder.ts';

const RUNS = { numRuns: 60 };
const SOURCES = [AWS, LDAP, SHEET];

const owner = fc.constantFrom('Payments', 'payments', 'Platform', 'Data');
const externalId = fc.constantFrom('a', 'b', 'c', 'd', 'e') as fc.Arbitrary<ExternalId>;
const source = fc.constantFrom(...SOURCES);
const days = fc.integer({ min: -400, max: 400 }).map((count) => toInstant(NOW + count * DAY));

const sourceRecord: fc.Arbitrary<SourceRecord> = fc
  .record({
    externalId,
    type: fc.constantFrom('identity', 'identity', 'credential', 'party', 'application'),
    keys: fc.uniqueArray(fc.constantFrom('k1', 'k2', 'k3'), { maxLength: 2 }),
    aliases: fc.uniqueArray(fc.constantFrom('svc', 'Payments', 'Checkout', '__proto__'), { minLength: 1, maxLength: 2 }),
    fields: fc.record(
      {
        owner: fc.oneof(owner, fc.constant(' ')),
        application: fc.constant('Checkout'),
        boundary: fc.constantFrom('x', 'y'),
        criticality: fc.constantFrom('low', 'high'),
        created: days,
        expires: days,
        active: fc.boolean(),
        fingerprint: fc.constant('f'),
        status: fc.constantFrom('enabled', 'disabled'),
      },
      { requiredKeys: ['boundary'] },
    ),
    unread: fc.uniqueArray(fc.constantFrom('owner', 'access', 'expires'), { maxLength: 1 }),
    access: fc.array(
      fc.constantFrom('read', 'full').map((level) => ({ level, on: '*', native: 'n', certainty: 'exact' })),
      { maxLength: 1 },
    ),
    links: fc.array(
      fc.record({
        relation: fc.constantFrom('has-credential', 'part-of'),
        to: fc.oneof(
          externalId.map((id) => ({ externalId: id })),
          fc.constantFrom('k1', 'k2').map((key) => ({ key })),
        ),
        certainty: fc.constant('exact'),
      }),
      { maxLength: 1 },
    ),
    firstSeen: days,
  })
  .map(
    (part) =>
      ({
        ...part,
        kind: part.type === 'identity' ? 'service account' : part.type,
        coverage: 'c0' as CoverageId,
        revisions: { owner: 0, entitlement: 0, credential: 0 },
      }) as SourceRecord,
  );

const anchor = fc.tuple(source, externalId).map(([from, id]) => anchorOf(from, id));
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ anchor, value: owner }).map(({ anchor: one, value }): Act => ({ kind: 'set', anchors: [one], field: 'owner', value })),
  anchor.map((one): Act => ({ kind: 'set', anchors: [one], field: 'criticality', value: 'high', until: toInstant(NOW + DAY) })),
  anchor.map((one): Act => ({ kind: 'accept', anchors: [one] })),
  anchor.map((one): Act => ({ kind: 'clear', anchors: [one], field: 'owner' })),
  fc.tuple(anchor, anchor).map(([a, b]): Act => (a === b ? { kind: 'split', anchor: a } : { kind: 'merge', anchors: [a, b] })),
  anchor.map((one): Act => ({ kind: 'split', anchor: one })),
  fc.constantFrom('1', '2').map(
    (digit): Act => ({
      kind: 'create',
      anchor: digit.repeat(32) as Anchor,
      type: 'party',
      recordKind: 'team',
      name: digit === '1' ? 'Payments' : 'Data',
    }),
  ),
);

/** Everything that can reach a replica. */
interface History {
  readonly records: readonly { readonly source: SourceId; readonly record: SourceRecord }[];
  readonly acts: readonly { readonly act: Act; readonly concurrent: boolean }[];
}
const history: fc.Arbitrary<History> = fc.record({
  records: fc.uniqueArray(fc.record({ source, record: sourceRecord }), {
    selector: ({ source: from, record: one }) => `${from}/${one.externalId}`,
    maxLength: 12,
  }),
  acts: fc.array(fc.record({ act, concurrent: fc.boolean() }), { maxLength: 12 }),
});

function happened({ records, acts }: History): RegisterWorld {
  const world = new RegisterWorld();
  for (const { source: from, record: one } of records) world.put(from, one);
  for (const one of acts) world.act([one.act], { by: one.concurrent ? BEN : ANA, concurrent: one.concurrent });
  for (const one of SOURCES) world.status(statusOf(one, NOW - DAY / 48));
  return world;
}

describe('[REC8] order', () => {
  it('records, statuses and entries in any order, asked in between or not, give the same bytes', () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (past, numbers) => {
        const world = happened(past);
        const ledger = new LedgerState({ space: SPACE });
        const other = new Register({ ledger, now: NOW });
        const steps: (() => void)[] = [
          ...past.records.map(
            (one) => () => other.applyRecords(one.source, [{ externalId: one.record.externalId, bytes: encodeRecord(one.record) }]),
          ),
          ...SOURCES.map((one) => () => other.applyStatus(statusOf(one, NOW - DAY / 48))),
          ...world.server.values.map((value) => () => other.ledgerChanged(ledger.append([value]))),
        ];
        const next = (): number => numbers.next().value ?? 0;
        while (steps.length > 0) {
          steps.splice(next() % steps.length, 1)[0]?.();
          if (next() % 4 === 0) other.dump();
        }
        expect(JSON.parse(other.dump())).toEqual(JSON.parse(world.register.dump()));
        expect(other.dump()).toBe(world.register.dump());
      }),
      RUNS,
    );
  });
  it('a record that came, changed and went leaves no trace', () => {
    fc.assert(
      fc.property(history, source, sourceRecord, sourceRecord, (past, from, one, two) => {
        const world = happened(past);
        if (past.records.some((held) => held.source === from && held.record.externalId === one.externalId)) return;
        const before = world.register.dump();
        world.put(from, one);
        world.register.dump();
        world.put(from, { ...two, externalId: one.externalId });
        world.register.dump();
        world.register.applyRecords(from, [{ externalId: one.externalId, bytes: undefined }]);
        expect(world.register.dump()).toBe(before);
      }),
      RUNS,
    );
  });
});

/** What the clock may change of a row: freshness, expiry, age, and the words of findings. A lapsed override asks again. */
function withoutClock(row: Row): unknown {
  const { freshness: _freshness, credential: _credential, findings: _findings, asOf: _asOf, ...rest } = row;
  return {
    ...rest,
    observed: row.observed === 'expired' ? 'enabled' : row.observed,
    states: row.states.filter((state) => !['stale', 'unknown', 'expired', 'drift'].includes(state)),
    drifts: [],
  };
}

describe('[AUT6] the clock', () => {
  it('flips no value, through years and back', () => {
    fc.assert(
      fc.property(history, fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 5 }), (past, later) => {
        const world = happened(past);
        const rows = (): Row[] => JSON.parse(world.register.dump());
        const before = world.register.dump();
        const plain = rows().map(withoutClock);
        const winners = (): unknown[] =>
          rows().flatMap(({ id }) =>
            (world.register.identity(id)?.fields ?? []).map(({ field, text, values }) => [
              id,
              field,
              text,
              values.findIndex(({ wins }) => wins),
            ]),
          );
        const won = winners();
        for (const count of later) {
          world.register.setNow(NOW + count * DAY);
          expect(rows().map(withoutClock)).toEqual(plain);
          expect(winners()).toEqual(won);
        }
        world.register.setNow(NOW);
        expect(world.register.dump()).toBe(before);
      }),
      RUNS,
    );
  });
});

describe('[AUT1] unread and blank', () => {
  const blank = fc.constantFrom('', ' ', '\t', null);
  it('never win, and never blank what somebody else said', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('owner', 'purpose', 'application', 'criticality', 'vendor'),
        owner,
        blank,
        fc.boolean(),
        (field, value, nothing, unread) => {
          const said = field === 'criticality' ? 'high' : value;
          const world = new RegisterWorld();
          const id = world.put(LDAP, record('b', { keys: ['k'], fields: { [field]: said } }));
          const extra = unread ? { fields: {}, unread: [field] } : { fields: { [field]: nothing } };
          for (const from of [AWS, SHEET]) {
            world.put(from, record('a', { keys: ['k'], ...extra }));
            expect(world.register.field(id, field)).toMatchObject({ state: 'set', value: said });
          }
          world.put(LDAP, record('b', { keys: ['k'], fields: {} }));
          expect(['blank', 'unread']).toContain(world.register.field(id, field)?.state);
          expect(world.register.field(id, field)?.values.some(({ wins }) => wins)).toBe(false);
        },
      ),
      RUNS,
    );
  });
  it('a steward’s blank gives the word back to the sources', () => {
    fc.assert(
      fc.property(owner, fc.constantFrom('', '  '), (value, nothing) => {
        const world = new RegisterWorld();
        const id = world.put(AWS, record('a', { fields: { owner: value } }));
        world.set(id, 'owner', nothing);
        expect(world.register.field(id, 'owner')).toMatchObject({ state: 'set', text: value });
      }),
      RUNS,
    );
  });
});

describe('[AUT5] concurrent edits', () => {
  const field = fc.constantFrom('purpose', 'ticket', 'owner', 'neededUntil');
  const value = (name: string, word: string): string => (name === 'neededUntil' ? `2027-01-0${word.length}` : word);
  it('that differ are a conflict at the field, on one anchor and over the anchors of a class; those that agree are not', () => {
    fc.assert(
      fc.property(
        field,
        fc.constantFrom('x', 'yy', 'zzz'),
        fc.constantFrom('x', 'yy', 'zzz'),
        fc.boolean(),
        fc.boolean(),
        (name, one, two, apart, both) => {
          const world = new RegisterWorld();
          const a = world.put(AWS, record('a', { keys: ['k'] }));
          const b = world.put(LDAP, record('b', { keys: ['k'] }));
          world.set(both ? [a, b] : a, name, value(name, one));
          world.set(apart ? b : a, name, value(name, two), { by: BEN, concurrent: true });
          expect(world.register.field(a, name)?.state).toBe(one === two ? 'set' : 'conflict');
          expect(world.register.row(a)?.conflicts.includes(name)).toBe(one !== two);
          expect(world.register.field(a, name)?.text).toBe(value(name, one));
          world.set([a, b], name, value(name, 'x'));
          expect(world.register.field(a, name)).toMatchObject({ state: 'set', text: value(name, 'x') });
        },
      ),
      RUNS,
    );
  });
  it('a later edit of an author who saw it is no conflict', () => {
    fc.assert(
      fc.property(field, fc.array(fc.constantFrom('x', 'yy', 'zzz'), { minLength: 1, maxLength: 4 }), (name, words) => {
        const world = new RegisterWorld();
        const id = world.put(AWS, record('a'));
        for (const [index, word] of words.entries()) world.set(id, name, value(name, word), { by: index % 2 ? BEN : ANA });
        expect(world.register.field(id, name)).toMatchObject({ state: 'set', text: value(name, words.at(-1) ?? '') });
      }),
      RUNS,
    );
  });
});

describe('[AUT2] an acknowledgement', () => {
  const value = fc.constantFrom('Payments', 'Platform', 'Data', 'Web');
  it('is of exactly one observed value: it is drift again when, and only when, the source says another', () => {
    fc.assert(
      fc.property(value, value, fc.array(value, { minLength: 1, maxLength: 6 }), (mine, acknowledged, said) => {
        const world = new RegisterWorld();
        const id = world.put(AWS, record('a', { fields: { owner: acknowledged } }));
        world.set(id, 'owner', mine, { acknowledges: [{ source: AWS, hash: valueHash(acknowledged) }] });
        for (const theirs of said) {
          world.put(AWS, record('a', { fields: { owner: theirs } }));
          expect(world.register.row(id)?.owner?.text).toBe(mine);
          expect(world.register.row(id)?.drifts).toEqual(theirs === mine || theirs === acknowledged ? [] : ['owner']);
        }
      }),
      RUNS,
    );
  });
  it('of one source says nothing of another', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { keys: ['k'], fields: { owner: 'Data' } }));
    world.put(LDAP, record('b', { keys: ['k'], fields: { owner: 'Data' } }));
    world.set(id, 'owner', 'Web', { acknowledges: [{ source: AWS, hash: valueHash('Data') }] });
    expect(world.register.field(id, 'owner')?.values.filter(({ acknowledged }) => acknowledged)).toHaveLength(1);
    expect(world.register.row(id)?.drifts).toEqual(['owner']);
  });
});
