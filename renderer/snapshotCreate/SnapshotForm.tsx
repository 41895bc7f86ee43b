import { type FormEvent, type ReactNode, useState } from 'react';
import { useStatus } from '../app/engine.tsx';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Icon } from '../parts/Icon.tsx';
import { AsOfChoice } from './AsOfChoice.tsx';
import { type Problem, useCreateSnapshot } from './createStore.ts';
import { FileChoice, PrivateChoice } from './FileChoice.tsx';
import { FileHolds } from './FileHolds.tsx';
import { SampleChoice } from './SampleChoice.tsx';
import classes from './snapshotCreate.module.css';
import { wishProblem } from './snapshotWish.ts';
import type { SnapshotActions } from './useSnapshotJob.ts';
import { WhatChoice } from './WhatChoice.tsx';

export function SnapshotForm({ problem, actions }: { problem: Problem | undefined; actions: SnapshotActions }): ReactNode {
  const status = useStatus();
  const wish = useCreateSnapshot((state) => state.wish);
  const close = useCreateSnapshot((state) => state.close);
  const [busy, setBusy] = useState(false);
  const offline = status?.connection !== 'online';
  const notYet = offline ? 'The server is not reached' : wishProblem(wish, status?.place ?? 0);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (notYet !== undefined || busy) return;
    setBusy(true);
    await actions.start();
    setBusy(false);
  };
  return (
    <form className={classes.form} onSubmit={(event) => void submit(event)}>
      {offline ? <Offline /> : <Said problem={problem} />}
      <WhatChoice />
      <AsOfChoice />
      <SampleChoice />
      <PrivateChoice />
      <FileChoice />
      <FileHolds />
      <div className={classes.footer}>
        <span className={classes.notYet} role="status">
          {!offline && notYet}
        </span>
        <ActionButton onClick={close}>Cancel</ActionButton>
        <ActionButton type="submit" tone="primary" busy={busy} disabledReason={notYet}>
          Create snapshot
        </ActionButton>
      </div>
    </form>
  );
}

const Offline = (): ReactNode => (
  <div className={classes.problem} data-tone="amber" role="status">
    <Icon name="offline" />
    <p>
      <strong>The server is not reached.</strong> It signs every snapshot, so it is needed to make one. Your choices stay here until it is
      back.
    </p>
  </div>
);

function Said({ problem }: { problem: Problem | undefined }): ReactNode {
  if (problem === undefined) return null;
  return (
    <div className={classes.problem} data-tone="red" role="alert">
      <Icon name="found" />
      <p>
        <strong>{problem.message}</strong> {problem.wayOut}
      </p>
    </div>
  );
}
