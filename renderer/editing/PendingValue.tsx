import type { ReactNode } from 'react';
import { shownValue } from '../parts/age.ts';
import { Hostile } from '../parts/Hostile.tsx';
import { Icon } from '../parts/Icon.tsx';
import classes from './editing.module.css';
import type { PendingEdit } from './pendingEdits.ts';

const WORDS = { saving: 'Saving', 'saved here': 'Saved here, on its way to the server', 'on the server': 'On the server' } as const;

export function PendingValue({ edit }: { edit: PendingEdit }): ReactNode {
  return (
    <span className={classes.pending}>
      {edit.text === '' ? <span className="mu-none">–</span> : <Hostile text={shownValue(edit.text)} limit={160} />}
      <span role="img" data-state={edit.state} aria-label={WORDS[edit.state]} title={WORDS[edit.state]}>
        <Icon name={edit.state === 'on the server' ? 'check' : 'arrowUp'} size={11} />
      </span>
    </span>
  );
}
