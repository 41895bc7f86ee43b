import type { Json } from '../base/json.ts';
import type { ActRef } from '../model/act.ts';
import type { Place } from '../model/entry.ts';
import type { Anchor, PersonId } from '../model/ids.ts';
import type { ActNode, EntryNode } from './causality.ts';
import { type AnchorState, type Cell, isConflict } from './cells.ts';
import type { Fold } from './fold.ts';
import type { CellView, CommentView, CreatedRecord, Head } from './ledgerReader.ts';
import type { Overlay } from './overlay.ts';

/** What stewards said of anchors: the placed fold with what waits on top. Same members as in `LedgerReader`. */
export class FoldView {
  readonly #fold: Fold;
  readonly #overlay: Overlay;

  constructor(fold: Fold, overlay: Overlay) {
    this.#fold = fold;
    this.#overlay = overlay;
  }

  cell(anchor: Anchor, field: string): CellView | undefined {
    const cell = this.#fold.cells.get(anchor)?.fields.get(field);
    const heads = cell ? this.#overlay.headsOf(cell) : [];
    return heads.length === 0 ? undefined : { heads: heads.map((act) => this.#head(act)), conflict: isConflict(heads) };
  }

  fieldsOf(anchor: Anchor): Iterable<string> {
    const state = this.#fold.cells.get(anchor);
    return state ? this.#fieldsIn(state) : NO_FIELDS;
  }

  *#fieldsIn(state: AnchorState): Iterable<string> {
    for (const [field, cell] of state.fields) if (!this.#overlay.isEmpty(cell)) yield field;
    for (const [field, cells] of state.sets ?? []) if ([...cells.values()].some((cell) => !this.#overlay.isEmpty(cell))) yield field;
  }

  elements(anchor: Anchor, field: string): ReadonlyMap<string, readonly Head[]> {
    return this.#elements(anchor, field, (heads) => heads.some((head) => head.kind === 'add'));
  }

  removedElements(anchor: Anchor, field: string): ReadonlyMap<string, readonly Head[]> {
    return this.#elements(anchor, field, (heads) => heads.length > 0 && heads.every((head) => head.kind === 'remove'));
  }

  comments(anchor: Anchor): readonly CommentView[] {
    const placed = this.#fold.cells.get(anchor)?.comments ?? [];
    const live = [...placed, ...this.#overlay.comments(anchor)].filter((act) => !this.#overlay.isWithdrawn(act));
    return live.map((act) => ({ ...this.#author(act), ref: refOf(act), place: placeOf(act.entry), text: String(act.value) }));
  }

  *created(): Iterable<CreatedRecord> {
    for (const act of this.#fold.creates.values()) if (!this.#overlay.isWithdrawn(act)) yield this.#created(act);
    for (const act of this.#waitingCreates()) yield this.#created(act);
  }

  createdAt(anchor: Anchor): CreatedRecord | undefined {
    const act = this.#fold.creates.get(anchor) ?? this.#waitingCreate(anchor);
    return act && !this.#overlay.isWithdrawn(act) ? this.#created(act) : undefined;
  }

  merges(): readonly { readonly ref: ActRef; readonly anchors: readonly Anchor[] }[] {
    const live = this.#live([...this.#fold.merges, ...this.#overlay.structure('merge')]);
    return live.map((act) => ({ ref: refOf(act), anchors: act.value as readonly string[] as readonly Anchor[] }));
  }

  splits(): readonly { readonly ref: ActRef; readonly anchor: Anchor }[] {
    const live = this.#live([...this.#fold.splits, ...this.#overlay.structure('split')]);
    return live.map((act) => ({ ref: refOf(act), anchor: act.value as Anchor }));
  }

  #author(act: ActNode): { person: PersonId | undefined; at: string } {
    return { person: this.#fold.registry.personIdOf(act.entry.device), at: act.entry.at };
  }

  #head(act: ActNode): Head {
    const value: Json | undefined = act.value;
    return { ref: refOf(act), place: placeOf(act.entry), device: act.entry.device, ...this.#author(act), value, ...act.detail };
  }

  #elements(anchor: Anchor, field: string, wanted: (heads: readonly ActNode[]) => boolean): ReadonlyMap<string, readonly Head[]> {
    const found = new Map<string, readonly Head[]>();
    for (const [element, cell] of this.#fold.cells.get(anchor)?.sets?.get(field) ?? []) {
      const heads = this.#overlay.headsOf(cell);
      if (wanted(heads))
        found.set(
          element,
          heads.map((act) => this.#head(act)),
        );
    }
    return found;
  }

  hasValue(anchor: Anchor): boolean {
    const state = this.#fold.cells.get(anchor);
    if (!state) return false;
    const speaks = (cell: Cell): boolean => this.#overlay.headsOf(cell).some((head) => head.value !== undefined);
    for (const cell of state.fields.values()) if (speaks(cell)) return true;
    for (const cells of state.sets?.values() ?? []) for (const cell of cells.values()) if (speaks(cell)) return true;
    return false;
  }

  #live(acts: readonly ActNode[]): ActNode[] {
    return acts.filter((act) => !this.#overlay.isWithdrawn(act));
  }

  #waitingCreate(anchor: Anchor): ActNode | undefined {
    return this.#overlay.isStructured ? this.#waitingCreates().find((waiting) => anchorOf(waiting) === anchor) : undefined;
  }

  #waitingCreates(): ActNode[] {
    return this.#live(this.#overlay.structure('create')).filter((act) => !this.#fold.isCreated(anchorOf(act)));
  }

  #created(act: ActNode): CreatedRecord {
    const content = act.value as unknown as Pick<CreatedRecord, 'anchor' | 'type' | 'recordKind' | 'name'>;
    return { ...content, ref: refOf(act), ...this.#author(act) };
  }
}

const NO_FIELDS: readonly string[] = [];

const refOf = (act: ActNode): ActRef => ({ entry: act.entry.id, act: act.index });
const placeOf = (node: EntryNode): Place | undefined => (node.place > 0 ? (node.place as Place) : undefined);
const anchorOf = (create: ActNode): Anchor => (create.value as unknown as { anchor: Anchor }).anchor;
