import type * as z from 'zod';

/** What the server noted for itself. @returns undefined when it is not there or cannot be read: a note is not evidence. */
export function readNote<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
