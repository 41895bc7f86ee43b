/**
 * The browser in which a person signs in with an identity provider (RFC 8252: never inside the app). In a browser that is another tab and
 * this server's own page `/sign-in`; a desktop host plugs in the system's browser and a loopback address.
 */
export interface SignInBrowser {
  /** Where the provider sends the person back to. Asked first, and listening from then on. */
  redirect(): Promise<{ readonly redirectUri: string }>;
  /** @returns whether it was opened; a browser may forbid it, and then a link must be offered. */
  open(address: string): Promise<boolean>;
  /** What the provider's redirect carried, without `?`. Resolves once; a new `redirect` begins anew. */
  result(): Promise<string>;
}

export const SIGN_IN_PATH = '/sign-in';
const CHANNEL = 'muster-sign-in';

/** Several pages may sign in at once: each takes the answer that carries its own `state`. */
export function browserSignIn(): SignInBrowser {
  let listening: BroadcastChannel | undefined;
  let state: string | null = null;
  let answer: Promise<string> = new Promise(() => undefined);
  return {
    redirect: async () => {
      listening?.close();
      const channel = new BroadcastChannel(CHANNEL);
      listening = channel;
      answer = new Promise((resolve) => {
        channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
          if (typeof data !== 'string' || new URLSearchParams(data).get('state') !== state) return;
          channel.close();
          resolve(data);
        });
      });
      return { redirectUri: `${location.origin}${SIGN_IN_PATH}` };
    },
    open: async (address) => {
      state = new URL(address).searchParams.get('state');
      return window.open(address, '_blank') !== null;
    },
    result: () => answer,
  };
}

/** On the page that the provider came back to: hands the answer to the page that asked, and forgets it. */
export function handOverSignIn(query: string): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(query.replace(/^\?/, ''));
  channel.close();
}
