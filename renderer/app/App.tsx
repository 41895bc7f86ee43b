import { Notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import type { Bridge } from '../../shared/bridge/bridge.ts';
import { EditingProvider } from '../editing/EditingProvider.tsx';
import { NowProvider } from '../parts/NowProvider.tsx';
import { SnapshotDoor } from '../snapshot/SnapshotDoor.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { type EngineHandle, EngineProvider } from './engine.tsx';
import { JoinDoor } from './JoinDoor.tsx';
import { LinkDoor } from './LinkDoor.tsx';
import { Phase } from './Phase.tsx';
import { ThemedPage } from './ThemedPage.tsx';
import { BridgeContext } from './useBridge.ts';
import { useSpaceList } from './useSpaces.ts';

/** The whole page. The engine and the host are given: the harness and the tests give others than `main.tsx`. */
export function App({ engine, bridge }: { engine: EngineHandle; bridge: Bridge }): ReactNode {
  return (
    <ThemedPage>
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
            <Spaces />
            <LinkDoor />
            <JoinDoor />
          </EngineProvider>
        </BridgeContext.Provider>
      </ErrorBoundary>
    </ThemedPage>
  );
}

function Spaces(): ReactNode {
  useSpaceList();
  return null;
}
