import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { TakeKeys } from '../app/TakeKeys.tsx';
import { useCreateSnapshot } from './createStore.ts';
import { SnapshotForm } from './SnapshotForm.tsx';
import { SnapshotReady } from './SnapshotReady.tsx';
import { SnapshotWorking } from './SnapshotWorking.tsx';
import { type SnapshotActions, useSnapshotJob } from './useSnapshotJob.ts';

const TITLES = { form: 'Create snapshot', working: 'Making the snapshot', ready: 'The snapshot is ready' };

/** One signed file for an auditor: what goes into it, how far it is, and how it is handed over. */
export function SnapshotCreate(): ReactNode {
  const actions = useSnapshotJob();
  const opened = useCreateSnapshot((state) => state.opened);
  const close = useCreateSnapshot((state) => state.close);
  const step = useCreateSnapshot((state) => state.step.kind);
  return (
    <Modal opened={opened} onClose={close} title={TITLES[step]} size={620} closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened && (
        <TakeKeys key={step}>
          <StepOf actions={actions} />
        </TakeKeys>
      )}
    </Modal>
  );
}

function StepOf({ actions }: { actions: SnapshotActions }): ReactNode {
  const step = useCreateSnapshot((state) => state.step);
  switch (step.kind) {
    case 'form':
      return <SnapshotForm problem={step.problem} actions={actions} />;
    case 'working':
      return <SnapshotWorking job={step.job} waiting={step.waiting} actions={actions} />;
    case 'ready':
      return <SnapshotReady job={step.job} saved={step.saved} actions={actions} />;
  }
}
