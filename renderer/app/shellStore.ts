import { create } from 'zustand';
import { awaitLayer } from './heldKeys.ts';
import { useNavigation } from './navigation.ts';

export type Layer = 'palette' | 'keys' | 'refused';

/** Which layer lies over the page, and what the register was asked to do by a menu or the palette. */
interface ShellState {
  readonly layer: Layer | undefined;
  /** Wishes wait until the register is on screen and has granted them. */
  readonly filterWish: boolean;
  readonly exportWish: boolean;
  readonly open: (layer: Layer) => void;
  readonly close: () => void;
  /** Goes to the register, then wishes. */
  readonly inRegister: (wish: () => void) => void;
  readonly wishFilter: () => void;
  readonly wishExport: () => void;
  readonly granted: (wish: 'filterWish' | 'exportWish') => void;
}

export const useShell = create<ShellState>((set) => ({
  layer: undefined,
  filterWish: false,
  exportWish: false,
  open: (layer) => {
    if (layer === 'palette') awaitLayer();
    set({ layer });
  },
  close: () => set({ layer: undefined }),
  inRegister: (wish) => {
    const { screen, page, go } = useNavigation.getState();
    if (screen !== 'register' || page !== undefined) go({ screen: 'register' });
    wish();
  },
  wishFilter: () => {
    awaitLayer();
    set({ filterWish: true });
  },
  wishExport: () => set({ exportWish: true }),
  granted: (wish) => set({ [wish]: false }),
}));
