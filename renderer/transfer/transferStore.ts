import { create } from 'zustand';
import type { IdentityId } from '../../shared/model/ids.ts';

interface Transfer {
  /** What is to be copied from here. */
  readonly chosen: readonly IdentityId[] | undefined;
  /** A copy that was picked, to be taken in here. */
  readonly picked: File | undefined;
  readonly choose: (ids: readonly IdentityId[]) => void;
  readonly take: (file: File) => void;
  readonly close: () => void;
}

/** One transfer at a time, wherever it was begun. */
export const useTransfer = create<Transfer>((set) => ({
  chosen: undefined,
  picked: undefined,
  choose: (chosen) => set({ chosen, picked: undefined }),
  take: (picked) => set({ picked, chosen: undefined }),
  close: () => set({ chosen: undefined, picked: undefined }),
}));
