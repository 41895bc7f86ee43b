import type { ReactNode } from 'react';
import style from './firstRun.module.css';

/** What stands in the tab of the provider when it is done. The answer is on its way to the page that asked. */
export function SignInReturn({ refused }: { refused: boolean }): ReactNode {
  return (
    <main className={style.screen}>
      <div className={style.column}>
        <h1 className={style.title}>{refused ? 'You were not signed in' : 'Signed in'}</h1>
        <p className={style.lead}>Go back to Muster: it goes on there. This page can be closed.</p>
      </div>
    </main>
  );
}
