import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/base/time.ts';
import { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import type { Act, ActOf, ActRef } from '../../../shared/model/act.ts';
import type { DeviceId, PersonId } from '../../../shared/model/ids.ts';
import type { SignInPolicy } from '../../../shared/model/policy.ts';
import { anchor, device, enrolment, LedgerBuilder, NOW, person, ref, SERVER, SPACE, set, subject } from './ledgerBuilder.ts';

const ADMIN = device('A');
const STEWARD = device('B');
const READER = device('R');
const ISSUER = 'https://login.example';

const started = (): LedgerBuilder => LedgerBuilder.started().enrol(STEWARD, person('2'), 'steward').enrol(READER, person('3'), 'reader');
const lastOn = (ledger: LedgerBuilder, key: string): ActRef | null => ledger.state.lastOn(key) ?? null;
const role = (ledger: LedgerBuilder, who: PersonId, to: ActOf<'role'>['role'], remit = 'true'): ActOf<'role'> => ({
  kind: 'role',
  person: who,
  role: to,
  remit,
  previous: lastOn(ledger, `role/${who}`),
});
const revoke = (ledger: LedgerBuilder, key: DeviceId): ActOf<'revoke'> => ({
  kind: 'revoke',
  device: key,
  previous: lastOn(ledger, `device/${key}`),
});
const signInPolicy = (change: Partial<SignInPolicy> = {}): SignInPolicy => ({
  issuer: ISSUER,
  clientId: 'muster',
  name: 'Example',
  scopes: ['openid'],
  groupsClaim: 'groups',
  groups: [
    { group: 'nhi-stewards', grant: { role: 'steward', remit: 'team == "payments"' } },
    { group: 'nhi-admins', grant: { role: 'admin', remit: 'true' } },
  ],
  others: { role: 'reader', remit: 'true' },
  renewHours: 24,
  ...change,
});
const policyAct = (ledger: LedgerBuilder, policy: SignInPolicy | undefined): ActOf<'policy'> => ({
  kind: 'policy',
  key: 'sign-in',
  previous: lastOn(ledger, 'policy/sign-in'),
  value: policy ? { kind: 'signIn', policy } : { kind: 'absent' },
});
const via = (name: string, issuer = ISSUER): ActOf<'enrol'>['via'] => ({ signIn: { issuer, subject: name } });

/** Another replica that is given the same values, and one that was told nothing of what does not count. */
function expectReplicasAgree(ledger: LedgerBuilder): void {
  const replica = new LedgerState({ space: SPACE });
  replica.append([...ledger.values].reverse());
  expect([...replica.persons()]).toEqual([...ledger.state.persons()]);
  expect(replica.serverKey).toBe(ledger.state.serverKey);
  expect(replica.ignored()).toEqual([]);
}

describe('a further device', () => {
  const confirmed = { confirmed: true } as const;

  it('[LED21] is confirmed by a device of its person, whatever the role, or by an administrator', () => {
    const ledger = started();
    expect(ledger.verdict(READER, enrolment(device('C'), person('3'), 'reader', confirmed))).toBeUndefined();
    expect(ledger.verdict(ADMIN, enrolment(device('D'), person('3'), 'reader', confirmed))).toBeUndefined();
    expect(ledger.state.personOf(device('C'))?.person).toBe(person('3'));
    expectReplicasAgree(ledger);
  });

  it('[LED21] of somebody else, of nobody, or with another role or remit is not confirmed', () => {
    const ledger = started();
    const to = (who: PersonId, as: 'reader' | 'steward', remit?: string) => enrolment(device('C'), who, as, confirmed, remit);
    expect(ledger.verdict(READER, to(person('2'), 'steward'))).toBe('role may not');
    expect(ledger.verdict(STEWARD, to(person('3'), 'reader'))).toBe('role may not');
    expect(ledger.verdict(READER, to(person('3'), 'steward'))).toBe('changed meanwhile');
    expect(ledger.verdict(READER, to(person('3'), 'reader', 'false'))).toBe('changed meanwhile');
    expect(ledger.verdict(ADMIN, to(person('9'), 'reader'))).toBe('unknown subject');
    expect(ledger.verdict(SERVER, to(person('3'), 'reader'))).toBe('role may not');
    expect(ledger.verdict(device('X'), to(person('3'), 'reader'))).toBe('not enrolled');
    expectReplicasAgree(ledger);
  });

  it('[LED21] a revoked device confirms nothing, and a revoked key is not confirmed again', () => {
    const ledger = started();
    ledger.place(READER, [enrolment(device('C'), person('3'), 'reader', confirmed)]);
    ledger.place(ADMIN, [revoke(ledger, device('C'))]);
    expect(ledger.verdict(device('C'), enrolment(device('D'), person('3'), 'reader', confirmed))).toBe('revoked');
    expect(ledger.verdict(READER, enrolment(device('C'), person('3'), 'reader', confirmed))).toBe('a revoked key never returns');
  });

  it('[LED21] without a proof that it holds its key it does not count', () => {
    const ledger = started();
    const asked: Act[] = [];
    ledger.checks = {
      remit: () => true,
      isProved: (act) => {
        asked.push(act);
        return false;
      },
    };
    expect(ledger.verdict(READER, enrolment(device('C'), person('3'), 'reader', confirmed))).toBe('not proved');
    expect(asked).toHaveLength(1);
    expect(ledger.state.personOf(device('C'))).toBeUndefined();
  });
});

describe('who comes in by sign-in', () => {
  it('[LED22] is enrolled by the server’s key as a new person with a grant of the policy in force', () => {
    const ledger = started();
    ledger.place(ADMIN, [policyAct(ledger, signInPolicy())]);
    const act = enrolment(device('Q'), person('5'), 'steward', via('ana'), 'team == "payments"');
    expect(ledger.verdict(ADMIN, act)).toBe('role may not');
    expect(ledger.verdict(SERVER, { ...act, remit: 'true' })).toBe('not in the sign-in policy');
    expect(ledger.verdict(SERVER, { ...act, via: via('ana', 'https://evil.example') })).toBe('not in the sign-in policy');
    expect(ledger.verdict(SERVER, { ...act, person: person('2') })).toBe('already enrolled');
    expect(ledger.verdict(SERVER, act)).toBeUndefined();
    expect(ledger.state.persons().get(person('5'))).toMatchObject({ role: 'steward', signIn: { issuer: ISSUER, subject: 'ana' } });
    expect(ledger.verdict(SERVER, enrolment(device('T'), person('6'), 'reader', via('ana')))).toBe('already enrolled');
    expect(ledger.verdict(SERVER, enrolment(device('T'), person('6'), 'reader', via('ben')))).toBeUndefined();
    expectReplicasAgree(ledger);
  });

  it('[LED22] the same subject twice in one entry, or without a policy, is one too many', () => {
    const ledger = started();
    const act = (key: string, who: string) => enrolment(device(key), person(who), 'reader', via('ana'));
    expect(ledger.verdict(SERVER, act('Q', '5'))).toBe('not in the sign-in policy');
    ledger.place(ADMIN, [policyAct(ledger, signInPolicy())]);
    expect(ledger.place(SERVER, [act('Q', '5'), act('T', '6')]).receipt.void).toEqual({ '1': 'already enrolled' });
    ledger.place(ADMIN, [policyAct(ledger, undefined)]);
    expect(ledger.verdict(SERVER, enrolment(device('U'), person('7'), 'reader', via('ben')))).toBe('not in the sign-in policy');
  });

  it('[LED22] the server’s key changes roles of such persons alone, to a grant of the policy', () => {
    const ledger = started();
    ledger.place(ADMIN, [policyAct(ledger, signInPolicy())]);
    ledger.place(SERVER, [enrolment(device('Q'), person('5'), 'reader', via('ana'))]);
    expect(ledger.verdict(SERVER, role(ledger, person('2'), 'admin'))).toBe('not enrolled');
    expect(ledger.verdict(SERVER, role(ledger, person('5'), 'owner'))).toBe('not in the sign-in policy');
    expect(ledger.verdict(SERVER, role(ledger, person('5'), 'admin', 'false'))).toBe('not in the sign-in policy');
    expect(ledger.verdict(SERVER, role(ledger, person('5'), 'steward', 'team == "payments"'))).toBeUndefined();
    expect(ledger.verdict(SERVER, { ...role(ledger, person('5'), 'admin'), previous: null })).toBe('changed meanwhile');
    expect(ledger.state.persons().get(person('5'))?.role).toBe('steward');
    expectReplicasAgree(ledger);
  });

  it('[LED22] the server’s key does nothing else', () => {
    const ledger = started();
    ledger.place(ADMIN, [policyAct(ledger, signInPolicy())]);
    ledger.place(SERVER, [enrolment(device('Q'), person('5'), 'reader', via('ana'))]);
    const others: Act[] = [set('x'), revoke(ledger, device('Q')), policyAct(ledger, undefined), { kind: 'approve', subject: subject('1') }];
    for (const act of others) expect(ledger.verdict(SERVER, act)).toBe('not enrolled');
  });

  it('[LED22] a policy whose grants are no conditions is void', () => {
    const ledger = started();
    ledger.checks = { remit: () => true, isCondition: (text) => text === 'true' };
    expect(ledger.verdict(ADMIN, policyAct(ledger, signInPolicy()))).toBe('not a valid value');
    expect(ledger.verdict(ADMIN, policyAct(ledger, signInPolicy({ groups: [] })))).toBeUndefined();
    expect(ledger.verdict(ADMIN, role(ledger, person('2'), 'steward', 'team ='))).toBe('not a valid value');
  });
});

describe('the server’s key', () => {
  const rekey = (ledger: LedgerBuilder, from: DeviceId, to: DeviceId): ActOf<'rekey'> => ({
    kind: 'rekey',
    succession: { from, to, endorsement: 'e', proof: 'p' },
    previous: lastOn(ledger, 'server key'),
  });
  const holding = (ledger: LedgerBuilder, ...keys: DeviceId[]): LedgerBuilder => {
    ledger.checks = { remit: () => true, holdsKey: (key) => keys.includes(key) };
    return ledger;
  };

  it('[LED23] is replaced by an administrator, by one that the server holds; from then on the new one speaks', () => {
    const next = device('N');
    const ledger = holding(started(), next);
    expect(ledger.verdict(STEWARD, rekey(ledger, SERVER, next))).toBe('role may not');
    expect(ledger.verdict(SERVER, rekey(ledger, SERVER, next))).toBe('not enrolled');
    expect(ledger.verdict(ADMIN, rekey(ledger, SERVER, device('M')))).toBe('unknown subject');
    expect(ledger.verdict(ADMIN, rekey(ledger, SERVER, next))).toBeUndefined();
    expect(ledger.state.serverKey).toBe(next);
    expect(ledger.state.successions()).toMatchObject([{ from: SERVER, to: next }]);
    expect(ledger.verdict(SERVER, enrolment(device('X'), person('9'), 'reader', { launch: true }))).toBe('not enrolled');
    expect(ledger.verdict(next, enrolment(device('X'), person('9'), 'reader', { launch: true }))).toBeUndefined();
    expectReplicasAgree(ledger);
  });

  it('[LED23] a key that has been one, or is a device’s, never comes back, and an old server key is no device', () => {
    const [second, third] = [device('N'), device('M')];
    const ledger = holding(started(), second, third, SERVER, STEWARD);
    expect(ledger.verdict(ADMIN, rekey(ledger, SERVER, SERVER))).toBe('a revoked key never returns');
    expect(ledger.verdict(ADMIN, rekey(ledger, SERVER, STEWARD))).toBe('a revoked key never returns');
    const stale = rekey(ledger, SERVER, third);
    ledger.place(ADMIN, [rekey(ledger, SERVER, second)]);
    expect(ledger.verdict(ADMIN, stale)).toBe('changed meanwhile');
    expect(ledger.verdict(ADMIN, { ...rekey(ledger, second, third), previous: null })).toBe('changed meanwhile');
    expect(ledger.verdict(ADMIN, rekey(ledger, second, SERVER))).toBe('a revoked key never returns');
    for (const key of [SERVER, second]) {
      expect(ledger.verdict(ADMIN, enrolment(key, person('1'), 'admin', { confirmed: true }))).toBe('already enrolled');
    }
  });

  it('[LED23] two successions in one entry are one', () => {
    const ledger = holding(started(), device('N'), device('M'));
    const { receipt } = ledger.place(ADMIN, [rekey(ledger, SERVER, device('N')), rekey(ledger, SERVER, device('M'))]);
    expect(receipt.void).toEqual({ '1': 'changed meanwhile' });
    expectReplicasAgree(ledger);
  });

  it('[LED23] signatures that do not verify make it void', () => {
    const ledger = started();
    ledger.checks = { remit: () => true, holdsKey: () => true, isProved: () => false };
    expect(ledger.verdict(ADMIN, rekey(ledger, SERVER, device('N')))).toBe('not proved');
  });
});

describe('the last administrator', () => {
  it('[LED24] keeps role and device', () => {
    const ledger = started();
    expect(ledger.verdict(ADMIN, role(ledger, person('1'), 'reader'))).toBe('the last administrator stays');
    expect(ledger.verdict(ADMIN, revoke(ledger, ADMIN))).toBe('the last administrator stays');
    expect(ledger.verdict(ADMIN, role(ledger, person('1'), 'admin', 'team == "x"'))).toBeUndefined();
    ledger.place(ADMIN, [enrolment(device('C'), person('1'), 'admin', { confirmed: true }, 'team == "x"')]);
    expect(ledger.verdict(ADMIN, revoke(ledger, ADMIN))).toBeUndefined();
    expect(ledger.verdict(device('C'), revoke(ledger, device('C')))).toBe('the last administrator stays');
    expectReplicasAgree(ledger);
  });

  it('[LED24] two do not go together, in one entry or in two that had not seen each other', () => {
    const second = device('D');
    const both = (): LedgerBuilder => started().enrol(second, person('4'), 'admin');
    let ledger = both();
    const roles = [role(ledger, person('4'), 'reader'), role(ledger, person('1'), 'reader')];
    expect(ledger.place(ADMIN, roles).receipt.void).toEqual({ '1': 'the last administrator stays' });
    ledger = both();
    const mixed = [revoke(ledger, second), role(ledger, person('1'), 'reader')];
    expect(ledger.place(ADMIN, mixed).receipt.void).toEqual({ '1': 'the last administrator stays' });
    ledger = both();
    const [mine, theirs] = [role(ledger, person('4'), 'reader'), role(ledger, person('1'), 'reader')];
    expect(ledger.verdict(ADMIN, mine)).toBeUndefined();
    expect(ledger.verdict(second, theirs)).toBe('role may not');
    expectReplicasAgree(ledger);
  });

  it('[LED24] an administrator whose devices are all revoked does not count', () => {
    const ledger = started().enrol(device('D'), person('4'), 'admin');
    ledger.place(ADMIN, [revoke(ledger, device('D'))]);
    expect(ledger.verdict(ADMIN, role(ledger, person('1'), 'steward'))).toBe('the last administrator stays');
    expect(ledger.verdict(ADMIN, role(ledger, person('4'), 'steward'))).toBeUndefined();
  });
});

describe('a cloned profile', () => {
  it('[LED26] two entries after one are both kept, and whose device it was is known to everybody', () => {
    const ledger = started();
    const first = ledger.place(STEWARD, [set('first')]).entry;
    expect([...ledger.state.forks()]).toEqual([]);
    ledger.place(STEWARD, [set('one copy')], { prev: first.id });
    const { entry, receipt } = ledger.place(STEWARD, [set('the other copy')], { prev: first.id, seen: 4 });
    expect(receipt.void).toBeUndefined();
    expect([...ledger.state.forks()]).toEqual([[STEWARD, ledger.state.placeOf(entry.id)]]);
    expect(ledger.state.cell(anchor('1'), 'purpose')?.conflict).toBe(true);
    ledger.place(READER, [{ kind: 'revoke', device: READER, previous: null }]);
    ledger.place(READER, [set('x')], { prev: null });
    expect([...ledger.state.forks().keys()]).toEqual([STEWARD, READER]);
    const replica = new LedgerState({ space: SPACE });
    replica.append([...ledger.values].reverse());
    expect([...replica.forks()]).toEqual([...ledger.state.forks()]);
  });
});

describe('invitations', () => {
  const invite = (): ActOf<'invite'> => ({
    kind: 'invite',
    tokenHash: subject('7'),
    role: 'steward',
    remit: 'true',
    expires: toInstant(NOW + 1_000),
    label: 'for the payments team',
  });

  it('[LED25] every administrator closes one, nobody else', () => {
    const ledger = started().enrol(device('D'), person('4'), 'admin').enrol(device('P'), person('5'), 'approver');
    const { entry } = ledger.place(ADMIN, [invite()]);
    const close: Act = { kind: 'withdraw', acts: [ref(entry)] };
    expect(ledger.verdict(READER, close)).toBe('role may not');
    for (const key of [STEWARD, device('P')]) expect(ledger.verdict(key, close)).toBe('not the author');
    expect(ledger.verdict(device('D'), close)).toBeUndefined();
    const enrol = enrolment(device('X'), person('9'), 'steward', { invite: ref(entry) });
    expect(ledger.verdict(SERVER, enrol)).toBe('invitation is used or expired');
    expectReplicasAgree(ledger);
  });

  it('[LED25] what a device invited before it was revoked lets nobody in after', () => {
    const ledger = started().enrol(device('D'), person('4'), 'admin');
    const { entry } = ledger.place(device('D'), [invite()]);
    ledger.place(ADMIN, [revoke(ledger, device('D'))]);
    const enrol = enrolment(device('X'), person('9'), 'steward', { invite: ref(entry) });
    expect(ledger.verdict(SERVER, enrol)).toBe('invitation is used or expired');
    expectReplicasAgree(ledger);
  });

  it('[LED25] an administrator takes back nothing else that somebody said', () => {
    const ledger = started();
    const { entry } = ledger.place(STEWARD, [set('mine')]);
    expect(ledger.verdict(ADMIN, { kind: 'withdraw', acts: [ref(entry)] })).toBe('not the author');
    expect(ledger.state.cell(anchor('1'), 'purpose')?.heads).toHaveLength(1);
  });
});

describe('a server that lets pass what may not be', () => {
  it('[LED14] a replica finds every act of trust void by itself', () => {
    const smuggled: [string, (ledger: LedgerBuilder) => { key: DeviceId; act: Act }][] = [
      ['role may not', () => ({ key: READER, act: enrolment(device('C'), person('1'), 'admin', { confirmed: true }) })],
      ['changed meanwhile', () => ({ key: READER, act: enrolment(device('C'), person('3'), 'admin', { confirmed: true }) })],
      ['not in the sign-in policy', () => ({ key: SERVER, act: enrolment(device('Q'), person('5'), 'admin', via('ana')) })],
      ['the last administrator stays', (ledger) => ({ key: ADMIN, act: role(ledger, person('1'), 'reader') })],
      ['not enrolled', (ledger) => ({ key: SERVER, act: role(ledger, person('3'), 'admin') })],
      [
        'role may not',
        () => ({
          key: STEWARD,
          act: { kind: 'rekey', succession: { from: SERVER, to: device('N'), endorsement: '', proof: '' }, previous: null },
        }),
      ],
    ];
    for (const [reason, make] of smuggled) {
      const ledger = started();
      const { key, act } = make(ledger);
      const entry = ledger.entry(key, [act]);
      const before = [...ledger.state.persons()];
      ledger.placeEntry(entry, { at: toInstant(NOW) });
      expect(ledger.state.ignored()).toEqual([{ place: 5, entry: entry.id, act: 0, reason }]);
      expect([...ledger.state.persons()]).toEqual(before);
      expect(ledger.state.serverKey).toBe(SERVER);
    }
  });
});
