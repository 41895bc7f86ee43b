import type { Act, ActRef } from '../model/act.ts';
import type { Entry, EntryId } from '../model/entry.ts';
import type { Anchor } from '../model/ids.ts';
import { type ActNode, type EntryNode, hook } from './causality.ts';
import { type Cell, headsOf } from './cells.ts';
import type { ChangeSet } from './changeSet.ts';
import type { Fold } from './fold.ts';
import { cellTarget, isFoldable, namedAnchors } from './foldedAct.ts';
import { isWithdrawable } from './withdrawable.ts';

/**
 * This device's own entries that have no place yet, folded on top of the placed ones. Acts that need a place to mean
 * anything (decisions, compare-and-set) are left out: they are proposals until the ledger holds them.
 */
export class Overlay {
  readonly entries = new Map<EntryId, Entry>();
  readonly #fold: Fold;
  readonly #cells = new Map<Cell, ActNode[]>();
  readonly #comments = new Map<Anchor, ActNode[]>();
  readonly #missing = new Set<EntryId>();
  #structure: ActNode[] = [];
  /** Acts that waiting withdraws take back. Undefined: to be found again, since a target or a person has turned up. */
  #withdrawn: Set<ActNode> | undefined = new Set();

  constructor(fold: Fold) {
    this.#fold = fold;
  }

