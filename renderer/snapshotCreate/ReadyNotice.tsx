import type { ReactNode } from 'react';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useCreateSnapshot } from './createStore.ts';
import classes from './snapshotCreate.module.css';

/** For whoever closed the dialog and went on. */
export function ReadyNotice({ name }: { name: string }): ReactNode {
  const show = useCreateSnapshot((state) => state.show);
  return (
    <span className={classes.notice}>
      <span>{name} is ready.</span>
      <ActionButton tone="quiet" onClick={show}>
        Show
      </ActionButton>
    </span>
  );
}
