import { describe, expect, it } from 'vitest';
import type { Json } from '../../../shared/base/json.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import { encodeRecord } from '../../../shared/model/record.ts';
import type { WriteReceipt } from '../../../shared/model/status.ts';
import { observe, type PlannedRecord } from '../../../shared/observed/observe.ts';
import { confirmedBy, isEcho, isSettled, NO_WRITES, sentHash, trimmed, withReceipt } from '../../../shared/observed/receipts.ts';
import { at, observed } from '../../support/observations.ts';

const receipt = (place: number, change: Partial<WriteReceipt> = {}): WriteReceipt => ({
  proposal: place.toString(16).padStart(64, '0') as WriteReceipt['proposal'],
  approval: { entry: 'e'.repeat(64) as WriteReceipt['approval']['entry'], act: 0 },
  place,
  externalId: 'role/1' as ExternalId,
  field: 'owner',
  sent: sentHash('Payments'),
  state: 'applied',
  at: at(10),
  attempts: 1,
  ...change,
});
const changed = (before: Record<string, Json>, after: Record<string, Json>, rest = {}): PlannedRecord => {
  const first = observe(undefined, observed('role/1', { fields: before }), at(0));
  const second = observe(first && encodeRecord(first.after), observed('role/1', { fields: after, ...rest }), at(11));
  if (!second) throw new Error('nothing changed');
  return second;
};

describe('receipts', () => {
  it('[WB5] one of each proposal, in the order of approvals', () => {
    const writes = [receipt(3), receipt(1), receipt(2), receipt(1, { attempts: 2 })].reduce(withReceipt, NO_WRITES);
    expect(writes.receipts.map(({ place, attempts }) => [place, attempts])).toEqual([
      [1, 2],
      [2, 1],
      [3, 1],
    ]);
  });

  it('[WB10] what was sent, or may have been, and what may still be sent is never forgotten', () => {
    const open: Partial<WriteReceipt>[] = [
      { state: 'sending' },
      { state: 'unknown' },
      { state: 'refused', problem: { code: 'unreachable', message: '', retry: true } },
    ];
    expect(open.map((change) => isSettled(receipt(1, change)))).toEqual([false, false, false]);
    const many = Array.from({ length: 120 }, (_, index) => receipt(index + 1, index % 40 === 0 ? open[index / 40] : {}));
    const kept = trimmed(many.reduce(withReceipt, NO_WRITES), 120);
    expect(kept.receipts.filter((one) => !isSettled(one)).map(({ place }) => place)).toEqual([1, 41, 81]);
    // The last fifty that are settled: 81 is open.
    expect(kept.receipts.filter(isSettled).map(({ place }) => place)).toEqual(
      [70, ...Array.from({ length: 50 }, (_, index) => index + 71)].filter((place) => place !== 81),
    );
    expect(kept.upTo).toBe(120);
    expect(trimmed(kept, 7).upTo).toBe(120);
    const held = trimmed(many.reduce(withReceipt, NO_WRITES), 10);
    expect(held.receipts.filter(({ place }) => place > 10)).toHaveLength(110);
  });

  it('[WB5] confirmed by an observation at or after the write that says what was sent, and by no earlier one', () => {
    const writes = withReceipt(NO_WRITES, receipt(1));
    const seen = (value: Json | undefined, minute: number) =>
      confirmedBy(writes, () => ({ fields: value === undefined ? {} : { owner: value }, asOf: at(minute) })).receipts[0];
    expect(seen('Payments', 9)).toEqual(receipt(1));
    expect(seen('Payments', 10)).toMatchObject({ confirmed: at(10) });
    expect(seen('Somebody', 11)).toMatchObject({ differs: at(11) });
    expect(seen(undefined, 11)).toMatchObject({ differs: at(11) });
    expect(confirmedBy(writes, () => undefined)).toBe(writes);
    const removed = withReceipt(NO_WRITES, receipt(1, { sent: sentHash(null) }));
    expect(confirmedBy(removed, () => ({ fields: {}, asOf: at(11) })).receipts[0]).toMatchObject({ confirmed: at(11) });
    const late = withReceipt(NO_WRITES, receipt(1, { differs: at(11) }));
    expect(confirmedBy(late, () => ({ fields: { owner: 'Payments' }, asOf: at(12) })).receipts[0]).toEqual(
      receipt(1, { confirmed: at(12) }),
    );
    const refused = withReceipt(NO_WRITES, receipt(1, { state: 'changed' }));
    expect(confirmedBy(refused, () => ({ fields: { owner: 'Payments' }, asOf: at(12) }))).toBe(refused);
  });

  it('[WB9] an echo is a record whose only news is what was sent to it and has not come back yet', () => {
    const [before, after] = [
      { name: 'a', owner: 'Old' },
      { name: 'a', owner: 'Payments' },
    ];
    const echo = changed(before, after);
    expect(isEcho(echo, [receipt(1)])).toBe(true);
    expect(isEcho(echo, [receipt(1, { state: 'sending' })])).toBe(true);
    expect(isEcho(echo, [])).toBe(false);
    expect(isEcho(echo, [receipt(1, { confirmed: at(10) })])).toBe(false);
    expect(isEcho(echo, [receipt(1, { state: 'refused' })])).toBe(false);
    expect(isEcho(echo, [receipt(1, { externalId: 'role/2' as ExternalId })])).toBe(false);
    expect(isEcho(changed(before, { ...after, owner: 'Else' }), [receipt(1)])).toBe(false);
    expect(isEcho(changed(before, { ...after, name: 'b' }), [receipt(1)])).toBe(false);
    expect(isEcho(changed(before, after, { aliases: ['new'] }), [receipt(1)])).toBe(false);
    expect(isEcho(changed({ ...before, team: 'x' }, after), [receipt(1), receipt(2, { field: 'team', sent: sentHash(null) })])).toBe(true);
  });
});
