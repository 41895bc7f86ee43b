import { useEffect } from 'react';
import { SNAPSHOT_READ_ONLY } from '../../shared/bridge/snapshot.ts';
import { comboOf, isTyping, layerIsOpen } from '../app/keys.ts';
import { notify } from '../app/notify.ts';
import { usePreferences } from '../app/preferences.ts';

const WRITES: ReadonlySet<string> = new Set(['o', 'e', 'a', 'c', 'r', 'mod+z']);

/**
 * The keys that would change something do nothing here, and say why the first time. Heard before any screen: `g` and its second letter are
 * taken by then, since this is built after the shell.
 */
export function useReadOnlyKeys(): void {
  useEffect(() => {
    let said = false;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey || !WRITES.has(comboOf(event))) return;
      if (isTyping(event.target) || layerIsOpen()) return;
      const mod = event.ctrlKey || event.metaKey;
      if (!mod && !usePreferences.getState().singleKeys) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!said) notify(SNAPSHOT_READ_ONLY);
      said = true;
    };
    addEventListener('keydown', onKey, { capture: true });
    return () => removeEventListener('keydown', onKey, { capture: true });
  }, []);
}
