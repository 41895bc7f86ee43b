import type { ReactNode } from 'react';
import { notify } from '../app/notify.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import classes from './snapshotCreate.module.css';

interface CopyableProps {
  readonly label: string;
  readonly text: string;
  /** What stands there, where that is not what is copied. */
  readonly children?: ReactNode;
}

/** Text that is meant to leave the screen. */
export function Copyable({ label, text, children }: CopyableProps): ReactNode {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      notify(`Copied: ${label.toLowerCase()}.`);
    } catch {
      notify('The browser did not let it be copied. Select the text instead.', 'warning');
    }
  };
  return (
    <div className={classes.copyable}>
      <code>{children ?? text}</code>
      <ActionButton label={`Copy: ${label.toLowerCase()}`} onClick={() => void copy()}>
        Copy
      </ActionButton>
    </div>
  );
}
