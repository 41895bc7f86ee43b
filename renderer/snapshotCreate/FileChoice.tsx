import type { ReactNode } from 'react';
import { plural } from '../../shared/register/age.ts';
import { Choice, Radio } from './Choice.tsx';
import { useCreateSnapshot } from './createStore.ts';
import classes from './snapshotCreate.module.css';
import { usePrivateSources } from './usePrivateSources.ts';

export function FileChoice(): ReactNode {
  const { file } = useCreateSnapshot((state) => state.wish);
  const change = useCreateSnapshot((state) => state.change);
  return (
    <Choice label="File">
      <Radio name="file" checked={file === 'muster'} onPick={() => change({ file: 'muster' })}>
        Snapshot <span className={classes.quiet}>.muster, with the report inside: everything can be verified from it alone</span>
      </Radio>
      <Radio name="file" checked={file === 'report'} onPick={() => change({ file: 'report' })}>
        Report only <span className={classes.quiet}>.html, for reading in any browser: proves nothing by itself</span>
      </Radio>
    </Choice>
  );
}

/** Asked only where there are any that this person sees. */
export function PrivateChoice(): ReactNode {
  const { withPrivate } = useCreateSnapshot((state) => state.wish);
  const change = useCreateSnapshot((state) => state.change);
  const { sources, records } = usePrivateSources();
  if (sources === 0) return null;
  return (
    <Choice
      label="Kept to this computer"
      hint={withPrivate ? undefined : 'The file says that they were left out, and how many records they hold.'}
    >
      <label className={classes.radio}>
        <input type="checkbox" checked={withPrivate} onChange={(event) => change({ withPrivate: event.target.checked })} />
        <span>
          Include {plural(sources, 'source')} <b>{plural(records, 'record')}</b>
        </span>
      </label>
    </Choice>
  );
}
