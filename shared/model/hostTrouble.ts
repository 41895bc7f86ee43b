import * as z from 'zod';

/** Why the host could not do what it was asked: a sentence without its full stop, and a way out. */
export const hostTrouble = z.object({ message: z.string().max(500), wayOut: z.string().max(500) }).strict();
export type HostTrouble = z.infer<typeof hostTrouble>;
