import { describe, expect, it } from 'vitest';
import { proposalDigest } from '../../../shared/ledger/proposal.ts';
import type { ActOf } from '../../../shared/model/act.ts';
import { anchorOf, type ExternalId, type SourceId } from '../../../shared/model/ids.ts';
import type { WriteBackPolicy } from '../../../shared/model/policy.ts';
import { anchor, device, LedgerBuilder, person, ref, SPACE, subject } from './ledgerBuilder.ts';

const ADMIN = device('A');
const STEWARD = device('B');
const APPROVER = device('P');
const SOURCE = 'db' as SourceId;
const ROLE = 'role/1' as ExternalId;

function proposal(change: Partial<ActOf<'propose'>> = {}, field = 'owner'): ActOf<'propose'> {
  const write = { externalId: ROLE, field, target: 'COMMENT ON ROLE pay', from: null, to: 'Payments', version: '', statement: 'COMMENT …' };
  const said = { anchors: [anchorOf(SOURCE, ROLE)], source: SOURCE, system: 'cluster 7', registered: 'Payments', sent: 'Payments', write };
  return { kind: 'propose', ...said, nonce: '1'.repeat(32), ...change };
}
const digestOf = (act: ActOf<'propose'>) => proposalDigest(SPACE, act);
const approve = (act: ActOf<'propose'>): ActOf<'approve'> => ({ kind: 'approve', subject: digestOf(act) });
const team = (): LedgerBuilder => LedgerBuilder.started().enrol(STEWARD, person('2'), 'steward').enrol(APPROVER, person('5'), 'approver');
const policy = (value: WriteBackPolicy, previous: ActOf<'policy'>['previous'] = null): ActOf<'policy'> => ({
  kind: 'policy',
  key: 'write-back',
  previous,
  value: { kind: 'writeBack', policy: value },
});

