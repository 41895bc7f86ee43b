import { type ReactNode, useEffect, useState } from 'react';
import type { EngineStatus } from '../../shared/bridge/engine.ts';
import type { SnapshotStatus } from '../../shared/bridge/snapshot.ts';
import { EngineProvider, useStatus } from '../app/engine.tsx';
import { Shell } from '../app/Shell.tsx';
import { EditingProvider } from '../editing/EditingProvider.tsx';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Later } from '../parts/Later.tsx';
import { NowProvider } from '../parts/NowProvider.tsx';
import { useWhy } from '../register/whyStore.ts';
import { type PickedSnapshot, useOpenSnapshot } from './openSnapshot.ts';
import { PlaceSlider } from './PlaceSlider.tsx';
import { useSnapshotPanel } from './panelStore.ts';
import { RefusedSnapshot } from './RefusedSnapshot.tsx';
import { SnapshotBand } from './SnapshotBand.tsx';
import { SnapshotPanel } from './SnapshotPanel.tsx';
import style from './snapshot.module.css';
import { SnapshotContext, type SnapshotHandle, startSnapshotEngine } from './snapshotEngine.ts';
import { useReadOnlyKeys } from './useReadOnlyKeys.ts';

/** The app over a file instead of over a server: the same screens, another engine, and a band that nobody can miss. */
export function SnapshotPage({ picked }: { picked: PickedSnapshot }): ReactNode {
  const [handle, setHandle] = useState<SnapshotHandle>();
  useEffect(() => {
    const started = startSnapshotEngine(picked.file);
    setHandle(started);
    return () => {
      started.end();
      useSnapshotPanel.getState().hide();
      useWhy.getState().hide();
    };
  }, [picked]);
  if (!handle) return null;
  return (
    <SnapshotContext.Provider value={handle.snapshot}>
      <EngineProvider engine={handle}>
        <NowProvider>
          <EditingProvider>
            <Opened name={picked.name} />
          </EditingProvider>
        </NowProvider>
      </EngineProvider>
    </SnapshotContext.Provider>
  );
}

function Opened({ name }: { name: string }): ReactNode {
  const status = useStatus();
  if (status?.phase === 'failed') return <RefusedSnapshot name={name} problem={status.problem} />;
  if (status?.phase !== 'ready' || status.snapshot === undefined) return <Opening name={name} status={status} />;
  return <Reading name={name} snapshot={status.snapshot} />;
}

function Reading({ name, snapshot }: { name: string; snapshot: SnapshotStatus }): ReactNode {
  return (
    <div className={style.frame}>
      <SnapshotBand name={name} snapshot={snapshot} />
      <PlaceSlider snapshot={snapshot} />
      <div className={style.inside}>
        <Later>
          <Shell />
          <ReadOnlyKeys />
        </Later>
      </div>
      <SnapshotPanel snapshot={snapshot} />
    </div>
  );
}

/** Behind the shell: its keys are heard first, so that the second letter of `g r` is none of these. */
function ReadOnlyKeys(): ReactNode {
  useReadOnlyKeys();
  return null;
}

function Opening({ name, status }: { name: string; status: EngineStatus | undefined }): ReactNode {
  const close = useOpenSnapshot((state) => state.close);
  const percent = Math.round((status?.progress ?? 0) * 100);
  return (
    <main className={style.whole}>
      <div className={style.opening} role="status">
        <h1>Opening {name}</h1>
        <div
          className={style.bar}
          role="progressbar"
          aria-label="Opening the snapshot"
          aria-valuenow={percent}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${percent}%` }} />
        </div>
        <p>Its list of parts and its signature are checked before anything in it is shown.</p>
        <ActionButton onClick={close}>Cancel</ActionButton>
      </div>
    </main>
  );
}
