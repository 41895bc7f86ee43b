import { useEffect, useRef } from 'react';
import type { MenuCommand } from '../../shared/bridge/bridge.ts';
import { useEditing } from '../editing/useEditing.ts';
import { useNavigation } from './navigation.ts';
import { notify } from './notify.ts';
import { useShell } from './shellStore.ts';
import { useBridge } from './useBridge.ts';

/** The host's menus do what the keys do. */
export function useMenu(): void {
  const bridge = useBridge();
  const { undo } = useEditing();
  const latest = useRef(undo);
  useEffect(() => {
    latest.current = undo;
  });
  useEffect(() => bridge.onMenu((command) => run(command, () => void latest.current())), [bridge]);
}

function run(command: MenuCommand, undo: () => void): void {
  const { go } = useNavigation.getState();
  const shell = useShell.getState();
  const verbs: Readonly<Record<MenuCommand, () => void>> = {
    palette: () => shell.open('palette'),
    keys: () => shell.open('keys'),
    filter: () => shell.inRegister(shell.wishFilter),
    export: () => shell.inRegister(shell.wishExport),
    undo,
    redo: () => notify('A change that was taken back is made again by making it again: the ledger keeps both.'),
    // The doors of the app hear these four wherever the app is, also before anything is enrolled.
    openSnapshot: () => undefined,
    opened: () => undefined,
    link: () => undefined,
    joinSpace: () => undefined,
    import: () => go({ screen: 'sources' }),
    sources: () => go({ screen: 'sources' }),
    reread: () => dispatchEvent(new KeyboardEvent('keydown', { key: 'r' })),
    inbox: () => go({ screen: 'inbox' }),
    register: () => go({ screen: 'register' }),
    activity: () => go({ screen: 'activity' }),
    settings: () => go({ screen: 'settings' }),
  };
  verbs[command]();
}
