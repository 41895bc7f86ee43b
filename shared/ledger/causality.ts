import type { Json } from '../base/json.ts';
import type { Act, VoidReason } from '../model/act.ts';
import type { DeviceId, EntryId, Seen } from '../model/entry.ts';

/** A restore of the server from backup: the ledger of `epoch` continues after place `at`, what came later was lost. */
export interface Restore {
  readonly epoch: number;
  readonly at: number;
}

/** FOLD.md, cap(s): what was seen of an epoch that a restore cut short counts only up to the cut. */
export function cappedPlace(seen: Pick<Seen, 'epoch' | 'place'>, restores: readonly Restore[]): number {
  let place: number = seen.place;
  for (const restore of restores) if (restore.epoch > seen.epoch) place = Math.min(place, restore.at);
  return place;
}

/** What the fold keeps of an entry; everything else is decoded again from its bytes when somebody looks. */
export interface EntryNode {
  readonly id: EntryId;
  /** 0: this device's own, not placed yet. */
  place: number;
  readonly device: DeviceId;
  readonly at: string;
  /** `cap(seen)`. */
  readonly seenPlace: number;
  parent: EntryNode | undefined;
  /** An ancestor further up (or the node itself at a root): any ancestor is reached in O(log n) steps. */
  jump: EntryNode;
  depth: number;
  acts: readonly ActNode[];
  /** An entry of the same device, placed, names this one as the one before it. */
  continued?: true;
}

/** What a folded act says beyond its value; absent for nearly all. */
export interface ActDetail {
  readonly why?: string;
  readonly until?: string;
  readonly acknowledges?: Extract<Act, { kind: 'set' }>['acknowledges'];
}

export interface ActNode {
  readonly entry: EntryNode;
  readonly index: number;
  readonly kind: Act['kind'];
  /** What a cell holds by it (undefined for clear and remove); what `foldedAct.ts` keeps of comments and structure. */
  readonly value: Json | undefined;
  readonly detail: ActDetail | undefined;
  void: VoidReason | undefined;
  /** Taken back by a placed, valid `withdraw` of the same person. */
  withdrawn: boolean;
}

/**
 * Hooks a node under its parent. The jump pointers are those of a skew-binary list (Myers, 1983): however deep the chain
 * and however often it forks, an ancestor is found in O(log n), so nobody can make a long chain expensive for the others.
 */
export function hook(node: EntryNode, parent: EntryNode | undefined): void {
  node.parent = parent;
  node.depth = parent ? parent.depth + 1 : 0;
  node.jump = parent ? jumpBelow(parent) : node;
}

function jumpBelow(parent: EntryNode): EntryNode {
  const { jump } = parent;
  return parent.depth - jump.depth === jump.depth - jump.jump.depth ? jump.jump : parent;
}

/** Is `ancestor` on the chain of `prev` above `node`? */
export function isAncestor(ancestor: EntryNode, node: EntryNode): boolean {
  let current = node;
  while (current.depth > ancestor.depth && current.parent) {
    current = current.jump.depth >= ancestor.depth ? current.jump : current.parent;
  }
  return current === ancestor && current !== node;
}

/** FOLD.md, sees(e, f). */
export function sees(e: EntryNode, f: EntryNode): boolean {
  return e !== f && ((f.place > 0 && f.place <= e.seenPlace) || isAncestor(f, e));
}

/** FOLD.md, after(x, y): within one entry the higher index is later. */
export function isAfter(x: ActNode, y: ActNode): boolean {
  return x.entry === y.entry ? x.index > y.index : sees(x.entry, y.entry);
}
