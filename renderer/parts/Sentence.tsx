import type { ReactNode } from 'react';
import classes from './parts.module.css';

/** The one sentence that says what something is. */
export function Sentence({ children }: { children: ReactNode }): ReactNode {
  return <p className={classes.sentence}>{children}</p>;
}