describe('proposals', () => {
  it('[WB1] the digest names every byte that decides what is sent and where to, and not the reason', () => {
    const act = proposal();
    const { write } = act;
    const others: ActOf<'propose'>[] = [
      { ...act, source: 'db2' as SourceId },
      { ...act, system: 'cluster 8' },
      { ...act, registered: 'Billing' },
      { ...act, sent: 'Billing' },
      { ...act, nonce: '2'.repeat(32) },
      { ...act, anchors: [...act.anchors, anchor('1')] },
      ...(['target', 'from', 'to', 'version', 'statement', 'field'] as const).map((name) => ({ ...act, write: { ...write, [name]: 'x' } })),
    ];
    const digests = [digestOf(act), ...others.map(digestOf), proposalDigest('b'.repeat(32) as typeof SPACE, act)];
    expect(new Set(digests).size).toBe(digests.length);
    expect(digestOf({ ...act, why: 'asked for in the review' })).toBe(digestOf(act));
  });

  it('[WB2] another person approves, and compares persons, not devices', () => {
    const ledger = team().enrol(device('C'), person('1'), 'admin');
    const mine = proposal();
    expect(ledger.verdict(ADMIN, mine)).toBeUndefined();
    expect(ledger.verdict(ADMIN, approve(mine))).toBe('needs a second person');
    expect(ledger.verdict(device('C'), approve(mine))).toBe('needs a second person');
    expect(ledger.verdict(STEWARD, approve(mine))).toBe('role may not');
    expect(ledger.verdict(APPROVER, approve(mine))).toBeUndefined();
    expect(ledger.state.decision(digestOf(mine))).toMatchObject({ kind: 'approve', person: person('5') });
  });

  it('[WB2] one person alone may do both, unless policy says always; who cannot approve, or has no device left, is nobody else', () => {
    const ledger = LedgerBuilder.started().enrol(STEWARD, person('2'), 'steward').enrol(APPROVER, person('5'), 'approver');
    ledger.place(ADMIN, [{ kind: 'revoke', device: APPROVER, previous: ledger.state.lastOn(`device/${APPROVER}`) ?? null }]);
    const [first, second] = [proposal(), proposal({ nonce: '2'.repeat(32) })];
    ledger.place(ADMIN, [first, second]);
    expect(ledger.verdict(ADMIN, approve(first))).toBeUndefined();
    ledger.place(ADMIN, [policy({ fields: ['owner'], secondPerson: 'always' })]);
    expect(ledger.verdict(ADMIN, approve(second))).toBe('needs a second person');
  });

  it('[WB3] decided once: by whoever is first, also within one entry, and never before it was proposed', () => {
    const ledger = team();
    const act = proposal();
    expect(ledger.verdict(APPROVER, approve(act))).toBe('unknown subject');
    expect(ledger.verdict(STEWARD, act)).toBeUndefined();
    expect(ledger.verdict(STEWARD, act)).toBe('already decided');
    expect(ledger.place(APPROVER, [{ kind: 'reject', subject: digestOf(act) }, approve(act)]).receipt.void).toEqual({
      '1': 'already decided',
    });
    expect(ledger.verdict(ADMIN, approve(act))).toBe('already decided');
    expect(ledger.verdict(ADMIN, { kind: 'approve', subject: subject('7') })).toBe('unknown subject');
    expect(ledger.state.decision(digestOf(act))?.kind).toBe('reject');
  });

  it('[WB3] stale is what is no longer registered: it is not approved, but may be rejected', () => {
    const ledger = team();
    let registered = true;
    ledger.checks = { remit: () => true, isRegistered: () => registered };
    const act = proposal();
    expect(ledger.verdict(STEWARD, act)).toBeUndefined();
    registered = false;
    expect(ledger.verdict(STEWARD, proposal({ nonce: '2'.repeat(32) }))).toBe('not what is registered');
    expect(ledger.verdict(APPROVER, approve(act))).toBe('not what is registered');
    expect(ledger.verdict(APPROVER, { kind: 'reject', subject: digestOf(act) })).toBeUndefined();
  });

  it('[WB3] its author takes it back until it is decided; then nobody can approve it', () => {
    const ledger = team();
    const [first, second] = [proposal(), proposal({ nonce: '2'.repeat(32) })];
    const one = ledger.place(STEWARD, [first]).entry;
    const two = ledger.place(STEWARD, [second]).entry;
    expect(ledger.verdict(ADMIN, { kind: 'withdraw', acts: [ref(one)] })).toBe('not the author');
    expect(ledger.verdict(STEWARD, { kind: 'withdraw', acts: [ref(one)] })).toBeUndefined();
    expect(ledger.verdict(APPROVER, approve(first))).toBe('unknown subject');
    expect([...ledger.state.proposals().keys()]).toEqual([digestOf(second)]);
    expect(ledger.verdict(APPROVER, approve(second))).toBeUndefined();
    expect(ledger.verdict(STEWARD, { kind: 'withdraw', acts: [ref(two)] })).toBe('already decided');
  });

  it('[WB4] only fields that policy names, and only the record that the anchors name', () => {
    const ledger = team();
    expect(ledger.verdict(STEWARD, proposal({}, 'purpose'))).toBe('write-back is off');
    expect(ledger.verdict(STEWARD, proposal({ anchors: [anchor('1')] }))).toBe('unknown subject');
    expect(ledger.verdict(STEWARD, proposal({ nonce: '3'.repeat(32) }, 'team'))).toBeUndefined();
    const waiting = proposal({ nonce: '4'.repeat(32) });
    ledger.place(STEWARD, [waiting]);
    ledger.place(ADMIN, [policy({ fields: ['purpose'], secondPerson: 'where there is one' })]);
    expect(ledger.verdict(STEWARD, proposal({ nonce: '5'.repeat(32) }))).toBe('write-back is off');
    expect(ledger.verdict(APPROVER, approve(waiting))).toBe('write-back is off');
    expect(ledger.verdict(STEWARD, proposal({}, 'purpose'))).toBeUndefined();
  });
});
