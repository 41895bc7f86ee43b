import type { ReactNode } from 'react';
import { Icon, type IconName } from '../parts/Icon.tsx';
import type { SourceHealth } from './evidence.ts';

const MARKS: Record<SourceHealth, readonly [icon: IconName, word: string, colour: string]> = {
  held: ['held', 'Held', 'var(--mu-violet)'],
  failed: ['found', 'Failed', 'var(--mu-red)'],
  partial: ['excluded', 'Partial', 'var(--mu-amber)'],
  running: ['refresh', 'Running', 'var(--mu-blue)'],
  paused: ['lock', 'Paused', 'var(--mu-ink-2)'],
  'never run': ['unknown', 'Never run', 'var(--mu-ink-2)'],
  ok: ['fresh', 'Healthy', 'var(--mu-green)'],
};

/** An icon and a word; colour only repeats them. */
export function HealthMark({ health }: { health: SourceHealth }): ReactNode {
  const [icon, word, color] = MARKS[health];
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 4, color }}>
      <Icon name={icon} size={14} />
      {word}
    </span>
  );
}
