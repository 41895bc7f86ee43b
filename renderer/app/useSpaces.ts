import { useEffect } from 'react';
import { create } from 'zustand';
import type { HostSpaces } from '../../shared/bridge/hostSpaces.ts';
import { useStatus } from './engine.tsx';
import { useBridge } from './useBridge.ts';

const ONE: HostSpaces = { current: 'local', spaces: [{ place: 'local' }] };

interface Spaces extends HostSpaces {
  /** Whether this host can show several registers. */
  readonly several: boolean;
  readonly set: (several: boolean, spaces: HostSpaces) => void;
}

const useList = create<Spaces>((set) => ({ ...ONE, several: false, set: (several, spaces) => set({ several, ...spaces }) }));

/** The registers of this window's host. */
export const useSpaces = (): Omit<Spaces, 'set'> => useList();

/** Reads the list once for each page, and tells the host what the register that is open is called. */
export function useSpaceList(): void {
  const bridge = useBridge();
  const set = useList((list) => list.set);
  const status = useStatus();
  const { id, name } = status?.phase === 'ready' && status.space ? status.space : {};
  useEffect(() => {
    let live = true;
    const read = async (): Promise<void> => {
      const { host } = await bridge.info();
      if (host !== 'electron') return;
      if (id !== undefined && name !== undefined) await bridge.nameSpace({ name, space: id });
      const spaces = await bridge.spaces();
      if (live) set(true, spaces);
    };
    // A host that does not answer leaves the register that is open as it is.
    read().catch(() => undefined);
    return () => {
      live = false;
    };
  }, [bridge, set, id, name]);
}
