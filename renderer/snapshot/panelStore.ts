import { create } from 'zustand';

export type PanelTab = 'verification' | 'gaps' | 'sample';

interface PanelState {
  readonly tab: PanelTab | undefined;
  readonly show: (tab: PanelTab) => void;
  readonly hide: () => void;
}

/** What lies beside the register: how the file was verified, what it cannot say, a random sample. */
export const useSnapshotPanel = create<PanelState>((set) => ({
  tab: undefined,
  show: (tab) => set({ tab }),
  hide: () => set({ tab: undefined }),
}));
