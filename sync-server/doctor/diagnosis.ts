import * as z from 'zod';

/** One thing that was looked at, and what was found, in words. Also the form in which a running server tells what it found. */
export const diagnosis = z.object({
  /** What was checked: `disk`, `source certs`. */
  check: z.string(),
  verdict: z.enum(['ok', 'warning', 'failed']),
  message: z.string(),
  wayOut: z.string().optional(),
});
export type Diagnosis = z.infer<typeof diagnosis>;

export const fine = (check: string, message: string): Diagnosis => ({ check, verdict: 'ok', message });
export const warning = (check: string, message: string, wayOut: string): Diagnosis => ({ check, verdict: 'warning', message, wayOut });
export const failed = (check: string, message: string, wayOut: string): Diagnosis => ({ check, verdict: 'failed', message, wayOut });
