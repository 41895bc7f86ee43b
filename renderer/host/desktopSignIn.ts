import type { Bridge } from '../../shared/bridge/bridge.ts';
import type { SignInBrowser } from './signInBrowser.ts';

type Verbs = Pick<Bridge, 'beginSignIn' | 'openForSignIn' | 'signInResult'>;

/** On the desktop the person signs in with the system's browser, which comes back to a loopback address of the host (RFC 8252). */
export function desktopSignIn(bridge: Verbs): SignInBrowser {
  let id = '';
  return {
    redirect: async () => {
      const begun = await bridge.beginSignIn();
      id = begun.id;
      return { redirectUri: begun.redirect };
    },
    open: async (address) => {
      await bridge.openForSignIn({ id, address });
      return true;
    },
    result: async () => {
      const result = await bridge.signInResult({ id });
      if ('query' in result) return result.query;
      throw new SignInTrouble(result.trouble.message, result.trouble.wayOut);
    },
  };
}

/** The host got no answer: the person closed the page, or took too long. */
export class SignInTrouble extends Error {
  override readonly name = 'SignInTrouble';
  readonly wayOut: string | undefined;

  constructor(message: string, wayOut: string | undefined) {
    super(message);
    this.wayOut = wayOut;
  }
}
