import * as z from 'zod';
import { anchor, spaceId } from '../model/ids.ts';

/** An origin and nothing more: https, or http on this computer. */
export const serverOrigin = z
  .string()
  .max(300)
  .regex(
    /^(https:\/\/([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]{2,39}\])|http:\/\/(127\.0\.0\.1|\[::1\]|localhost))(:[1-9]\d{0,4})?$/,
    'https, or http on this computer',
  );

export const joinLink = z
  .object({
    kind: z.literal('join'),
    server: serverOrigin,
    token: z.string().regex(/^[A-Za-z0-9_-]{16,256}$/),
    /** The fingerprint of the server's key, or its first half. */
    key: z.string().regex(/^[0-9a-f]{32,64}$/),
  })
  .strict();
export type JoinLink = z.infer<typeof joinLink>;

/** What a link of the system may ask for. It is a question to the person at the window: nothing follows from it by itself. */
export const deepLink = z.discriminatedUnion('kind', [
  joinLink,
  z.object({ kind: z.literal('open'), space: spaceId, id: anchor }).strict(),
]);
export type DeepLink = z.infer<typeof deepLink>;
