import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import '../theme/styles.ts';
import { styleNonce } from '../theme/nonce.ts';
import { theme } from '../theme/theme.ts';
import { variables } from '../theme/variables.ts';

const schemes = localStorageColorSchemeManager({ key: 'muster.theme' });

/** The look of every page: light or dark as the person set it, styles under the policy's nonce. */
export function ThemedPage({ children }: { children: ReactNode }): ReactNode {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      colorSchemeManager={schemes}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      {children}
    </MantineProvider>
  );
}
