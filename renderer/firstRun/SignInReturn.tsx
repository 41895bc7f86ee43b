import type { ReactNode } from 'react';
import style from './firstRun.module.css';

/** What stands in the tab of the provider when it is done. The answer is on its way to the page that asked. */
export function SignInReturn({ refused }: { refused: boolean }): ReactNode {
  return (
    <main className={style.screen}>
      <div className={style.column}>
        <h1 className={style.title}>{refused ? 'You were not signed in' : 'Go back to Muster'}</h1>
        <p className={style.lead}>
          {refused
            ? 'The provider sent you back without an answer. Begin again in Muster. This page can be closed.'
            : 'The provider has answered. Whether you are let in is said in Muster. This page can be closed.'}
        </p>
      </div>
    </main>
  );
}
