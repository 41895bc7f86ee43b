import { useState } from 'react';
import type { ApiError } from '../../shared/wire/http.ts';
import type { SignInOutcome } from '../../shared/wire/team.ts';
import { deviceLabel } from '../firstRun/enrolmentToken.ts';
import { desktopSignIn, SignInTrouble } from '../host/desktopSignIn.ts';
import { browserSignIn, type SignInBrowser } from '../host/signInBrowser.ts';
import { useEngine } from './engine.tsx';
import { useBridge } from './useBridge.ts';

export interface SignInState {
  readonly busy: boolean;
  /** To be opened by hand where the browser did not let it be opened. */
  readonly address?: string;
  readonly problem?: ApiError;
  readonly outcome?: SignInOutcome;
}

const troubleOf = (error: unknown): ApiError => ({
  code: 'no sign-in',
  message: error instanceof Error ? error.message : 'The sign-in did not come to an end.',
  ...(error instanceof SignInTrouble && error.wayOut !== undefined ? { wayOut: error.wayOut } : { wayOut: 'Sign in again.' }),
  retry: true,
});

const BROWSER: SignInBrowser = browserSignIn();

/** A sign-in from the button to its outcome. */
export function useSignIn(): SignInState & { readonly begin: () => Promise<void> } {
  const { api } = useEngine();
  const bridge = useBridge();
  const [state, setState] = useState<SignInState>({ busy: false });
  const begin = async (): Promise<void> => {
    setState({ busy: true });
    const browser = (await bridge.info()).host === 'electron' ? desktopSignIn(bridge) : BROWSER;
    try {
      await signIn(browser);
    } catch (error) {
      setState({ busy: false, problem: troubleOf(error) });
    }
  };
  const signIn = async (browser: SignInBrowser): Promise<void> => {
    const { redirectUri } = await browser.redirect();
    const begun = await api.beginSignIn({ label: deviceLabel(navigator.userAgent), redirect: redirectUri });
    if (!begun.ok) return setState({ busy: false, problem: begun.error });
    await browser.open(begun.value.address);
    setState({ busy: true, address: begun.value.address });
    const done = await api.finishSignIn(begun.value.id, await browser.result());
    setState(done.ok ? { busy: false, outcome: done.value } : { busy: false, problem: done.error });
  };
  return { ...state, begin };
}
