import { err, ok, type Result } from '../../shared/base/result.ts';
import type { HostTrouble } from '../../shared/model/hostTrouble.ts';
import type { SecretAnswer, SecretQuestion } from '../../shared/wire/keychainMessages.ts';
import type { AskKeychain } from './keychain.ts';

/** Long enough for a person who is asked to unlock a keyring. */
const ANSWER_LIMIT = 120_000;
const SILENT: HostTrouble = { message: 'The keychain did not answer', wayOut: 'Unlock it, and run the source again.' };

export interface Questions {
  readonly ask: AskKeychain;
  answered(answer: SecretAnswer): void;
}

/** Questions for secrets over a port that answers by number: the worker asks the server, and the server its desktop. */
export function questionsOver(send: (question: SecretQuestion) => void): Questions {
  const open = new Map<number, (answer: Result<string, HostTrouble>) => void>();
  let last = 0;
  const close = (question: number, answer: Result<string, HostTrouble>): void => {
    const resolve = open.get(question);
    open.delete(question);
    resolve?.(answer);
  };
  return {
    ask: (name) =>
      new Promise((resolve) => {
        const question = ++last;
        const limit = setTimeout(() => close(question, err(SILENT)), ANSWER_LIMIT).unref();
        open.set(question, (answer) => {
          clearTimeout(limit);
          resolve(answer);
        });
        send({ kind: 'secret wanted', question, name });
      }),
    answered: (answer) => close(answer.question, answer.kind === 'secret' ? ok(answer.value) : err(answer.trouble)),
  };
}
