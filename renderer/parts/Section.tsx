import { type ReactNode, useId } from 'react';
import classes from './parts.module.css';

export function Section({ title, aside, children }: { title: ReactNode; aside?: ReactNode; children: ReactNode }): ReactNode {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div className={classes.aside}>{aside}</div>}
      </header>
      {children}
    </section>
  );
}
