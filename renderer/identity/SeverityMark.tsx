import type { ReactNode } from 'react';
import type { Severity } from '../../shared/register/view.ts';

const SHAPE: Record<Severity, string> = {
  high: 'M8 2 15 14H1Z',
  medium: 'M8 1.5 14.5 8 8 14.5 1.5 8Z',
  low: 'M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3Z',
};
const COLOUR: Record<Severity, string> = {
  high: 'var(--mu-red)',
  medium: 'var(--mu-amber)',
  low: 'var(--mu-ink-3)',
};

/** Urgency by shape and word; colour only repeats it. */
export function SeverityMark({ severity }: { severity: Severity }): ReactNode {
  return (
    <svg
      width="12"
      height="12"
      viewBox="0 0 16 16"
      role="img"
      aria-label={`${severity} urgency`}
      style={{ flex: 'none', color: COLOUR[severity] }}
    >
      <title>{`${severity} urgency`}</title>
      <path d={SHAPE[severity]} fill={severity === 'low' ? 'none' : 'currentColor'} stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
