import { type ReactNode, Suspense } from 'react';
import type { EngineStatus } from '../../shared/bridge/engine.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { OpenSnapshotButton } from '../snapshot/OpenSnapshotButton.tsx';
import { useStatus } from './engine.tsx';
import { Shell } from './Shell.tsx';
import { OtherSpaces } from './SpaceSwitch.tsx';
import { JoinScreen } from './screens.tsx';
import classes from './shell.module.css';

/** From the first moment to the register: loading with progress, joining, or what went wrong. */
export function Phase(): ReactNode {
  const status = useStatus();
  if (status?.phase === 'failed') return <Failed status={status} />;
  if (status?.phase === 'not enrolled') {
    return (
      <main className={classes.whole}>
        <Suspense fallback={<Loading status={status} />}>
          <OtherSpaces />
          <JoinScreen />
        </Suspense>
      </main>
    );
  }
  if (status?.phase === 'ready') return <Shell />;
  return <Loading status={status} />;
}

function Loading({ status }: { status: EngineStatus | undefined }): ReactNode {
  const percent = Math.round((status?.progress ?? 0) * 100);
  return (
    <main className={classes.whole}>
      <div className={classes.loading}>
        <h1>Muster</h1>
        <div
          className={classes.progress}
          role="progressbar"
          aria-label="Loading the register"
          aria-valuenow={percent}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${percent}%` }} />
        </div>
        <p>{status?.progress === undefined ? 'Starting' : `Opening what this device holds: ${percent} %`}</p>
      </div>
    </main>
  );
}

function Failed({ status }: { status: EngineStatus }): ReactNode {
  return (
    <main className={classes.whole} role="alert">
      <OtherSpaces />
      <EmptyState
        title="The register could not be opened"
        actions={
          <>
            <ActionButton tone="primary" onClick={() => location.reload()}>
              Try again
            </ActionButton>
            <OpenSnapshotButton />
          </>
        }
      >
        <p>{status.problem?.message ?? 'The reason is unknown.'}</p>
        {status.problem?.wayOut !== undefined && <p>{status.problem.wayOut}</p>}
      </EmptyState>
    </main>
  );
}
