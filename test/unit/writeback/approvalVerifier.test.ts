import { describe, expect, it } from 'vitest';
import { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import { proposalDigest } from '../../../shared/ledger/proposal.ts';
import type { Act, ActOf } from '../../../shared/model/act.ts';
import { decodeLedgerValue, encodeLedgerValue } from '../../../shared/model/entry.ts';
import { anchorOf, type ExternalId, type PersonId, type Place, type SourceId, type SpaceId } from '../../../shared/model/ids.ts';
import type { Role } from '../../../shared/model/vocabulary.ts';
import { ApprovalVerifier } from '../../../shared/writeback/approvalVerifier.ts';
import { createVerify } from '../../../sync-server/core/keys.ts';
import { SignedLedger } from '../../support/snapshot/signedLedger.ts';
import { type TestSigner, testSigner } from '../../support/snapshot/testSigner.ts';

const SPACE = 'a'.repeat(32) as SpaceId;
const SOURCE = 'db' as SourceId;
const ROLE = 'role/1' as ExternalId;
const [SERVER, ADMIN, STEWARD, APPROVER] = ['server', 'admin', 'steward', 'approver'].map(testSigner) as [
  TestSigner,
  TestSigner,
  TestSigner,
  TestSigner,
];

function enrol(signer: TestSigner, digit: string, role: Role, via: ActOf<'enrol'>['via'] = { launch: true }): Act {
  const common = { device: signer.publicKey, person: digit.repeat(32) as PersonId, personName: role, label: 'x', role, remit: 'true' };
  return { kind: 'enrol', ...common, via, proof: '', previous: null };
}
const write = { externalId: ROLE, field: 'owner', target: 't', from: null, to: 'Payments', version: '', statement: 's' };
const PROPOSAL: ActOf<'propose'> = {
  kind: 'propose',
  anchors: [anchorOf(SOURCE, ROLE)],
  source: SOURCE,
  system: '',
  registered: 'Payments',
  sent: 'Payments',
  write,
  nonce: '1'.repeat(32),
};
const DIGEST = proposalDigest(SPACE, PROPOSAL);

function approvedLedger(): SignedLedger {
  const ledger = new SignedLedger(SPACE, Date.parse('2026-03-01T12:00:00Z'));
  ledger.write(SERVER, [{ kind: 'genesis', space: SPACE, serverKey: SERVER.publicKey }]);
  ledger.write(SERVER, [enrol(ADMIN, '1', 'admin', { genesis: true })]);
  ledger.write(SERVER, [enrol(STEWARD, '2', 'steward')]);
  ledger.write(SERVER, [enrol(APPROVER, '3', 'approver')]);
  ledger.write(STEWARD, [{ kind: 'comment', anchors: PROPOSAL.anchors, text: 'not about trust' }]);
  ledger.write(STEWARD, [PROPOSAL]);
  ledger.write(APPROVER, [{ kind: 'approve', subject: DIGEST }]);
  return ledger;
}

/** A replica of these values, where one was changed on its way. */
function replicaOf(
  values: readonly Uint8Array[],
  spoiled?: { readonly place: number; readonly by: (value: Uint8Array<ArrayBuffer>) => Uint8Array },
) {
  const state = new LedgerState({ space: SPACE });
  const held = values.map((value, index) => ({
    place: (index + 1) as Place,
    value: spoiled?.place === index + 1 ? spoiled.by(value.slice()) : value,
  }));
  state.append(held);
  return new ApprovalVerifier(state, createVerify());
}
const unsigned = (value: Uint8Array<ArrayBuffer>): Uint8Array => {
  const decoded = decodeLedgerValue(value);
  if (!decoded) throw new Error('not a value');
  decoded.bytes.fill(9, 0, 64);
  return encodeLedgerValue(decoded.bytes, decoded.receipt);
};

describe('[WB6] approvals, verified from the bytes of the ledger', () => {
  it('one that holds gives exactly what was proposed, by whom, and by whom approved', async () => {
    const { values } = approvedLedger();
    expect(await replicaOf(values).approved(DIGEST)).toEqual({
      ok: true,
      value: {
        digest: DIGEST,
        act: PROPOSAL,
        approval: { entry: expect.stringMatching(/^[0-9a-f]{64}$/), act: 0 },
        place: 7,
        proposedBy: '2'.repeat(32),
        approvedBy: '3'.repeat(32),
      },
    });
  });

  it.each([
    [1, 'genesis'],
    [2, 'the first administrator'],
    [4, 'the approver’s enrolment'],
    [6, 'the proposal'],
    [7, 'the approval'],
  ])('place %i, %s, not signed by its author: forged', async (place) => {
    const { values } = approvedLedger();
    expect(await replicaOf(values, { place, by: unsigned }).approved(DIGEST)).toEqual({ ok: false, error: 'forged' });
  });

  it('what says nothing about anybody’s rights is not looked at', async () => {
    const { values } = approvedLedger();
    expect((await replicaOf(values, { place: 5, by: unsigned }).approved(DIGEST)).ok).toBe(true);
  });

  it('no decision, a rejection, another digest, and an approval that the server let pass although its author may not', async () => {
    const ledger = approvedLedger();
    const before = replicaOf(ledger.values.slice(0, 6));
    expect(await before.approved(DIGEST)).toEqual({ ok: false, error: 'not approved' });
    expect(await replicaOf(ledger.values).approved(DIGEST.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) as typeof DIGEST)).toEqual({
      ok: false,
      error: 'not approved',
    });
    const rejected = approvedLedger();
    const again = { ...PROPOSAL, nonce: '2'.repeat(32) };
    rejected.write(STEWARD, [again]);
    rejected.write(APPROVER, [{ kind: 'reject', subject: proposalDigest(SPACE, again) }]);
    expect(await replicaOf(rejected.values).approved(proposalDigest(SPACE, again))).toEqual({ ok: false, error: 'not approved' });
    const passed = approvedLedger();
    passed.write(STEWARD, [again]);
    const { entry, receipt } = passed.write(STEWARD, [{ kind: 'approve', subject: proposalDigest(SPACE, again) }]);
    expect(receipt.void).toEqual({ '0': 'role may not' });
    const clean = (value: Uint8Array<ArrayBuffer>): Uint8Array =>
      encodeLedgerValue(decodeLedgerValue(value)?.bytes as never, { at: entry.at });
    expect(await replicaOf(passed.values, { place: passed.place, by: clean }).approved(proposalDigest(SPACE, again))).toEqual({
      ok: false,
      error: 'not approved',
    });
  });
});
