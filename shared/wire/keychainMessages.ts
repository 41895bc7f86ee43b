import * as z from 'zod';
import { hostTrouble } from '../model/hostTrouble.ts';
import { secretName } from '../model/secretName.ts';

/** What the embedded server and the desktop program say to each other about one secret, each time one is used. */
const question = z.int().min(1);

/** Longest secret, in characters: a PEM key with its chain fits. */
export const SECRET_LENGTH = 16_384;

export const secretQuestion = z.object({ kind: z.literal('secret wanted'), question, name: secretName }).strict();
export type SecretQuestion = z.infer<typeof secretQuestion>;

export const secretAnswer = z.union([
  z.object({ kind: z.literal('secret'), question, value: z.string().min(1).max(SECRET_LENGTH) }).strict(),
  z.object({ kind: z.literal('no secret'), question, trouble: hostTrouble }).strict(),
]);
export type SecretAnswer = z.infer<typeof secretAnswer>;
