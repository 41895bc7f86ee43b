import { type Millis, parseTime } from '../../shared/base/time.ts';
import type { SourceView } from '../../shared/register/view.ts';
import { duration } from '../sources/evidence.ts';

/** The words of an empty inbox: what will happen next, so that "nothing" can be believed. */
export function nothingWords(sources: readonly SourceView[], now: Millis): string {
  const next = sources
    .flatMap(({ status }) => {
      const at = status.nextRun === undefined ? undefined : parseTime(status.nextRun);
      return at === undefined || status.state === 'paused' ? [] : [{ label: status.label, at }];
    })
    .sort((a, b) => a.at - b.at)
    .slice(0, 2)
    .map(({ label, at }) => (at <= now ? `${label} runs now` : `${label} runs in ${duration(at - now)}`));
  return next.length === 0 ? 'No run is planned.' : `Next: ${next.join('; ')}.`;
}
