import type { Result } from '../shared/base/result.ts';
import { CHANNEL, forgetSecretRequest, keepSecretRequest, type SecretOutcome } from '../shared/bridge/bridge.ts';
import type { HostTrouble } from '../shared/model/hostTrouble.ts';
import type { AnswerVerb } from './ipc.ts';
import type { Keychain } from './keychain.ts';

/** The page may put a secret in, forget it, and see what they are called. It cannot have one back. */
export function answerSecrets(verb: AnswerVerb, keychain: Keychain): void {
  verb(CHANNEL.keepSecret, keepSecretRequest, async ({ name, value }) => outcomeOf(await keychain.keep(name, value)));
  verb(CHANNEL.forgetSecret, forgetSecretRequest, async ({ name }) => outcomeOf(keychain.forget(name)));
  verb(CHANNEL.secretsAvailable, undefined, async () => outcomeOf(await keychain.available()));
  verb(CHANNEL.secretNames, undefined, async () => {
    const names = keychain.names();
    if (!names.ok) throw new Error(`${names.error.message}. ${names.error.wayOut}`);
    return names.value;
  });
}

const outcomeOf = (result: Result<null, HostTrouble>): SecretOutcome =>
  result.ok ? { done: true } : { done: false, trouble: result.error };
