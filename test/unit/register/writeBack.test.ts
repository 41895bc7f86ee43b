import { describe, expect, it } from 'vitest';
import type { HashHex } from '../../../shared/base/hash.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { proposalDigest } from '../../../shared/ledger/proposal.ts';
import type { Act, ActOf } from '../../../shared/model/act.ts';
import { type Anchor, anchorOf, type ExternalId, type SourceId } from '../../../shared/model/ids.ts';
import { encodeRecord } from '../../../shared/model/record.ts';
import type { SourceStatus, WriteReceipt } from '../../../shared/model/status.ts';
import { observe } from '../../../shared/observed/observe.ts';
import { sentHash } from '../../../shared/observed/receipts.ts';
import { Register } from '../../../shared/register/register.ts';
import { observed } from '../../support/observations.ts';
import { statusOf } from '../../support/register/statuses.ts';
import { device, LedgerBuilder, NOW, person, SPACE } from '../ledger/ledgerBuilder.ts';

const DB = 'db' as SourceId;
const ROLE = 'role/1' as ExternalId;
const ANCHOR = anchorOf(DB, ROLE);
const [ADMIN, STEWARD] = [device('A'), device('B')];

/** A register with one record of a source that has a place for the owner. */
class Small {
  readonly ledger = LedgerBuilder.started().enrol(STEWARD, person('2'), 'steward');
  readonly register = new Register({ ledger: this.ledger.state, now: NOW, me: person('1') });

  constructor(fields: Record<string, string> = {}, status: Partial<SourceStatus> = {}) {
    this.says(fields);
    this.tells(status);
    this.place(STEWARD, [{ kind: 'set', anchors: [ANCHOR], field: 'owner', value: 'Payments' }]);
  }
  says(fields: Record<string, string>): void {
    const record = observe(undefined, observed(ROLE, { fields: { name: 'pay', ...fields } }), toInstant(NOW));
    if (record) this.register.applyRecords(DB, [{ externalId: ROLE, bytes: encodeRecord(record.after) }]);
  }
  tells(status: Partial<SourceStatus>): void {
    this.register.applyStatus({ ...statusOf(DB, NOW), writable: ['owner', 'purpose'], ...status });
  }
  place(by: ReturnType<typeof device>, acts: Act[]): void {
    this.ledger.place(by, acts);
    const change = { anchors: new Set<Anchor>([ANCHOR]), structure: false, policy: true, people: true, decisions: true };
    this.register.ledgerChanged(change);
  }
  propose(nonce = '1'.repeat(32)): HashHex {
    const registered = this.register.registered([ANCHOR], 'owner');
    if (!registered.ok) throw new Error(registered.error);
    const { value, sent } = registered.value;
    const write = { externalId: ROLE, field: 'owner', target: 't', from: null, to: String(sent), version: '', statement: 's' };
    const act: ActOf<'propose'> = {
      kind: 'propose',
      anchors: [ANCHOR],
      source: DB,
      system: '',
      registered: value,
      sent,
      write,
      nonce,
    };
    this.place(STEWARD, [act]);
    return proposalDigest(SPACE, act);
  }
  receipt(proposal: HashHex, change: Partial<WriteReceipt>): void {
    const decision = this.ledger.state.decision(proposal);
    const receipt: WriteReceipt = {
      proposal,
      approval: decision?.ref ?? { entry: 'e'.repeat(64) as never, act: 0 },
      place: 9,
      externalId: ROLE,
      field: 'owner',
      sent: sentHash('Payments'),
      state: 'applied',
      at: toInstant(NOW),
      attempts: 1,
      ...change,
    };
    this.tells({ writes: { upTo: 0, receipts: [receipt] } });
  }
  sends = (field = 'owner') => this.register.field(ANCHOR, field)?.sends?.map(({ source }) => source) ?? [];
  states = () => this.register.writeBacks().map(({ state }) => state);
  inbox = () => this.register.inbox().find(({ kind }) => kind === 'Write-back')?.items ?? [];
}

