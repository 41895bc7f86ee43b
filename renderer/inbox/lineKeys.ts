import type { KeyActions } from '../app/keys.ts';

/** The keys `j k` and the arrows, as moves of a marked line within `length` lines. */
export function lineKeys(length: number, move: (change: (line: number) => number) => void): KeyActions {
  const down = (): void => move((line) => Math.max(0, Math.min(length - 1, line + 1)));
  const up = (): void => move((line) => Math.max(0, line - 1));
  return { j: down, ArrowDown: down, k: up, ArrowUp: up };
}
