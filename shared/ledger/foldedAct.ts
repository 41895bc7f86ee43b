import type { Json } from '../base/json.ts';
import { type Act, type ActKind, act as actSchema } from '../model/act.ts';
import type { Entry, Receipt } from '../model/entry.ts';
import type { Anchor } from '../model/ids.ts';
import type { ActDetail } from './causality.ts';

/** The cells that an act writes: one per anchor. */
export interface CellTarget {
  readonly anchors: readonly Anchor[];
  readonly field: string;
  readonly element: string | undefined;
}

export function cellTarget(act: Act): CellTarget | undefined {
  switch (act.kind) {
    case 'set':
    case 'clear':
      return { anchors: act.anchors, field: act.field, element: undefined };
    case 'accept':
    case 'exclude':
    case 'lifecycle':
      return { anchors: act.anchors, field: 'lifecycle', element: undefined };
    case 'add':
    case 'remove':
      return { anchors: act.anchors, field: act.field, element: act.element };
    default:
      return undefined;
  }
}

/** What the fold keeps of an act, beside its place in the entry. */
export function foldedValue(act: Act): Json | undefined {
  switch (act.kind) {
    case 'set':
      return act.value;
    case 'accept':
      return { state: 'active' };
    case 'exclude':
      return { state: 'excluded', reason: act.reason };
    case 'lifecycle':
      return { state: act.state };
    case 'add':
      return act.element;
    case 'comment':
    case 'request':
      return act.text;
    case 'create':
      return { anchor: act.anchor, type: act.type, recordKind: act.recordKind, name: act.name };
    case 'merge':
      return act.anchors;
    case 'split':
      return act.anchor;
    default:
      return undefined;
  }
}

export function foldedDetail(act: Act): ActDetail | undefined {
  const { why, until, acknowledges } = act as ActDetail;
  if (why === undefined && until === undefined && acknowledges === undefined) return undefined;
  return { ...(why === undefined ? {} : { why }), ...(until === undefined ? {} : { until }), ...(acknowledges ? { acknowledges } : {}) };
}

/** The anchors that an act names itself; a withdraw touches those of the acts that it takes back. */
export function namedAnchors(act: Act): readonly Anchor[] {
  if ('anchors' in act) return act.anchors;
  return 'anchor' in act ? [act.anchor] : [];
}

/** The kinds that are common in a ledger; their shape is checked by hand because it is checked at every load. */
const SHAPES: Readonly<Partial<Record<ActKind, (act: Record<string, unknown>) => boolean>>> = {
  set: (act) => isTexts(act.anchors) && typeof act.field === 'string',
  clear: (act) => isTexts(act.anchors) && typeof act.field === 'string',
  add: (act) => isTexts(act.anchors) && typeof act.field === 'string' && typeof act.element === 'string',
  remove: (act) => isTexts(act.anchors) && typeof act.field === 'string' && typeof act.element === 'string',
  accept: (act) => isTexts(act.anchors),
  lifecycle: (act) => isTexts(act.anchors),
  exclude: (act) => isTexts(act.anchors),
  comment: (act) => isTexts(act.anchors) && typeof act.text === 'string',
};
const isTexts = (list: unknown): boolean => Array.isArray(list) && list.every((item) => typeof item === 'string');

/**
 * Can this version make sense of a placed act? A kind or a shape that it does not know came from a newer version; and a
 * server that breaks its word must not be able to stop a replica with an exception.
 */
export function isFoldable(act: Act): boolean {
  const shape = SHAPES[act.kind];
  return shape ? shape(act) : actSchema.safeParse(act).success;
}

/** What the fold relies on, checked on bytes that a server placed. Acts are checked one by one, by `isFoldable`. */
export function isShaped(entry: Entry, receipt: Receipt): boolean {
  const { device, at, seen, acts } = entry as Partial<Entry>;
  const placed = typeof receipt?.at === 'string' && (receipt.void === undefined || typeof receipt.void === 'object');
  const authored =
    typeof device === 'string' && typeof at === 'string' && typeof seen?.place === 'number' && typeof seen.epoch === 'number';
  return placed && authored && Array.isArray(acts) && acts.every((act) => typeof act?.kind === 'string');
}
