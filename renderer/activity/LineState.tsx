import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ActivityLine } from '../../shared/register/view.ts';
import { Icon, type IconName } from '../parts/Icon.tsx';

const QUIET = 'var(--mu-ink-3)';
const MARKS: Record<ActivityLine['state'], readonly [icon: IconName, colour: string]> = {
  'saved here': ['download', 'var(--mu-blue)'],
  'on the server': ['check', QUIET],
  refused: ['found', 'var(--mu-red)'],
  void: ['disabled', 'var(--mu-amber)'],
  withdrawn: ['undo', QUIET],
  complete: ['check', QUIET],
  delta: ['check', QUIET],
  partial: ['excluded', 'var(--mu-amber)'],
  failed: ['found', 'var(--mu-red)'],
  held: ['held', 'var(--mu-violet)'],
  cancelled: ['close', QUIET],
};

/** An icon and the word; what was refused or void says why. */
export function LineState({ state, reason }: { state: ActivityLine['state']; reason: string | undefined }): ReactNode {
  const [icon, color] = MARKS[state];
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 4, color }}>
      <Icon name={icon} size={14} />
      <span>
        {state}
        {reason !== undefined && `: ${visibleText(reason, 120)}`}
      </span>
    </span>
  );
}