  get nodes(): EntryNode[] {
    return [...this.entries.keys()].flatMap((id) => this.#fold.nodes.get(id) ?? []);
  }

  /** Waiting entries that name one of the anchors, in chain order. */
  touching(anchors: ReadonlySet<Anchor>): EntryNode[] {
    return this.nodes.filter((node) =>
      this.entries.get(node.id)?.acts.some((act) => isFoldable(act) && namedAnchors(act).some((anchor) => anchors.has(anchor))),
    );
  }

  /** Makes these the waiting entries. In the usual case, some gone and some new at the end, only those are touched. */
  replace(entries: readonly Entry[], change: ChangeSet): void {
    const wanted = entries.filter((entry) => !this.#isPlaced(entry.id));
    const kept = new Set(wanted.map((entry) => entry.id));
    for (const id of [...this.entries.keys()]) if (!kept.has(id)) this.remove(id, change);
    const sameOrder = [...this.entries.keys()].every((id, index) => id === wanted[index]?.id);
    if (!sameOrder) for (const id of [...this.entries.keys()]) this.remove(id, change);
    for (const entry of wanted) this.add(entry, change);
    if (this.#missing.size > 0 || !sameOrder) this.#rehook();
  }

  #isPlaced(id: EntryId): boolean {
    return (this.#fold.nodes.get(id)?.place ?? 0) > 0;
  }

  add(entry: Entry, change: ChangeSet): void {
    const node = this.#fold.ensureNode(entry);
    if (this.#isPlaced(entry.id) || this.entries.has(entry.id)) return;
    this.entries.set(entry.id, entry);
    if (entry.prev !== null && !this.#fold.nodes.has(entry.prev)) this.#missing.add(entry.prev);
    for (const [index, act] of entry.acts.entries()) {
      const folded = node.acts[index];
      if (folded && isFoldable(act)) this.#addAct(act, folded, change);
    }
  }

  /** The entry has got its place, or is no longer in the outbox. */
  remove(id: EntryId, change: ChangeSet): void {
    const entry = this.entries.get(id);
    const node = this.#fold.nodes.get(id);
    if (!entry || !node) return;
    this.entries.delete(id);
    for (const act of entry.acts) if (isFoldable(act)) this.#removeAct(act, node, change);
    this.#structure = this.#structure.filter((act) => act.entry !== node);
    this.#withdrawn = undefined;
  }

  /** An entry got its place. It may be the missing ancestor, or what a waiting withdraw names. */
  placed(id: EntryId): void {
    this.#withdrawn = undefined;
    if (this.#missing.delete(id)) this.#rehook();
  }

  /** Hooks in chain order, so that an ancestor that turned up late (the outbox was read before the ledger) lengthens every chain above it. */
  #rehook(): void {
    for (const [id, entry] of this.entries) {
      const node = this.#fold.nodes.get(id);
      if (node) hook(node, entry.prev === null ? undefined : this.#fold.nodes.get(entry.prev));
    }
  }

  headsOf(cell: Cell): readonly ActNode[] {
    const own = this.#cells.get(cell);
    const taken = this.#taken();
    const returning = taken.size > 0 && cell.acts.some((act) => taken.has(act));
    if (!own && !returning) return cell.heads;
    const placed = returning ? cell.acts.filter((act) => !this.isWithdrawn(act)) : cell.heads;
    const waiting = (own ?? []).filter((act) => !taken.has(act));
    return headsOf([...placed, ...waiting.sort((a, b) => a.entry.depth - b.entry.depth)]);
  }

  isEmpty(cell: Cell): boolean {
    return cell.acts.length === 0 && !this.#cells.has(cell);
  }

  isWithdrawn(act: ActNode): boolean {
    return act.withdrawn || this.#taken().has(act);
  }

  comments(anchor: Anchor): readonly ActNode[] {
    return this.#comments.get(anchor) ?? [];
  }

  /** Whether anything waits that `structure` gives. */
  get isStructured(): boolean {
    return this.#structure.length > 0;
  }

  structure(kind: 'create' | 'merge' | 'split'): readonly ActNode[] {
    return this.#structure.filter((act) => act.kind === kind);
  }

  #addAct(act: Act, folded: ActNode, change: ChangeSet): void {
    change.touch(act.kind, namedAnchors(act));
    const target = cellTarget(act);
    for (const anchor of target?.anchors ?? []) {
      const cell = this.#fold.cells.ensureCell(anchor, target?.field ?? '', target?.element);
      push(this.#cells, cell, folded);
    }
    if (act.kind === 'comment' || act.kind === 'request') for (const anchor of act.anchors) push(this.#comments, anchor, folded);
    if (act.kind === 'create' || act.kind === 'merge' || act.kind === 'split') this.#structure.push(folded);
    if (act.kind === 'withdraw') this.#touchTargets(act.acts, change);
  }

  #removeAct(act: Act, node: EntryNode, change: ChangeSet): void {
    change.touch(act.kind, namedAnchors(act));
    const target = cellTarget(act);
    for (const anchor of target?.anchors ?? []) {
      drop(this.#cells, this.#fold.cells.ensureCell(anchor, target?.field ?? '', target?.element), node);
    }
    if (act.kind === 'comment' || act.kind === 'request') for (const anchor of act.anchors) drop(this.#comments, anchor, node);
    if (act.kind === 'withdraw') this.#touchTargets(act.acts, change);
  }

  #touchTargets(refs: readonly ActRef[], change: ChangeSet): void {
    this.#withdrawn = undefined;
    for (const ref of refs) {
      const node = this.#fold.nodes.get(ref.entry);
      const act = node && (this.entries.get(node.id) ?? this.#fold.entryOf(node))?.acts[ref.act];
      if (act) change.touch(act.kind, namedAnchors(act));
    }
  }

  #taken(): ReadonlySet<ActNode> {
    this.#withdrawn ??= new Set([...this.entries.values()].flatMap((entry) => this.#takenBy(entry)));
    return this.#withdrawn;
  }

  #takenBy(entry: Entry): ActNode[] {
    const by = this.#fold.nodes.get(entry.id);
    const refs = entry.acts.flatMap((act) => (act.kind === 'withdraw' && isFoldable(act) ? act.acts : []));
    return refs.flatMap((ref) => {
      const target = this.#fold.nodes.get(ref.entry)?.acts[ref.act];
      return by && target && isWithdrawable(target.kind) && this.#samePerson(target.entry, by) ? [target] : [];
    });
  }

  #samePerson(a: EntryNode, b: EntryNode): boolean {
    if (a.device === b.device) return true;
    const person = this.#fold.registry.personIdOf(a.device);
    return person !== undefined && person === this.#fold.registry.personIdOf(b.device);
  }
}

function push<K>(lists: Map<K, ActNode[]>, key: K, act: ActNode): void {
  const list = lists.get(key);
  if (list) list.push(act);
  else lists.set(key, [act]);
}

function drop<K>(lists: Map<K, ActNode[]>, key: K, entry: EntryNode): void {
  const rest = lists.get(key)?.filter((act) => act.entry !== entry) ?? [];
  if (rest.length > 0) lists.set(key, rest);
  else lists.delete(key);
}
