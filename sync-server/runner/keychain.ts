import { err, type Result } from '../../shared/base/result.ts';
import type { HostTrouble } from '../../shared/model/hostTrouble.ts';
import type { SecretName } from '../../shared/model/secretName.ts';

/** Asks whoever holds the keychain for one secret. Asked at each use; the answer is kept nowhere. */
export type AskKeychain = (name: SecretName) => Promise<Result<string, HostTrouble>>;

/** A server that no desktop program started. */
export const noKeychain: AskKeychain = async (name) =>
  err({
    message: `The secret ${name} is in the keychain of a desktop, and this server was not started by the desktop application`,
    wayOut: 'Start Muster’s desktop application, or change the source to { env: NAME } or { file: PATH }.',
  });
