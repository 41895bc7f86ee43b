import { useEffect, useRef } from 'react';
import { useEditing } from '../editing/useEditing.ts';
import { comboOf, isTyping, layerIsOpen, useKeys } from './keys.ts';
import { type Screen, useNavigation } from './navigation.ts';
import { usePreferences } from './preferences.ts';
import { useShell } from './shellStore.ts';
import { goByKey } from './useScreenReady.ts';

/** How long `g` waits for its second letter, in milliseconds. */
const SEQUENCE = 1_500;
const GO: Readonly<Record<string, Screen>> = {
  i: 'inbox',
  r: 'register',
  s: 'sources',
  a: 'activity',
  p: 'people',
  w: 'writes',
  t: 'team',
};

/** `g` then a letter. Heard before any screen: the second letter must not be taken for a command of its own. */
function useGoSequence(): void {
  const since = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!usePreferences.getState().singleKeys || isTyping(event.target) || layerIsOpen()) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const screen = performance.now() - since.current < SEQUENCE ? GO[event.key] : undefined;
      since.current = event.key === 'g' ? performance.now() : 0;
      if (screen === undefined) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      goByKey(screen);
    };
    addEventListener('keydown', onKey, { capture: true });
    return () => removeEventListener('keydown', onKey, { capture: true });
  }, []);
}

/** The palette opens from anywhere, also while typing. */
function usePaletteKey(): void {
  const open = useShell((shell) => shell.open);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (comboOf(event) !== 'mod+k') return;
      event.preventDefault();
      open('palette');
    };
    addEventListener('keydown', onKey, { capture: true });
    return () => removeEventListener('keydown', onKey, { capture: true });
  }, [open]);
}

export function useGlobalKeys(): void {
  const { undo } = useEditing();
  const open = useShell((shell) => shell.open);
  useGoSequence();
  usePaletteKey();
  useKeys({
    '?': () => open('keys'),
    'mod+z': () => void undo(),
    'mod+,': () => useNavigation.getState().go({ screen: 'settings' }),
  });
}
