import * as z from 'zod';

/** What a secret in the keychain of a desktop is called. It stands in settings in its place. */
export const secretName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'a-z 0-9 . _ - and at most 64 of them');
export type SecretName = z.infer<typeof secretName>;
