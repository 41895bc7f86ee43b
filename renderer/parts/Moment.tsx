import type { ReactNode } from 'react';
import { parseTime } from '../../shared/base/time.ts';
import { dayText, exactText, relativeText } from './age.ts';
import { useNow } from './useNow.ts';

/** "14 Apr 2026, 7 months ago": the day as people write it and its age; the exact time on hover. */
export function Moment({ at }: { at: string }): ReactNode {
  const now = useNow();
  const moment = parseTime(at);
  if (moment === undefined) return <bdi>{at}</bdi>;
  return (
    <time dateTime={at} title={isDay(at) ? at : exactText(moment)}>
      {dayText(moment)} <span className="mu-none">{relativeText(moment, now)}</span>
    </time>
  );
}

const isDay = (at: string): boolean => at.length === 10;
