import { parseTime } from '../../shared/base/time.ts';
import { deriveParts } from '../../shared/snapshot/derive.ts';
import { Replay } from '../../shared/snapshot/replay.ts';
import type { DerivedFrom, Replayed, SnapshotData } from '../../shared/snapshot/replayed.ts';
import type { Recompute } from '../../shared/snapshot/verifySnapshot.ts';

type Breathe = () => Promise<void>;

/** The register that a manifest speaks of. */
export function replayFor(
  data: SnapshotData,
  from: Pick<DerivedFrom, 'place' | 'asOf'>,
  breathe: Breathe,
  onProgress?: (done: number) => void,
): Promise<Replayed> {
  const now = parseTime(from.asOf);
  if (now === undefined) throw new RangeError('a manifest without a clock');
  return new Replay(data).at(from.place, now, breathe, onProgress);
}

/** What the command line's verifier computes again. */
export const recompute = (breathe: Breathe): Recompute =>
  async function* (data, from) {
    yield* deriveParts(await replayFor(data, from, breathe), from, data, breathe);
  };
