import type { ReactNode } from 'react';
import type { SnapshotJob } from '../../shared/wire/http.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useCreateSnapshot } from './createStore.ts';
import classes from './snapshotCreate.module.css';
import type { SnapshotActions } from './useSnapshotJob.ts';

export function SnapshotWorking({ job, waiting, actions }: { job: SnapshotJob; waiting: boolean; actions: SnapshotActions }): ReactNode {
  const close = useCreateSnapshot((state) => state.close);
  const percent = Math.round(Math.max(0, Math.min(1, job.done)) * 100);
  const words = waiting ? 'The server is not reached: waiting until it is back' : job.what;
  return (
    <div className={classes.working}>
      <div className={classes.words}>
        <span role="status">{words}</span>
        <span>{percent} %</span>
      </div>
      <progress aria-label={words} max={100} value={percent} />
      <p className={classes.hint}>
        The server makes it beside its other work. You may close this and go on: a notice says when it is ready.
      </p>
      <div className={classes.footer}>
        <ActionButton onClick={() => void actions.cancel()}>Cancel the snapshot</ActionButton>
        <button type="button" data-autofocus className={classes.plain} onClick={close}>
          Go on working
        </button>
      </div>
    </div>
  );
}
