import { describe, expect, it } from 'vitest';
import { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import type { Act } from '../../../shared/model/act.ts';
import type { Place } from '../../../shared/model/ids.ts';
import { anchor, device, LedgerBuilder, ledgerValueOf, person, ref, SPACE, set, subject } from './ledgerBuilder.ts';

const A = device('A');
const B = device('B');

function twoStewards(): LedgerBuilder {
  return LedgerBuilder.started().enrol(B, person('2'), 'steward');
}
const valuesOf = (ledger: LedgerState, field = 'purpose') => ledger.cell(anchor('1'), field)?.heads.map((head) => head.value);

describe('values', () => {
  it('[LED3] edits that have not seen each other conflict, and one that has seen them settles it', () => {
    const ledger = twoStewards();
    const before = ledger.state.place;
    ledger.place(A, [set('pays invoices')], { seen: before });
    ledger.place(B, [set('sends reports')], { seen: before });
    expect(ledger.state.cell(anchor('1'), 'purpose')?.conflict).toBe(true);
    expect(valuesOf(ledger.state)).toEqual(['pays invoices', 'sends reports']);
    ledger.place(B, [set('both')]);
    expect(ledger.state.cell(anchor('1'), 'purpose')?.conflict).toBe(false);
    expect(valuesOf(ledger.state)).toEqual(['both']);
  });

  it('[LED3] the same value twice is no conflict; cleared against a value is one', () => {
    const ledger = twoStewards();
    const before = ledger.state.place;
    ledger.place(A, [set('pays invoices'), { kind: 'clear', anchors: [anchor('1')], field: 'owner' }], { seen: before });
    ledger.place(B, [set('pays invoices'), set('Ben', '1', 'owner')], { seen: before });
    expect(ledger.state.cell(anchor('1'), 'purpose')?.conflict).toBe(false);
    expect(ledger.state.cell(anchor('1'), 'purpose')?.heads).toHaveLength(2);
    expect(ledger.state.cell(anchor('1'), 'owner')?.conflict).toBe(true);
  });

  it('[LED3] a chain through prev is seen, whatever seen.place says', () => {
    const ledger = twoStewards();
    ledger.place(A, [set('first')], { seen: 0 });
    ledger.place(A, [set('second')], { seen: 0 });
    expect(valuesOf(ledger.state)).toEqual(['second']);
  });

  it('[LED3] two entries with one prev are a cloned profile: both are kept', () => {
    const ledger = twoStewards();
    const { entry } = ledger.place(A, [set('first')]);
    const seen = ledger.state.place;
    ledger.place(A, [set('here')], { prev: entry.id, seen });
    ledger.place(A, [set('there')], { prev: entry.id, seen });
    expect(valuesOf(ledger.state)).toEqual(['here', 'there']);
  });

  it('[LED7] the later act of an entry wins over the earlier', () => {
    const ledger = twoStewards();
    ledger.place(A, [set('first'), set('second')]);
    expect(valuesOf(ledger.state)).toEqual(['second']);
  });

  it('[LED4] what was seen past the cut of a restore was not seen', () => {
    const ledger = twoStewards();
    const cut = ledger.state.place;
    ledger.place(A, [set('lost')]);
    const { lost } = ledger.state.setRestores([{ epoch: 1, at: cut }]);
    ledger.values.splice(cut);
    expect(lost.map(({ entry }) => entry.acts[0])).toEqual([set('lost')]);
    expect(ledger.state.epoch).toBe(1);
    ledger.place(A, [set('written after the restore')], { prev: null });
    ledger.place(B, [set('seen before the restore')], { epoch: 0, seen: cut + 1 });
    expect(ledger.state.cell(anchor('1'), 'purpose')?.conflict).toBe(true);
  });

  it('accept, exclude and lifecycle fold into one field', () => {
    const ledger = twoStewards();
    ledger.place(A, [{ kind: 'accept', anchors: [anchor('1')] }]);
    expect(valuesOf(ledger.state, 'lifecycle')).toEqual([{ state: 'active' }]);
    ledger.place(A, [{ kind: 'exclude', anchors: [anchor('1')], reason: 'duplicate' }]);
    expect(valuesOf(ledger.state, 'lifecycle')).toEqual([{ state: 'excluded', reason: 'duplicate' }]);
  });

  it('counts the anchors that have a value, not those whose value was cleared', () => {
    const ledger = twoStewards();
    ledger.place(A, [set('a', '1'), set('b', '2')]);
    expect(ledger.state.entries).toBe(2);
    ledger.place(A, [{ kind: 'clear', anchors: [anchor('2')], field: 'purpose' }]);
    expect(ledger.state.entries).toBe(1);
  });
});

describe('sets', () => {
  const tag = (kind: 'add' | 'remove'): Act => ({ kind, anchors: [anchor('1')], field: 'tags', element: 'billing' });

  it('[LED5] a concurrent add beats a remove; a remove that has seen it hides it', () => {
    const ledger = twoStewards();
    ledger.place(A, [tag('add')]);
    const before = ledger.state.place;
    ledger.place(A, [tag('remove')], { seen: before });
    ledger.place(B, [tag('add')], { seen: before });
    expect([...ledger.state.elements(anchor('1'), 'tags').keys()]).toEqual(['billing']);
    ledger.place(B, [tag('remove')]);
    expect(ledger.state.elements(anchor('1'), 'tags').size).toBe(0);
    expect([...ledger.state.removedElements(anchor('1'), 'tags').keys()]).toEqual(['billing']);
  });
});

describe('withdraw', () => {
  it('[LED6] what it superseded returns', () => {
    const ledger = twoStewards();
    ledger.place(A, [set('first')]);
    const { entry } = ledger.place(B, [set('second')]);
    ledger.place(B, [{ kind: 'withdraw', acts: [ref(entry)] }]);
    expect(valuesOf(ledger.state)).toEqual(['first']);
    expect(ledger.state.line(entry.id)?.withdrawn).toEqual(new Set([0]));
  });

  it('[LED6] not of another person, not of what does not exist, not of a withdraw', () => {
    const ledger = twoStewards();
    const { entry } = ledger.place(A, [set('mine')]);
    expect(ledger.verdict(B, { kind: 'withdraw', acts: [ref(entry)] })).toBe('not the author');
    expect(ledger.verdict(A, { kind: 'withdraw', acts: [ref(entry, 7)] })).toBe('unknown subject');
    const undo = ledger.place(A, [{ kind: 'withdraw', acts: [ref(entry)] }]);
    expect(ledger.verdict(A, { kind: 'withdraw', acts: [ref(undo.entry)] })).toBe('unknown subject');
    expect(valuesOf(ledger.state)).toBeUndefined();
  });

  it('[LED6] from another device of the same person', () => {
    const ledger = twoStewards().enrol(device('C'), person('2'), 'steward');
    const { entry } = ledger.place(B, [set('mine')]);
    expect(ledger.verdict(device('C'), { kind: 'withdraw', acts: [ref(entry)] })).toBeUndefined();
    expect(valuesOf(ledger.state)).toBeUndefined();
  });

  it('[LED6] takes comments, creates, merges and splits back as well', () => {
    const ledger = twoStewards();
    const { entry } = ledger.place(A, [
      { kind: 'comment', anchors: [anchor('1')], text: 'asked the team' },
      { kind: 'create', anchor: anchor('9'), type: 'identity', recordKind: 'agent', name: 'made by hand' },
      { kind: 'merge', anchors: [anchor('1'), anchor('2')] },
      { kind: 'split', anchor: anchor('1') },
    ]);
    const held = () => [
      ledger.state.comments(anchor('1')).length,
      [...ledger.state.created()].length,
      ledger.state.merges().length,
      ledger.state.splits().length,
    ];
    expect(held()).toEqual([1, 1, 1, 1]);
    ledger.place(A, [{ kind: 'withdraw', acts: [0, 1, 2, 3].map((act) => ref(entry, act)) }]);
    expect(held()).toEqual([0, 0, 0, 0]);
    expect(ledger.state.createdAt(anchor('9'))).toBeUndefined();
  });
});

describe('the outbox', () => {
  it('[LED20] shows what waits on top, and stops once the ledger holds it', () => {
    const ledger = twoStewards();
    ledger.place(A, [set('placed')]);
    const replica = new LedgerState({ space: SPACE });
    replica.append(ledger.values);
    const waiting = ledger.entry(B, [set('waiting'), { kind: 'discard', subject: subject('1'), source: 'sheet' as never }]);
    expect(replica.setOutbox([waiting]).anchors).toEqual(new Set([anchor('1')]));
    expect(replica.cell(anchor('1'), 'purpose')?.heads).toMatchObject([{ value: 'waiting', place: undefined, person: person('2') }]);
    expect(replica.decision(subject('1'))).toBeUndefined();
    ledger.placeEntry(waiting);
    replica.append(ledger.values.slice(-1));
    expect(replica.cell(anchor('1'), 'purpose')?.heads).toMatchObject([{ value: 'waiting', place: ledger.state.place }]);
    expect(replica.lines({ limit: 10 }).map((line) => line.place)).toEqual([5, 4, 3, 2, 1]);
    expect(replica.decision(subject('1'))?.kind).toBe('discard');
  });

  it('[LED20] a waiting withdraw lets the former value return, and leaves it when it is set aside', () => {
    const ledger = twoStewards();
    ledger.place(B, [set('first')]);
    const { entry } = ledger.place(B, [set('second')]);
    ledger.state.setOutbox([ledger.entry(B, [{ kind: 'withdraw', acts: [ref(entry)] }])]);
    expect(valuesOf(ledger.state)).toEqual(['first']);
    ledger.state.setOutbox([]);
    expect(valuesOf(ledger.state)).toEqual(['second']);
  });
});

/** Found by the fuzz test: a device reads its outbox before it has read the ledger. */
describe('an outbox that is there before the ledger', () => {
  it('[LED1] a waiting withdraw finds its target when that arrives', () => {
    const ledger = twoStewards();
    ledger.place(B, [set('first')]);
    const { entry } = ledger.place(B, [set('second')]);
    const waiting = [ledger.entry(B, [{ kind: 'withdraw', acts: [ref(entry)] }])];
    const replica = new LedgerState({ space: SPACE });
    replica.setOutbox(waiting);
    replica.append(ledger.values);
    expect(valuesOf(replica)).toEqual(['first']);
  });

  it('[LED1] a waiting chain is joined to its ancestor when that arrives', () => {
    const ledger = twoStewards();
    ledger.place(B, [set('placed')], { seen: 0 });
    const waiting = [ledger.entry(B, [set('x', '2')], { seen: 0 }), ledger.entry(B, [set('waiting')], { seen: 0 })];
    const replica = new LedgerState({ space: SPACE });
    replica.setOutbox(waiting);
    replica.append(ledger.values);
    expect(valuesOf(replica)).toEqual(['waiting']);
  });

  it('[LED1] a waiting chain is joined to an ancestor that waits too and is handed in later', () => {
    const ledger = twoStewards();
    const first = ledger.entry(B, [set('first')], { seen: 0 });
    const second = ledger.entry(B, [set('second')], { seen: 0 });
    ledger.state.setOutbox([second]);
    ledger.state.setOutbox([first, second]);
    expect(valuesOf(ledger.state)).toEqual(['second']);
    expect(ledger.state.lines({ limit: 2 }).map((line) => line.entry.id)).toEqual([second.id, first.id]);
  });
});

describe('arrival', () => {
  it('[LED1] values past a gap wait, and a place that is held changes nothing', () => {
    const ledger = twoStewards();
    ledger.place(A, [set('value')]);
    const replica = new LedgerState();
    const [first, ...rest] = ledger.values;
    expect(replica.append(rest).anchors.size).toBe(0);
    expect(replica.place).toBe(0);
    expect(replica.append([first as never]).anchors).toEqual(new Set([anchor('1')]));
    expect(replica.append(ledger.values).anchors.size).toBe(0);
    expect(replica.root).toBe(ledger.state.root);
  });

  it('[LED17] another value for a held place is reported, and the first one stays', () => {
    const ledger = twoStewards();
    const { entry, receipt } = ledger.place(A, [set('shown')]);
    const root = ledger.state.root;
    ledger.state.append([{ place: ledger.state.place, value: ledgerValueOf({ ...entry, acts: [set('swapped')] }, receipt) }]);
    expect(valuesOf(ledger.state)).toEqual(['shown']);
    expect(ledger.state.root).toBe(root);
    expect(ledger.state.ignored()).toMatchObject([{ place: 4, reason: 'another value at this place' }]);
  });

  it('[LED15] an unknown act makes it read-only, and the other acts of the entry count', () => {
    const ledger = twoStewards();
    ledger.place(A, [{ kind: 'certify', anchors: [anchor('1')] } as unknown as Act, set('known')]);
    expect(ledger.state.readOnly).toBe(true);
    expect(valuesOf(ledger.state)).toEqual(['known']);
  });

  it('[LED15] damaged values and entries of another space are passed over', () => {
    const ledger = twoStewards();
    const { entry, receipt } = ledger.place(A, [set('value')]);
    const replica = new LedgerState({ space: SPACE });
    replica.append(ledger.values);
    replica.append([
      { place: 5 as Place, value: Uint8Array.of(1, 2, 3) },
      { place: 6 as Place, value: ledgerValueOf({ ...entry, space: 'b'.repeat(32) as never }, receipt) },
      { place: 7 as Place, value: ledgerValueOf({ ...entry, acts: 'none' as never }, receipt) },
      { place: 8 as Place, value: ledgerValueOf(entry, receipt) },
    ]);
    expect(replica.ignored().map(({ place, reason }) => [place, reason])).toEqual([
      [5, 'damaged'],
      [6, 'another space'],
      [7, 'damaged'],
      [8, 'placed twice'],
    ]);
    expect(replica.place).toBe(8);
    expect(valuesOf(replica)).toEqual(['value']);
  });

  it('[LED16] tells an author who saw another past from one who saw ours', () => {
    const ledger = twoStewards();
    const { entry } = ledger.place(A, [set('value')]);
    expect(ledger.state.witness(entry)).toBe('agrees');
    expect(ledger.state.witness({ ...entry, seen: { ...entry.seen, root: subject('f') } })).toBe('differs');
    expect(ledger.state.witness({ ...entry, seen: { ...entry.seen, place: 99 as Place } })).toBe('unknown');
  });

  it('an entry whose signature turns out forged no longer counts', () => {
    const ledger = twoStewards();
    ledger.place(A, [set('genuine')]);
    ledger.place(A, [set('forged')]);
    const root = ledger.state.root;
    ledger.state.distrust([ledger.state.place]);
    expect(valuesOf(ledger.state)).toEqual(['genuine']);
    expect(ledger.state.root).toBe(root);
  });
});

describe('activity', () => {
  it('lists newest first, by page and by anchor, void entries too', () => {
    const ledger = twoStewards().enrol(device('R'), person('3'), 'reader');
    ledger.place(A, [set('one')]);
    ledger.place(A, [set('two', '2')]);
    ledger.place(device('R'), [set('not allowed')]);
    const places = (options: Parameters<LedgerState['lines']>[0]) => ledger.state.lines(options).map((line) => line.place);
    expect(places({ limit: 2 })).toEqual([7, 6]);
    expect(places({ limit: 2, before: 6 as Place })).toEqual([5, 4]);
    expect(places({ limit: 9, anchor: [anchor('1')] })).toEqual([7, 5]);
    expect(ledger.state.lines({ limit: 1 })[0]).toMatchObject({ personName: 'person 3', void: new Map([[0, 'role may not']]) });
  });
});
