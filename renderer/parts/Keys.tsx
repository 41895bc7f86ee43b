import type { ReactNode } from 'react';
import classes from './parts.module.css';

const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);
const NAMES: Readonly<Record<string, readonly [mac: string, other: string]>> = {
  mod: ['⌘', 'Ctrl'],
  shift: ['⇧', 'Shift'],
  enter: ['⏎', '⏎'],
  escape: ['Esc', 'Esc'],
  space: ['Space', 'Space'],
  up: ['↑', '↑'],
  down: ['↓', '↓'],
};

const keyName = (key: string): string => {
  const pair = NAMES[key.toLowerCase()];
  if (pair) return pair[isMac() ? 0 : 1];
  return key;
};

/** `mod+K` is ⌘ K on a Mac, Ctrl K elsewhere; `g i` is one after the other. */
export function Keys({ combo }: { combo: string }): ReactNode {
  const keys = combo.split(/[+ ]/).filter((key) => key !== '');
  return (
    <span className={classes.keys}>
      {keys.map((key, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list of keys of one combination never changes
        <kbd key={index}>{keyName(key)}</kbd>
      ))}
    </span>
  );
}
