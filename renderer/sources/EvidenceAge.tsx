import type { ReactNode } from 'react';
import { type Millis, parseTime } from '../../shared/base/time.ts';
import type { SourceView } from '../../shared/register/view.ts';
import style from '../inbox/list.module.css';
import { StateMark } from '../parts/StateMark.tsx';
import { useNow } from '../parts/useNow.ts';
import { duration, type EvidenceBar, evidenceBar } from './evidence.ts';

function ageOf(source: SourceView, now: Millis): Millis | undefined {
  const asOf = source.asOf === undefined ? undefined : parseTime(source.asOf);
  return asOf === undefined ? undefined : Math.max(0, now - asOf);
}

const levelsWords = ({ levels }: SourceView['status']): string => {
  const control = levels.control === null ? 'never for certifying' : `for certifying up to ${duration(levels.control)}`;
  return `good for reports up to ${duration(levels.reporting)}, ${control}`;
};

/** How old the evidence is, against both levels. */
export function EvidenceAge({ source }: { source: SourceView }): ReactNode {
  const now = useNow();
  const age = ageOf(source, now);
  if (age === undefined) return <StateMark state="unknown" />;
  const { reporting } = source.freshness;
  return (
    <span className={style.nowrap} style={{ display: 'inline-flex', alignItems: 'center', gap: 8 }}>
      <LevelBar bar={evidenceBar(age, source.status.levels)} words={`${duration(age)} old; ${levelsWords(source.status)}`} />
      <span style={{ minWidth: 64 }}>{duration(age)}</span>
      {reporting !== 'fresh' && <StateMark state={reporting} />}
    </span>
  );
}

function LevelBar({ bar, words }: { bar: EvidenceBar; words: string }): ReactNode {
  const percent = (part: number): string => `${Math.round(part * 100)}%`;
  return (
    <span className={style.bar} role="img" aria-label={words} title={words}>
      <span className={style.barFill} style={{ width: percent(bar.age) }} />
      {bar.control !== undefined && <span className={style.barMark} data-level="control" style={{ left: percent(bar.control) }} />}
      <span className={style.barMark} data-level="reporting" style={{ left: percent(bar.reporting) }} />
    </span>
  );
}
