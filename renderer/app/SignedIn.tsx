import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import '../theme/styles.ts';
import { SignInReturn } from '../firstRun/SignInReturn.tsx';
import { handOverSignIn } from '../host/signInBrowser.ts';
import { styleNonce } from '../theme/nonce.ts';
import { theme } from '../theme/theme.ts';
import { variables } from '../theme/variables.ts';

const schemes = localStorageColorSchemeManager({ key: 'muster.theme' });

/** The page that an identity provider comes back to: no engine, and the answer leaves the address at once. */
export function SignedIn(): ReactNode {
  const query = useRef(location.search);
  useEffect(() => {
    handOverSignIn(query.current);
    history.replaceState(null, '', location.pathname);
  }, []);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      colorSchemeManager={schemes}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <SignInReturn refused={new URLSearchParams(query.current).has('error')} />
    </MantineProvider>
  );
}
