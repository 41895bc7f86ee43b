import { useState } from 'react';
import type { ApiError } from '../../shared/wire/http.ts';
import type { SignInOutcome } from '../../shared/wire/team.ts';
import { deviceLabel } from '../firstRun/enrolmentToken.ts';
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

const BROWSER: SignInBrowser = browserSignIn();

/** A sign-in from the button to its outcome. */
export function useSignIn(): SignInState & { readonly begin: () => Promise<void> } {
  const { api } = useEngine();
  const bridge = useBridge();
  const [state, setState] = useState<SignInState>({ busy: false });
  const begin = async (): Promise<void> => {
    // A host that has a browser of its own for this says so.
    const browser = (bridge as { readonly signIn?: SignInBrowser }).signIn ?? BROWSER;
    setState({ busy: true });
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
