import type { ReactNode } from 'react';
import type { WriteBackState } from '../../shared/register/view.ts';
import { Icon, type IconName } from '../parts/Icon.tsx';
import style from './writeBack.module.css';

const QUIET = 'var(--mu-ink-3)';
const MARKS: Readonly<Record<WriteBackState, readonly [icon: IconName, colour: string]>> = {
  'waits for approval': ['held', 'var(--mu-violet)'],
  stale: ['stale', 'var(--mu-amber)'],
  rejected: ['close', QUIET],
  approved: ['check', 'var(--mu-blue)'],
  sending: ['arrowUp', 'var(--mu-blue)'],
  'outcome unknown': ['unknown', 'var(--mu-amber)'],
  'waits for confirmation': ['expired', 'var(--mu-blue)'],
  confirmed: ['fresh', 'var(--mu-green)'],
  'not kept': ['drift', 'var(--mu-amber)'],
  'source changed': ['conflict', 'var(--mu-red)'],
  refused: ['found', 'var(--mu-red)'],
  'not sent': ['disabled', 'var(--mu-amber)'],
  ended: ['history', QUIET],
};

/** An icon and the word. */
export function WriteState({ state }: { state: WriteBackState }): ReactNode {
  const [icon, color] = MARKS[state];
  return (
    <span className={style.state} style={{ color }}>
      <Icon name={icon} size={14} />
      <span>{state}</span>
    </span>
  );
}
