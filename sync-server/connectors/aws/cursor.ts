import * as z from 'zod';
import { type Instant, type Millis, toInstant } from '../../../shared/base/time.ts';
import { instant } from '../../../shared/model/record.ts';

const cursor = z.object({ listed: instant });

/** The queue itself remembers which events were not taken out: what is kept is when the account was last listed. */
export const writeCursor = (listed: Millis | Instant): string =>
  JSON.stringify({ listed: typeof listed === 'number' ? toInstant(listed) : listed });

/** @returns undefined for what is no cursor of this connector. */
export function readCursor(text: string | undefined): Instant | undefined {
  try {
    const parsed = cursor.safeParse(JSON.parse(text ?? ''));
    return parsed.success ? parsed.data.listed : undefined;
  } catch {
    return undefined;
  }
}
