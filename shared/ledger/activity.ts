import { decodeLedgerValue, type EntryId, type Place } from '../model/entry.ts';
import type { Anchor } from '../model/ids.ts';
import type { EntryNode } from './causality.ts';
import type { Fold } from './fold.ts';
import type { LedgerLog } from './ledgerLog.ts';
import type { LedgerLine } from './ledgerReader.ts';
import type { Overlay } from './overlay.ts';

export interface LineOptions {
  readonly anchor?: readonly Anchor[];
  readonly before?: Place;
  readonly limit: number;
}

/** Entries as Activity lists them. Bytes are decoded for the lines that are asked for, and for no others. */
export class Activity {
  readonly #log: LedgerLog;
  readonly #fold: Fold;
  readonly #overlay: Overlay;

  constructor(log: LedgerLog, fold: Fold, overlay: Overlay) {
    this.#log = log;
    this.#fold = fold;
    this.#overlay = overlay;
  }

  lines({ anchor, before, limit }: LineOptions): LedgerLine[] {
    const lines: LedgerLine[] = [];
    for (const node of anchor ? this.#touching(anchor) : this.#all(before)) {
      if (lines.length >= limit) break;
      if (before !== undefined && (node.place === 0 || node.place >= before)) continue;
      const line = this.#line(node);
      if (line) lines.push(line);
    }
    return lines;
  }

  line(id: EntryId): LedgerLine | undefined {
    const node = this.#fold.nodes.get(id);
    return node && this.#line(node);
  }

  /** Newest first: what waits, then by falling place. */
  *#all(before: Place | undefined): Iterable<EntryNode> {
    yield* this.#overlay.nodes.reverse();
    const last = before === undefined ? this.#fold.place : Math.min(this.#fold.place, before - 1);
    for (let index = last - 1; index >= 0; index--) {
      const node = this.#fold.byPlace[index];
      if (node) yield node;
    }
  }

  #touching(anchors: readonly Anchor[]): EntryNode[] {
    const placed = new Set(anchors.flatMap((anchor) => this.#fold.cells.get(anchor)?.entries ?? []));
    const waiting = this.#overlay.touching(new Set(anchors));
    return [...waiting.reverse(), ...[...placed].sort((a, b) => b.place - a.place)];
  }

  #line(node: EntryNode): LedgerLine | undefined {
    const value = this.#log.at(node.place);
    const decoded = value && decodeLedgerValue(value);
    const entry = decoded?.entry ?? this.#overlay.entries.get(node.id);
    if (!entry) return undefined;
    const { registry } = this.#fold;
    const person = registry.personOf(node.device);
    return {
      place: node.place > 0 ? (node.place as Place) : undefined,
      entry,
      receipt: decoded?.receipt,
      person: person?.person,
      personName: person?.name ?? (registry.hasBeenServerKey(node.device) ? 'Muster server' : 'unknown device'),
      void: new Map(node.acts.flatMap((act) => (act.void === undefined ? [] : [[act.index, act.void] as const]))),
      withdrawn: new Set(node.acts.filter((act) => this.#overlay.isWithdrawn(act)).map((act) => act.index)),
    };
  }
}
