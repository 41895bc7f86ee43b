import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/base/time.ts';
import { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import { mayDo } from '../../../shared/ledger/permissions.ts';
import type { Act, ActOf } from '../../../shared/model/act.ts';
import type { SourceId } from '../../../shared/model/ids.ts';
import { role as roles } from '../../../shared/model/vocabulary.ts';
import { anchor, device, enrolment, LedgerBuilder, NOW, person, ref, SERVER, SPACE, set, subject } from './ledgerBuilder.ts';

const ADMIN = device('A');
const STEWARD = device('B');
const READER = device('R');

const started = (): LedgerBuilder => LedgerBuilder.started().enrol(STEWARD, person('2'), 'steward').enrol(READER, person('3'), 'reader');
const threshold = (days: number, previous: ActOf<'policy'>['previous']): ActOf<'policy'> => ({
  kind: 'policy',
  key: 'age',
  previous,
  value: { kind: 'threshold', name: 'age', days },
});

describe('who may', () => {
  it('[LED8] the table of roles', () => {
    const may = (kind: Act['kind']) => roles.options.filter((role) => mayDo(role, kind).may);
    expect(may('set')).toEqual(['owner', 'steward', 'admin']);
    expect(may('merge')).toEqual(['steward', 'admin']);
    expect(may('propose')).toEqual(['owner', 'steward', 'admin']);
    expect(may('approve')).toEqual(['approver', 'admin']);
    expect(may('comment')).toEqual(['owner', 'steward', 'approver', 'admin']);
    expect(may('policy')).toEqual(['admin']);
    expect(may('genesis')).toEqual([]);
    expect(mayDo('reader', 'set')).toEqual({ may: false, reason: 'A reader sees everything and changes nothing.' });
    expect(mayDo('reader', 'revoke')).toEqual({ may: true, reach: 'own devices' });
    expect(mayDo('owner', 'set')).toEqual({ may: true, reach: 'own identities' });
  });

  it('[LED8] void with the reason, per act, and kept as evidence', () => {
    const ledger = started();
    expect(ledger.verdict(READER, set('no'))).toBe('role may not');
    expect(ledger.verdict(device('X'), set('no'))).toBe('not enrolled');
    expect(ledger.place(STEWARD, [set('yes'), threshold(90, null)]).receipt.void).toEqual({ '1': 'role may not' });
    expect(ledger.state.cell(anchor('1'), 'purpose')?.heads.map((head) => head.value)).toEqual(['yes']);
    expect(ledger.state.lines({ limit: 99 })).toHaveLength(7);
  });

  it('[LED8] only values that the field can hold', () => {
    const ledger = started();
    expect(ledger.verdict(STEWARD, set('someday', '1', 'neededUntil'))).toBe('not a valid value');
    expect(ledger.verdict(STEWARD, set('x', '1', 'no such field'))).toBe('not a valid value');
    expect(ledger.verdict(STEWARD, set('x', '1', 'tags'))).toBe('not a valid value');
    expect(ledger.verdict(STEWARD, { kind: 'add', anchors: [anchor('1')], field: 'owner', element: 'x' })).toBe('not a valid value');
    expect(ledger.verdict(STEWARD, set('2026-12-31', '1', 'neededUntil'))).toBeUndefined();
  });

  it('[LED8] the remit is asked with person, condition and anchors, for stewards under a condition and for every owner', () => {
    const ledger = LedgerBuilder.started()
      .enrol(STEWARD, person('2'), 'steward', 'team == "payments"')
      .enrol(device('O'), person('4'), 'owner');
    const asked: unknown[] = [];
    ledger.checks = {
      remit: (who, condition, anchors) => {
        asked.push([who.person, condition, anchors]);
        return false;
      },
    };
    expect(ledger.verdict(STEWARD, set('x'))).toBe('outside the remit');
    expect(ledger.verdict(device('O'), set('x'))).toBe('outside the remit');
    expect(ledger.verdict(ADMIN, set('x'))).toBeUndefined();
    expect(asked).toEqual([
      [person('2'), 'team == "payments"', [anchor('1')]],
      [person('4'), 'true', [anchor('1')]],
    ]);
  });
});

describe('genesis and enrolment', () => {
  it('[LED9] genesis is the first act of the first place, by the key that it names', () => {
    const ledger = new LedgerBuilder();
    expect(ledger.verdict(ADMIN, { kind: 'genesis', space: SPACE, serverKey: SERVER })).toBe('not the author');
    expect(ledger.verdict(SERVER, { kind: 'genesis', space: SPACE, serverKey: SERVER })).toBe('already decided');
    expect(started().state.serverKey).toBe(SERVER);
  });

  it('[LED9] the first person is enrolled once, by the server key', () => {
    const ledger = started();
    expect(ledger.verdict(SERVER, enrolment(device('X'), person('9'), 'admin', { genesis: true }))).toBe('already enrolled');
    expect(ledger.verdict(STEWARD, enrolment(device('X'), person('9'), 'admin', { launch: true }))).toBe('role may not');
  });

  it('a further device joins its person and does not change the role', () => {
    const ledger = started();
    ledger.place(SERVER, [enrolment(device('C'), person('2'), 'admin', { launch: true })]);
    expect(ledger.state.personOf(device('C'))).toMatchObject({ person: person('2'), role: 'steward' });
    expect(ledger.verdict(SERVER, enrolment(device('C'), person('3'), 'admin', { launch: true }))).toBe('already enrolled');
  });

  const invite = (expires = NOW + 1_000): ActOf<'invite'> => ({
    kind: 'invite',
    tokenHash: subject('7'),
    role: 'steward',
    remit: 'true',
    expires: toInstant(expires),
    label: 'for the payments team',
  });

  it('[LED10] an invitation enrols one new person with its role', () => {
    const ledger = started();
    const { entry } = ledger.place(ADMIN, [invite()]);
    const via = { invite: ref(entry) };
    expect(ledger.verdict(SERVER, enrolment(device('X'), person('9'), 'admin', via))).toBe('changed meanwhile');
    expect(ledger.verdict(SERVER, enrolment(device('X'), person('1'), 'steward', via))).toBe('already enrolled');
    expect(ledger.verdict(ADMIN, enrolment(device('X'), person('9'), 'steward', via))).toBe('role may not');
    expect(ledger.verdict(SERVER, enrolment(device('X'), person('9'), 'steward', via))).toBeUndefined();
    expect(ledger.verdict(SERVER, enrolment(device('Y'), person('8'), 'steward', via))).toBe('invitation is used or expired');
  });

  it('[LED10] not after it expired, was taken back, or was never valid', () => {
    const ledger = started();
    const late = ledger.place(ADMIN, [invite(NOW - 1)]).entry;
    const taken = ledger.place(ADMIN, [invite()]).entry;
    ledger.place(ADMIN, [{ kind: 'withdraw', acts: [ref(taken)] }]);
    const invalid = ledger.place(STEWARD, [invite()]).entry;
    for (const entry of [late, taken, invalid]) {
      const act = enrolment(device('X'), person('9'), 'steward', { invite: ref(entry) });
      expect(ledger.verdict(SERVER, act)).toBe('invitation is used or expired');
    }
  });
});

describe('revocation', () => {
  const revoke = (ledger: LedgerBuilder, key = STEWARD): ActOf<'revoke'> => ({
    kind: 'revoke',
    device: key,
    previous: ledger.state.lastOn(`device/${key}`) ?? null,
  });

  it('[LED11] later entries are void, earlier ones stay, the key never returns', () => {
    const ledger = started();
    ledger.place(STEWARD, [set('before')]);
    expect(ledger.verdict(ADMIN, revoke(ledger))).toBeUndefined();
    expect(ledger.verdict(STEWARD, set('after'))).toBe('revoked');
    expect(ledger.state.cell(anchor('1'), 'purpose')?.heads.map((head) => head.value)).toEqual(['before']);
    expect(ledger.state.isRevoked(STEWARD)).toBe(true);
    expect(ledger.verdict(SERVER, enrolment(STEWARD, person('2'), 'steward', { launch: true }))).toBe('a revoked key never returns');
    expect(ledger.verdict(ADMIN, revoke(ledger))).toBe('already decided');
  });

  it('[LED11] a person may revoke their own devices, nobody else’s', () => {
    const ledger = started();
    expect(ledger.verdict(READER, revoke(ledger))).toBe('role may not');
    expect(ledger.verdict(READER, revoke(ledger, READER))).toBeUndefined();
    expect(ledger.verdict(ADMIN, revoke(ledger, device('X')))).toBe('unknown subject');
  });
});

describe('compare-and-set and first place', () => {
  it('[LED12] policy changes only what its author knew', () => {
    const ledger = started();
    const first = ledger.place(ADMIN, [threshold(90, null)]).entry;
    expect(ledger.verdict(ADMIN, threshold(30, null))).toBe('changed meanwhile');
    expect(ledger.place(ADMIN, [threshold(60, ref(first)), threshold(45, ref(first))]).receipt.void).toEqual({ '1': 'changed meanwhile' });
    expect(ledger.state.policy().get('age')?.value).toMatchObject({ days: 60 });
  });

  it('[LED12] roles change for known persons', () => {
    const ledger = started();
    const change: ActOf<'role'> = { kind: 'role', person: person('2'), role: 'reader', remit: 'true', previous: null };
    expect(ledger.verdict(ADMIN, { ...change, person: person('9') })).toBe('unknown subject');
    expect(ledger.verdict(ADMIN, change)).toBeUndefined();
    expect(ledger.verdict(ADMIN, change)).toBe('changed meanwhile');
    expect(ledger.verdict(STEWARD, set('no longer'))).toBe('role may not');
  });

  it('[LED13] the first valid decision wins', () => {
    const ledger = started().enrol(device('P'), person('5'), 'approver');
    const held = { subject: subject('1'), source: 'sheet' as SourceId };
    expect(ledger.verdict(device('P'), { kind: 'release', ...held })).toBe('role may not');
    expect(ledger.verdict(STEWARD, { kind: 'release', ...held })).toBeUndefined();
    expect(ledger.verdict(ADMIN, { kind: 'discard', ...held })).toBe('already decided');
    expect(ledger.state.decision(subject('1'))).toMatchObject({ kind: 'release', person: person('2') });
  });

  it('[LED8] a record is created once', () => {
    const ledger = started();
    const create: Act = { kind: 'create', anchor: anchor('9'), type: 'identity', recordKind: 'agent', name: 'made by hand' };
    expect(ledger.verdict(STEWARD, create)).toBeUndefined();
    expect(ledger.verdict(ADMIN, create)).toBe('already decided');
    expect(ledger.state.createdAt(anchor('9'))?.person).toBe(person('2'));
  });
});

describe('a server that breaks its word', () => {
  it('[LED14] what it let pass and may not does not count, and is listed', () => {
    const ledger = started();
    const entry = ledger.entry(READER, [set('smuggled')]);
    ledger.placeEntry(entry, { at: toInstant(NOW) });
    expect(ledger.state.cell(anchor('1'), 'purpose')).toBeUndefined();
    expect(ledger.state.ignored()).toEqual([{ place: 5, entry: entry.id, act: 0, reason: 'role may not' }]);
  });

  it('[LED14] remit verdicts are taken from the receipt', () => {
    const ledger = started();
    ledger.checks = { remit: () => false };
    ledger.enrol(device('O'), person('4'), 'owner');
    ledger.place(device('O'), [set('not mine')]);
    const replica = new LedgerState({ space: SPACE });
    replica.append(ledger.values);
    expect(replica.cell(anchor('1'), 'purpose')).toBeUndefined();
    expect(replica.ignored()).toEqual([]);
  });
});
