import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Rectangle } from './facade.ts';

export interface WindowState extends Rectangle {
  readonly maximized: boolean;
}

const DEFAULT_SIZE = { width: 1_440, height: 900 };
export const MINIMUM = { minWidth: 960, minHeight: 600 };
/** At least this much of the title bar must be reachable, or the window opens in the middle of the first display. */
const REACHABLE = 80;

/** Where a window opens: as it was left, unless the display it was on is gone. */
export function placeWindow(
  saved: WindowState | undefined,
  displays: readonly Rectangle[],
): Partial<Rectangle> & { width: number; height: number } {
  if (!saved) return DEFAULT_SIZE;
  const size = { width: Math.max(MINIMUM.minWidth, saved.width), height: Math.max(MINIMUM.minHeight, saved.height) };
  const reachable = displays.some(
    (display) =>
      saved.x + saved.width > display.x + REACHABLE &&
      saved.x < display.x + display.width - REACHABLE &&
      saved.y >= display.y - 1 &&
      saved.y < display.y + display.height - REACHABLE,
  );
  return reachable ? { x: saved.x, y: saved.y, ...size } : size;
}

export function parseWindowState(text: string): WindowState | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof WindowState, unknown>> | null;
    const numbers = [value?.x, value?.y, value?.width, value?.height];
    if (!value || !numbers.every((number) => Number.isSafeInteger(number))) return undefined;
    return {
      x: Number(value.x),
      y: Number(value.y),
      width: Number(value.width),
      height: Number(value.height),
      maximized: value.maximized === true,
    };
  } catch {
    return undefined;
  }
}

/** @returns undefined on the first start, and when the file is damaged: a window state is never worth an error. */
export function loadWindowState(path: string): WindowState | undefined {
  try {
    return parseWindowState(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Written beside and renamed, so that a crash leaves the old one. @returns false when the disk refuses. */
export function saveWindowState(path: string, state: WindowState): boolean {
  try {
    writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return true;
  } catch {
    return false;
  }
}
