import { useEffect, useRef } from 'react';
import { usePreferences } from './preferences.ts';

export type KeyAction = (event: KeyboardEvent) => void;
/** By key as the browser names it: `j`, `?`, `Enter`, ` `, with `mod+` (Ctrl, or ⌘ on a Mac) and `shift+` in front. */
export type KeyActions = Readonly<Record<string, KeyAction>>;

/** Where letters are text, not commands. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.closest('input:not([type=checkbox]), textarea, select') !== null);

/** A button or link that has the focus answers Enter and Space by itself. */
const answersItself = (event: KeyboardEvent): boolean =>
  (event.key === 'Enter' || event.key === ' ') &&
  event.target instanceof HTMLElement &&
  event.target.closest('button, a[href], summary, [role=menuitem], [role=option], input') !== null;

export const layerIsOpen = (): boolean => document.querySelector('[role=dialog], [role=menu], [data-layer]') !== null;

const isSingle = (event: KeyboardEvent): boolean => event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey;

export function comboOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const mod = event.ctrlKey || event.metaKey ? 'mod+' : '';
  // A shifted character is another character already: `?`, not `shift+/`.
  const shift = event.shiftKey && (event.key.length > 1 || mod !== '' || event.key === ' ') ? 'shift+' : '';
  return `${mod}${shift}${key}`;
}

/** May this key be a command now: not while typing, not behind a dialog, and single letters only where they are wanted. */
function mayCommand(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.altKey || event.isComposing) return false;
  if (isTyping(event.target) || answersItself(event) || layerIsOpen()) return false;
  return usePreferences.getState().singleKeys || !isSingle(event);
}

/** Keys of what is on screen. */
export function useKeys(actions: KeyActions, enabled = true): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    if (!enabled) return;
    const onKey = (event: KeyboardEvent): void => {
      const action = latest.current[comboOf(event)];
      if (!action || !mayCommand(event)) return;
      event.preventDefault();
      action(event);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [enabled]);
}

/** Where single keys are turned off no part of the page may hear them as commands. */
export function useSingleKeySwitch(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!usePreferences.getState().singleKeys && isSingle(event) && !isTyping(event.target)) event.preventDefault();
    };
    addEventListener('keydown', onKey, { capture: true });
    return () => removeEventListener('keydown', onKey, { capture: true });
  }, []);
}