describe('[WB12] where a field can be sent', () => {
  it('to a source of the record that has a place for it and says something else', () => {
    expect(new Small().sends()).toEqual([DB]);
    expect(new Small({ owner: 'Somebody' }).sends()).toEqual([DB]);
    expect(new Small({ owner: 'Payments' }).sends()).toEqual([]);
    expect(new Small({}, { writable: ['team'] }).sends()).toEqual([]);
    expect(new Small({}, { visibility: 'private' }).sends()).toEqual([]);
    expect(new Small().sends('purpose')).toEqual([]);
  });

  it('not while it is in conflict; a drift offers it beside keeping and taking', () => {
    const small = new Small({ owner: 'Somebody' });
    const drift = small.register.identity(ANCHOR)?.needs.find(({ kind }) => kind === 'drift');
    expect(drift?.choices.map(({ label }) => label)).toContain('Send Payments to DB…');
    small.ledger.place(ADMIN, [{ kind: 'set', anchors: [ANCHOR], field: 'owner', value: 'Billing' }], { seen: 2 });
    small.place(ADMIN, [{ kind: 'comment', anchors: [ANCHOR], text: 'x' }]);
    expect(small.sends()).toEqual([]);
    expect(small.register.registered([ANCHOR], 'owner')).toEqual({ ok: false, error: 'in conflict' });
  });

  it('a party by a spelling that is its alone, or not at all', () => {
    const small = new Small();
    const [first, second] = ['7', '8'].map((digit) => digit.repeat(32) as Anchor) as [Anchor, Anchor];
    const party = (anchor: Anchor): Act[] => [{ kind: 'create', anchor, type: 'party', recordKind: 'team', name: 'Core' }];
    small.ledger.place(ADMIN, party(first));
    small.ledger.place(ADMIN, [{ kind: 'set', anchors: [ANCHOR], field: 'owner', value: `party:${first}` }]);
    small.register.ledgerChanged({ anchors: new Set([first, ANCHOR]), structure: true, policy: false, people: false, decisions: false });
    expect(small.register.registered([ANCHOR], 'owner')).toEqual({ ok: true, value: { value: `party:${first}`, sent: 'Core' } });
    small.ledger.place(ADMIN, party(second));
    small.register.ledgerChanged({ anchors: new Set([second]), structure: true, policy: false, people: false, decisions: false });
    expect(small.register.registered([ANCHOR], 'owner')).toEqual({ ok: false, error: 'no name to send' });
  });
});

describe('[WB12] what became of a write', () => {
  it('follows ledger and receipts from the proposal to the observation', () => {
    const small = new Small();
    const digest = small.propose();
    expect(small.states()).toEqual(['waits for approval']);
    expect(small.inbox()).toMatchObject([{ what: 'Send accountable owner to DB', count: 1, reasoned: true }]);
    small.place(ADMIN, [{ kind: 'approve', subject: digest, why: 'agreed' }]);
    expect(small.states()).toEqual(['approved']);
    expect(small.inbox()).toEqual([]);
    const said = (change: Partial<WriteReceipt>): string | undefined => {
      small.receipt(digest, change);
      return small.states()[0];
    };
    expect(said({ state: 'sending' })).toBe('sending');
    expect(said({ state: 'unknown' })).toBe('outcome unknown');
    expect(said({ state: 'refused', problem: { code: 'unreachable', message: '', retry: true } })).toBe('approved');
    expect(said({ state: 'refused', problem: { code: 'forbidden', message: '', retry: false } })).toBe('refused');
    expect(small.inbox()).toMatchObject([{ what: 'Accountable owner did not reach DB', severity: 'high' }]);
    expect(said({ state: 'stale' })).toBe('not sent');
    expect(said({ state: 'changed', now: 'x' })).toBe('source changed');
    expect(said({ state: 'applied' })).toBe('waits for confirmation');
    expect(said({ state: 'applied', differs: toInstant(NOW) })).toBe('not kept');
    expect(said({ state: 'already', confirmed: toInstant(NOW) })).toBe('confirmed');
    expect(small.register.writeBacks()[0]).toMatchObject({
      decided: { kind: 'approve', name: 'person 1', self: false, why: 'agreed' },
      proposed: { name: 'person 2' },
    });
    small.tells({ writes: { upTo: 99, receipts: [] } });
    expect(small.states()).toEqual(['ended']);
  });

  it('nobody approves at once more than they are shown', () => {
    const small = new Small();
    for (let index = 0; index < 60; index++) small.propose(index.toString(16).padStart(32, '0'));
    const [item] = small.inbox();
    expect(item).toMatchObject({ count: 60, writes: { length: 50 } });
    expect(item?.choices.map(({ label, acts }) => [label, acts.length])).toEqual([
      ['Reject 50', 50],
      ['Approve 50', 50],
    ]);
    expect(new Set(item?.writes?.map(({ digest }) => digest))).toEqual(
      new Set(item?.choices[1]?.acts.map((act) => ('subject' in act ? act.subject : ''))),
    );
  });

  it('is stale, rejected, or gone when it was taken back; trouble ends when the source agrees', () => {
    const small = new Small();
    const digest = small.propose();
    small.place(STEWARD, [{ kind: 'set', anchors: [ANCHOR], field: 'owner', value: 'Billing' }]);
    expect(small.states()).toEqual(['stale']);
    small.place(ADMIN, [{ kind: 'reject', subject: digest }]);
    expect(small.states()).toEqual(['rejected']);
    const again = small.propose('2'.repeat(32));
    small.place(ADMIN, [{ kind: 'approve', subject: again }]);
    small.receipt(again, { state: 'changed', now: 'x', sent: sentHash('Billing') });
    expect(small.inbox()).toHaveLength(1);
    small.says({ owner: 'Billing' });
    expect(small.inbox()).toEqual([]);
  });
});
