import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import classes from './parts.module.css';

/** The longest tooltip: a 1 MB name must not become a 1 MB attribute. */
const TITLE_LIMIT = 600;

/** Text that somebody else wrote: isolated, with hidden characters made visible, cut with an ellipsis, in full on hover. */
export function Hostile({ text, limit = 200 }: { text: string; limit?: number }): ReactNode {
  const shown = visibleText(text, limit);
  return (
    <bdi className={classes.hostile} title={visibleText(text, TITLE_LIMIT)}>
      {shown}
    </bdi>
  );
}
