import * as z from 'zod';
import type { KubernetesSettings } from './settings.ts';

const cursor = z.strictObject({
  /** Which cluster, and what of it was read: another cursor leads nowhere. */
  uid: z.string(),
  scope: z.string(),
  /** Resource versions by view. */
  at: z.record(z.string(), z.string()),
});
export type Cursor = z.infer<typeof cursor>;

export const writeCursor = (value: Cursor): string => JSON.stringify(value);

/** @returns undefined for none, and for one that was written under other settings. */
export function readCursor(text: string | undefined, settings: KubernetesSettings): Cursor | undefined {
  if (text === undefined) return undefined;
  try {
    const parsed = cursor.safeParse(JSON.parse(text));
    return parsed.success && parsed.data.scope === scopeOf(settings) ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export const scopeOf = ({ namespaces, exclude }: KubernetesSettings): string => JSON.stringify([namespaces ?? null, exclude ?? []]);
