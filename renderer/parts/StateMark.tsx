import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from './Icon.tsx';
import { MARKS, type MarkState } from './marks.ts';
import classes from './parts.module.css';

export { MARKS, type MarkState } from './marks.ts';

/** An icon and a word. `compact` shows the icon alone, where the word stands in the tooltip and for screen readers. */
export function StateMark({ state, compact = false }: { state: MarkState; compact?: boolean }): ReactNode {
  const mark = MARKS[state];
  if (compact) {
    return (
      <span className={classes.mark} data-tone={mark.tone} role="img" aria-label={mark.word} title={`${mark.word}: ${mark.means}`}>
        <Icon name={mark.icon} size={14} />
      </span>
    );
  }
  return (
    <Tooltip label={mark.means}>
      <span className={classes.mark} data-tone={mark.tone}>
        <Icon name={mark.icon} size={14} />
        {mark.word}
      </span>
    </Tooltip>
  );
}
