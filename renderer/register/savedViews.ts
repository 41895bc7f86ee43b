import * as z from 'zod';
import { create } from 'zustand';
import { useNavigation } from '../app/navigation.ts';
import { readStored, writeStored } from '../app/preferences.ts';
import { type Arrangement, arrangementSchema, useColumns } from './columnStore.ts';

const views = z
  .array(
    z.object({ name: z.string().min(1).max(80), query: z.string().max(2_048), columns: arrangementSchema.optional().catch(undefined) }),
  )
  .max(200);

export interface SavedView {
  readonly name: string;
  readonly query: string;
  /** Absent: the person's own arrangement stays. */
  readonly columns?: Arrangement | undefined;
}

interface SavedViewsState {
  readonly space: string;
  readonly views: readonly SavedView[];
  /** Views belong to a space: names and queries of one must not show in another. */
  readonly load: (space: string) => void;
  readonly save: (name: string, query: string) => void;
  readonly remove: (name: string) => void;
}

const keyOf = (space: string): string => `muster.views.${space}`;

function stored(space: string): readonly SavedView[] {
  const parsed = views.safeParse(readStored(keyOf(space)));
  return parsed.success ? parsed.data : [];
}

export const useSavedViews = create<SavedViewsState>((set, get) => {
  const keep = (list: readonly SavedView[]): void => {
    set({ views: list });
    writeStored(keyOf(get().space), list);
  };
  return {
    space: '',
    views: [],
    load: (space) => set({ space, views: stored(space) }),
    save: (name, query) => {
      const { shown, widths, sort } = useColumns.getState();
      keep([...get().views.filter((view) => view.name !== name), { name, query, columns: { shown, widths, sort } }]);
    },
    remove: (name) => keep(get().views.filter((view) => view.name !== name)),
  };
});

/** Filter, columns and order, as they were saved. */
export function openView(view: Pick<SavedView, 'query' | 'columns'>): void {
  useColumns.getState().arrange(view.columns);
  useNavigation.getState().go({ screen: 'register', query: view.query });
}
