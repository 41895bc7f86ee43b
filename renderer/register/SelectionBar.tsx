import type { ReactNode } from 'react';
import { useSnapshotStatus } from '../app/engine.tsx';
import { useEditing } from '../editing/useEditing.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useTransfer } from '../transfer/transferStore.ts';
import classes from './register.module.css';
import { useSelection } from './selection.ts';

/** What can be done to all that are selected. It lies over the grid: the lines do not move. */
export function SelectionBar(): ReactNode {
  const ids = useSelection((state) => state.ids);
  const clear = useSelection((state) => state.clear);
  const copy = useTransfer((transfer) => transfer.choose);
  const live = useSnapshotStatus() === undefined;
  const { pickOwner, previewAndSign, comment, whyNot } = useEditing();
  if (ids.size === 0) return null;
  const all = [...ids];
  return (
    <div className={classes.selection} data-selection-bar="true" role="toolbar" aria-label="Selected">
      <strong>{ids.size.toLocaleString()} selected</strong>
      <ActionButton tone="quiet" keys="o" disabledReason={whyNot('set')} onClick={() => void pickOwner(all)}>
        Set owner
      </ActionButton>
      <ActionButton tone="quiet" keys="a" disabledReason={whyNot('accept')} onClick={() => void previewAndSign(all, { kind: 'accept' })}>
        Accept
      </ActionButton>
      <ActionButton tone="quiet" keys="c" disabledReason={whyNot('comment')} onClick={() => void comment(all)}>
        Comment
      </ActionButton>
      {live && (
        <ActionButton tone="quiet" onClick={() => copy(all)}>
          Copy to another register…
        </ActionButton>
      )}
      {ids.size > 1 && ids.size <= 64 && (
        <ActionButton tone="quiet" disabledReason={whyNot('merge')} onClick={() => void previewAndSign(all, { kind: 'merge' })}>
          Same identity
        </ActionButton>
      )}
      <ActionButton tone="quiet" icon="close" label="Unselect all (Esc)" onClick={clear} />
    </div>
  );
}
