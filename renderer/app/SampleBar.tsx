import { type ReactNode, useState } from 'react';
import { useEngine, useStatus } from './engine.tsx';
import { notifyProblem } from './notify.ts';
import classes from './shell.module.css';

/** Above everything in the sample estate, so that nobody takes it for a register. Its one button ends and deletes it. */
export function SampleBar(): ReactNode {
  const { api } = useEngine();
  const status = useStatus();
  const [state, setState] = useState<'there' | 'going' | 'gone'>('there');
  if (status?.space?.sample !== true) return null;
  const remove = async (): Promise<void> => {
    setState('going');
    const done = await api.sample('delete');
    setState(done.ok ? 'gone' : 'there');
    if (!done.ok) notifyProblem(done.error);
  };
  return (
    <section className={classes.sample} aria-label="Which space this is">
      {state === 'gone' ? (
        <span role="status">The sample estate is deleted: close this tab</span>
      ) : (
        <>
          Sample estate: nothing here is real
          {status.me?.role === 'admin' && (
            <button type="button" className={classes.sampleDelete} disabled={state === 'going'} onClick={() => void remove()}>
              Delete sample
            </button>
          )}
        </>
      )}
    </section>
  );
}
