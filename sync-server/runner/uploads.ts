import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HOUR, type Millis } from '../../shared/base/time.ts';
import type { SourceSettings } from '../../shared/wire/http.ts';
import type { ConfiguredSource } from './settings.ts';

/** A dropped file holds what people write into spreadsheets, secrets among it: it is kept for as long as somebody decides, no longer. */
const LONGEST_DECISION: Millis = HOUR;

export const uploadOf = ({ path }: SourceSettings): string | undefined =>
  typeof path === 'string' ? /^upload:([A-Za-z0-9.]{1,64})$/.exec(path)?.[1] : undefined;

/** What was taken over from a dropped file is in the register; the file goes, and there is nothing to list again. */
export const settledUpload = (configured: ConfiguredSource): ConfiguredSource => ({
  ...configured,
  settings: { ...configured.settings, paused: true },
});

export const removeUpload = (folder: string, name: string): void => rmSync(join(folder, name), { force: true });

/** Removes what was dropped and never decided on. */
export function sweepUploads(folder: string, used: readonly SourceSettings[], now: Millis): void {
  const kept = new Set(used.map(uploadOf));
  for (const name of readdirSync(folder)) {
    const received = statSync(join(folder, name), { throwIfNoEntry: false })?.ctimeMs ?? now;
    if (!kept.has(name) && now - received > LONGEST_DECISION) removeUpload(folder, name);
  }
}
