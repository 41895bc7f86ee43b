import * as z from 'zod';
import { create } from 'zustand';
import { anchor, type IdentityId, type SpaceId } from '../../shared/model/ids.ts';

/** The originals of a copy that was saved, until a person has decided what becomes of them. */
const copied = z.array(anchor).max(50_000);
const keyOf = (space: SpaceId): string => `muster.copied.${space}`;

function read(space: SpaceId): readonly IdentityId[] {
  try {
    return (copied.safeParse(JSON.parse(localStorage.getItem(keyOf(space)) ?? '[]')).data ?? []) as readonly IdentityId[];
  } catch {
    return [];
  }
}

interface Copied {
  readonly space: SpaceId | undefined;
  readonly ids: readonly IdentityId[];
  readonly load: (space: SpaceId) => void;
  readonly add: (ids: readonly IdentityId[]) => void;
  readonly settle: () => void;
}

export const useCopied = create<Copied>((set, get) => {
  const write = (ids: readonly IdentityId[]): void => {
    const { space } = get();
    if (space === undefined) return;
    if (ids.length === 0) localStorage.removeItem(keyOf(space));
    else localStorage.setItem(keyOf(space), JSON.stringify(ids));
    set({ ids });
  };
  return {
    space: undefined,
    ids: [],
    load: (space) => set({ space, ids: read(space) }),
    add: (ids) => write([...new Set([...get().ids, ...ids])]),
    settle: () => write([]),
  };
});
