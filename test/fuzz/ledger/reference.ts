import { canonicalJson, type Json } from '../../../shared/base/json.ts';
import type { Restore } from '../../../shared/ledger/ledgerState.ts';
import type { Act } from '../../../shared/model/act.ts';
import type { Entry, EntryId, Receipt } from '../../../shared/model/entry.ts';
import type { PersonId } from '../../../shared/model/ids.ts';
import { dumpHeads } from './canonicalDump.ts';

/** FOLD.md word for word and as slowly as it is written: no index, no cache, nothing shared with the implementation. */
export interface History {
  readonly placed: readonly { readonly entry: Entry; readonly receipt: Receipt }[];
  readonly outbox: readonly Entry[];
  readonly restores: readonly Restore[];
  readonly personOf: (device: string) => PersonId | undefined;
}

interface FoldedAct {
  readonly entry: Entry;
  readonly place: number | undefined;
  readonly index: number;
  readonly act: Act;
  readonly void: boolean;
}

const FOLDED = ['set', 'clear', 'accept', 'exclude', 'lifecycle', 'add', 'remove'];

export function referenceCells(history: History): string {
  const everything = allActs(history);
  const places = new Map(history.placed.map(({ entry }, index) => [entry.id, index + 1]));
  const byId = new Map([...history.placed.map(({ entry }) => entry), ...history.outbox].map((entry) => [entry.id, entry]));
  const taken = withdrawnActs(history, everything);
  const cap = (entry: Entry): number =>
    history.restores.reduce(
      (place, restore) => (restore.epoch > entry.seen.epoch ? Math.min(place, restore.at) : place),
      entry.seen.place as number,
    );
  const isAncestor = (f: Entry, e: Entry): boolean => {
    for (let id: EntryId | null = e.prev; id !== null; id = byId.get(id)?.prev ?? null) if (id === f.id) return true;
    return false;
  };
  const sees = (e: Entry, f: Entry): boolean =>
    e.id !== f.id && ((places.get(f.id) ?? Number.POSITIVE_INFINITY) <= cap(e) || isAncestor(f, e));
  const after = (x: FoldedAct, y: FoldedAct): boolean => (x.entry.id === y.entry.id ? x.index > y.index : sees(x.entry, y.entry));

  const cells = new Map<string, FoldedAct[]>();
  for (const folded of everything) {
    if (folded.void || !FOLDED.includes(folded.act.kind) || taken.has(`${folded.entry.id}/${folded.index}`)) continue;
    for (const key of cellKeys(folded.act)) cells.set(key, [...(cells.get(key) ?? []), folded]);
  }
  const result: Record<string, Json> = {};
  for (const [key, acts] of cells) {
    const heads = acts.filter((x) => !acts.some((y) => after(y, x)));
    if (heads.length === 0) throw new Error(`the cell ${key} has acts and no head`);
    result[shownKey(key, heads)] = shownHeads(key, heads);
  }
  return canonicalJson(result);
}

function allActs(history: History): FoldedAct[] {
  const placed = history.placed.flatMap(({ entry, receipt }, index) =>
    entry.acts.map((act, at) => ({ entry, place: index + 1, index: at, act, void: receipt.void?.[String(at)] !== undefined })),
  );
  const waiting = history.outbox.flatMap((entry) => entry.acts.map((act, index) => ({ entry, place: undefined, index, act, void: false })));
  return [...placed, ...waiting];
}

function withdrawnActs(history: History, everything: readonly FoldedAct[]): Set<string> {
  const authors = new Map(everything.map(({ entry }) => [entry.id, history.personOf(entry.device)]));
  const taken = new Set<string>();
  for (const { entry, act, void: isVoid } of everything) {
    if (isVoid || act.kind !== 'withdraw') continue;
    for (const ref of act.acts) {
      if (authors.get(ref.entry) === history.personOf(entry.device)) taken.add(`${ref.entry}/${ref.act}`);
    }
  }
  return taken;
}

function cellKeys(act: Act): string[] {
  if (!('anchors' in act)) return [];
  if (act.kind === 'add' || act.kind === 'remove') return act.anchors.map((anchor) => `${anchor} ${act.field} ?${act.element}`);
  const field = 'field' in act ? act.field : 'lifecycle';
  return act.anchors.map((anchor) => `${anchor} ${field}`);
}

const isElement = (key: string): boolean => key.includes(' ?');

function shownKey(key: string, heads: readonly FoldedAct[]): string {
  if (!isElement(key)) return key;
  return key.replace(' ?', heads.some((head) => head.act.kind === 'add') ? ' +' : ' -');
}

function shownHeads(key: string, heads: readonly FoldedAct[]): Json {
  const shown = dumpHeads(
    heads.map(({ entry, index, place, act }) => ({
      ref: { entry: entry.id, act: index },
      place: place as never,
      value: saidBy(act),
    })),
  );
  if (isElement(key)) return shown;
  const distinct = new Set(heads.map((head) => canonicalJson([saidBy(head.act) ?? null, saidBy(head.act) === undefined])));
  return { heads: shown, conflict: distinct.size > 1 };
}

function saidBy(act: Act): Json | undefined {
  if (act.kind === 'set') return act.value;
  if (act.kind === 'add') return act.element;
  if (act.kind === 'accept') return { state: 'active' };
  if (act.kind === 'exclude') return { state: 'excluded', reason: act.reason };
  return act.kind === 'lifecycle' ? { state: act.state } : undefined;
}
