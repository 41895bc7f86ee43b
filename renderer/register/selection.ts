import { create } from 'zustand';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { Row } from '../../shared/register/view.ts';
import { useNavigation } from '../app/navigation.ts';

interface SelectionState {
  readonly ids: ReadonlySet<IdentityId>;
  /** The line of the last single selection: the other end of a range. */
  readonly anchor: number | undefined;
  /** The line that has the keys. */
  readonly cursor: { readonly index: number; readonly row: Row } | undefined;
  readonly toggle: (id: IdentityId, index: number) => void;
  readonly add: (ids: readonly IdentityId[]) => void;
  readonly replace: (ids: readonly IdentityId[]) => void;
  readonly clear: () => void;
  readonly moveTo: (cursor: SelectionState['cursor']) => void;
}

const NONE: ReadonlySet<IdentityId> = new Set();

export const useSelection = create<SelectionState>((set) => ({
  ids: NONE,
  anchor: undefined,
  cursor: undefined,
  toggle: (id, index) =>
    set(({ ids }) => {
      const next = new Set(ids);
      if (!next.delete(id)) next.add(id);
      return { ids: next, anchor: index };
    }),
  add: (more) => set(({ ids }) => ({ ids: new Set([...ids, ...more]) })),
  replace: (ids) => set({ ids: new Set(ids), anchor: undefined }),
  clear: () => set({ ids: NONE, anchor: undefined }),
  moveTo: (cursor) => set({ cursor }),
}));

/** What a command acts on: the open page, else all that are selected, else the line that has the keys. */
export function actOn(): readonly IdentityId[] {
  const { screen, page } = useNavigation.getState();
  if (screen !== 'register') return [];
  if (page !== undefined) return [page as IdentityId];
  const { ids, cursor } = useSelection.getState();
  return ids.size > 0 ? [...ids] : cursor ? [cursor.row.id] : [];
}
