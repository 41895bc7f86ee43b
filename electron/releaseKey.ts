/**
 * The Ed25519 key that releases are signed with, 32 bytes in base64url: the only one whose updates this build takes. Undefined until the
 * project has one; updates are off as long as it is.
 */
export const RELEASE_KEY: string | undefined = undefined;
