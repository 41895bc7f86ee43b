import { type Instant, type Millis, parseTime } from '../base/time.ts';
import type { CoverageState } from '../model/status.ts';

/**
 * A coverage of which everything that changed up to `at` is known: its last complete listing, and since then a delta without a gap or
 * an unbroken stream. Nothing is claimed for one that was never complete, whose events were lost, or whose listing is older than `life`
 * milliseconds: a chain of events is only as good as the listing under it.
 */
export function carriedOn(state: CoverageState, at: Instant, life: Millis): CoverageState {
  const complete = timeOf(state.completeAsOf);
  const moment = timeOf(at);
  if (complete === undefined || moment === undefined || moment <= complete) return state;
  if (state.outcome !== 'complete' || state.gap || moment - listedAt(state) > life) return state;
  return { ...state, completeAsOf: at, ...listedOf(state) };
}

/** When the last complete listing of it was. Minus infinity: never. */
export const listedAt = (state: CoverageState): Millis => timeOf(state.listedAsOf ?? state.completeAsOf) ?? Number.NEGATIVE_INFINITY;

const listedOf = ({ listedAsOf, completeAsOf }: CoverageState): Pick<CoverageState, 'listedAsOf'> => {
  const listed = listedAsOf ?? completeAsOf;
  return listed === undefined ? {} : { listedAsOf: listed };
};

const timeOf = (text: string | undefined): Millis | undefined => (text === undefined ? undefined : parseTime(text));
