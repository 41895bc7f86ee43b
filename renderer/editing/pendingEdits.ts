import { create } from 'zustand';
import type { IdentityId } from '../../shared/model/ids.ts';

export type PendingState = 'saving' | 'saved here' | 'on the server';

/** A value that this person set a moment ago: it is on screen at once, and its journey is a quiet sign. */
export interface PendingEdit {
  readonly text: string;
  readonly state: PendingState;
}

interface PendingEdits {
  readonly edits: ReadonlyMap<string, PendingEdit>;
  readonly put: (ids: readonly IdentityId[], field: string, text: string) => void;
  readonly move: (ids: readonly IdentityId[], field: string, state: PendingState) => void;
  readonly drop: (ids: readonly IdentityId[], field: string) => void;
  /** Everything that was saved here has its place in the ledger. */
  readonly arrived: () => void;
  readonly dropArrived: () => void;
  /** Something that was saved here will never have a place: the register says what holds. */
  readonly dropSaved: () => void;
}

const keyOf = (id: IdentityId, field: string): string => `${id} ${field}`;

export const usePendingEdits = create<PendingEdits>((set, get) => {
  const change = (alter: (edits: Map<string, PendingEdit>) => void): void => {
    const edits = new Map(get().edits);
    alter(edits);
    set({ edits });
  };
  const moveAll = (from: PendingState, to: PendingState | undefined): void => {
    if (![...get().edits.values()].some((edit) => edit.state === from)) return;
    change((edits) => {
      for (const [key, edit] of get().edits) {
        if (edit.state === from) to === undefined ? edits.delete(key) : edits.set(key, { ...edit, state: to });
      }
    });
  };
  return {
    edits: new Map(),
    put: (ids, field, text) => change((edits) => ids.forEach((id) => void edits.set(keyOf(id, field), { text, state: 'saving' }))),
    move: (ids, field, state) =>
      change((edits) => {
        for (const key of ids.map((id) => keyOf(id, field))) {
          const edit = edits.get(key);
          if (edit) edits.set(key, { ...edit, state });
        }
      }),
    drop: (ids, field) => change((edits) => ids.forEach((id) => void edits.delete(keyOf(id, field)))),
    arrived: () => moveAll('saved here', 'on the server'),
    dropSaved: () => moveAll('saved here', undefined),
    dropArrived: () => moveAll('on the server', undefined),
  };
});

export const usePendingEdit = (id: IdentityId, field: string | undefined): PendingEdit | undefined =>
  usePendingEdits((state) => (field === undefined ? undefined : state.edits.get(keyOf(id, field))));
