import * as z from 'zod';
import { create } from 'zustand';

/** What this person arranged on this device. Never synced: a laptop and a wide screen are arranged differently. */
const preferences = z.object({
  /** Single keys can be turned off (WCAG 2.1.4). */
  singleKeys: z.boolean().catch(true),
  railWidth: z.number().min(160).max(360).catch(212),
  peekWidth: z.number().min(320).max(960).catch(484),
});
export type Preferences = z.infer<typeof preferences>;

const KEY = 'muster.preferences';

/** @returns the stored value, or undefined when there is none or it is damaged. */
export function readStored(key: string): unknown {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

/** A full or forbidden store loses an arrangement, never data: nothing to report. */
export function writeStored(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    return;
  }
}

interface PreferencesState extends Preferences {
  readonly change: (part: Partial<Preferences>) => void;
}

export const usePreferences = create<PreferencesState>((set, get) => ({
  ...preferences.parse(readStored(KEY) ?? {}),
  change: (part) => {
    set(part);
    const { singleKeys, railWidth, peekWidth } = get();
    writeStored(KEY, { singleKeys, railWidth, peekWidth });
  },
}));
