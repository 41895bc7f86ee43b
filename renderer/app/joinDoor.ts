import { create } from 'zustand';

/** Whether the window asks for the link of another register. */
export const useJoinDoor = create<{ readonly opened: boolean; readonly open: () => void; readonly close: () => void }>((set) => ({
  opened: false,
  open: () => set({ opened: true }),
  close: () => set({ opened: false }),
}));
