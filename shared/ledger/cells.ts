import { sameJson } from '../base/json.ts';
import type { Anchor } from '../model/ids.ts';
import { type ActNode, type EntryNode, isAfter } from './causality.ts';

/** One (anchor, field, element): its valid placed acts in place order, and those that no other is after. */
export interface Cell {
  acts: ActNode[];
  heads: ActNode[];
}

/** Everything that stewards said of one anchor. Maps are made on first use: most anchors have few fields and no sets. */
export interface AnchorState {
  readonly fields: Map<string, Cell>;
  sets: Map<string, Map<string, Cell>> | undefined;
  /** Comments and requests, in place order. */
  comments: ActNode[] | undefined;
  /** Every placed entry that touches the anchor, void ones too: they are evidence. */
  entries: EntryNode[];
}

export const newCell = (): Cell => ({ acts: [], heads: [] });
export const newAnchorState = (): AnchorState => ({ fields: new Map(), sets: undefined, comments: undefined, entries: [] });

const EXACT = 8;

/**
 * Adds to a list that mostly stays very short. A pushed array reserves 17 slots, which for the lists of 100,000 anchors is
 * most of the fold's memory; so short lists are copied at their exact length.
 */
export function appended<T>(list: T[], item: T): T[] {
  if (list.length < EXACT) return [...list, item];
  list.push(item);
  return list;
}

/**
 * Adds an act that was placed after all others of the cell. None of them can be after it: seen places and `prev` point
 * backwards. So only the heads that it is after fall away, and the cost does not grow with the history.
 */
export function addPlaced(cell: Cell, act: ActNode): void {
  cell.heads = withHead(cell.heads, act);
  cell.acts = appended(cell.acts, act);
  if (cell.acts.length === 1) cell.heads = cell.acts;
}

function withHead(heads: readonly ActNode[], act: ActNode): ActNode[] {
  const concurrent = heads.some((head) => !isAfter(act, head));
  return concurrent ? [...heads.filter((head) => !isAfter(act, head)), act] : [act];
}

/** Heads from nothing: needed when an act was taken back, since what it superseded returns. */
export function headsOf(acts: readonly ActNode[]): ActNode[] {
  let heads: ActNode[] = [];
  for (const act of acts) heads = withHead(heads, act);
  return heads;
}

export function recount(cell: Cell): void {
  cell.heads = headsOf(cell.acts.filter((act) => !act.withdrawn));
}

/** More than one distinct value among the heads. A cleared field is a value of its own. */
export function isConflict(heads: readonly ActNode[]): boolean {
  const first = heads[0];
  return heads.some((head) => head !== first && !sameValue(head, first));
}

function sameValue(a: ActNode, b: ActNode | undefined): boolean {
  if (a.value === undefined || b?.value === undefined) return a.value === b?.value;
  return sameJson(a.value, b.value);
}

/** The cells of all anchors. */
export class Cells {
  readonly anchors = new Map<Anchor, AnchorState>();

  get(anchor: Anchor): AnchorState | undefined {
    return this.anchors.get(anchor);
  }

  ensure(anchor: Anchor): AnchorState {
    let state = this.anchors.get(anchor);
    if (!state) {
      state = newAnchorState();
      this.anchors.set(anchor, state);
    }
    return state;
  }

  ensureCell(anchor: Anchor, field: string, element: string | undefined): Cell {
    const state = this.ensure(anchor);
    if (element === undefined) return ensureIn(state.fields, field);
    state.sets ??= new Map();
    let elements = state.sets.get(field);
    if (!elements) {
      elements = new Map();
      state.sets.set(field, elements);
    }
    return ensureIn(elements, element);
  }
}

function ensureIn(cells: Map<string, Cell>, key: string): Cell {
  let cell = cells.get(key);
  if (!cell) {
    cell = newCell();
    cells.set(key, cell);
  }
  return cell;
}
