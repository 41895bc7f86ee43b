import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import type { Bridge } from '../../shared/bridge/bridge.ts';
import { EditingProvider } from '../editing/EditingProvider.tsx';
import { NowProvider } from '../parts/NowProvider.tsx';
import '../theme/styles.ts';
import { SnapshotDoor } from '../snapshot/SnapshotDoor.tsx';
import { styleNonce } from '../theme/nonce.ts';
import { theme } from '../theme/theme.ts';
import { variables } from '../theme/variables.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { type EngineHandle, EngineProvider } from './engine.tsx';
import { LinkDoor } from './LinkDoor.tsx';
import { Phase } from './Phase.tsx';
import { BridgeContext } from './useBridge.ts';

const schemes = localStorageColorSchemeManager({ key: 'muster.theme' });

/** The whole page. The engine and the host are given: the harness and the tests give others than `main.tsx`. */
export function App({ engine, bridge }: { engine: EngineHandle; bridge: Bridge }): ReactNode {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      colorSchemeManager={schemes}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <Notifications position="bottom-right" limit={4} containerWidth={400} zIndex={400} className="mu-notices" />
      <ErrorBoundary>
        <BridgeContext.Provider value={bridge}>
          <EngineProvider engine={engine}>
            <SnapshotDoor>
              <NowProvider>
                <EditingProvider>
                  <Phase />
                </EditingProvider>
              </NowProvider>
            </SnapshotDoor>
            <LinkDoor />
          </EngineProvider>
        </BridgeContext.Provider>
      </ErrorBoundary>
    </MantineProvider>
  );
}
