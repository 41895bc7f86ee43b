import type { ReactNode } from 'react';
import { type Millis, parseTime } from '../../shared/base/time.ts';
import { exactText, relativeText } from './age.ts';
import { useNow } from './useNow.ts';

/** A moment as its age; the exact time on hover. A day (`YYYY-MM-DD`) counts from its midnight in UTC. */
export function Age({ at, now }: { at: string | undefined; now?: Millis }): ReactNode {
  const clock = useNow();
  const moment = at === undefined ? undefined : parseTime(at);
  if (moment === undefined) return <span className="mu-none">–</span>;
  return (
    <time dateTime={at} title={exactText(moment)}>
      {relativeText(moment, now ?? clock)}
    </time>
  );
}
