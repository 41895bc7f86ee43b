import { CHANNEL, openForSignInRequest, signInResultRequest } from '../shared/bridge/bridge.ts';
import type { Desktop } from './facade.ts';
import type { AnswerVerb } from './ipc.ts';
import type { SignInRedirect } from './signInRedirect.ts';

export function answerSignIn(verb: AnswerVerb, desktop: Pick<Desktop, 'openExternal'>, signIn: SignInRedirect): void {
  verb(CHANNEL.beginSignIn, undefined, () => signIn.begin());
  verb(CHANNEL.openForSignIn, openForSignInRequest, async ({ id, address }) => {
    const page = signIn.expect(id, address);
    if (page === undefined) throw new Error('refused: this is not the address of a sign-in that was begun here');
    await desktop.openExternal(page);
  });
  verb(CHANNEL.signInResult, signInResultRequest, ({ id }) => signIn.result(id));
}
