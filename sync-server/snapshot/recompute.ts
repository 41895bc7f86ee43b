import { utf8 } from '../../shared/base/bytes.ts';
import { parseTime } from '../../shared/base/time.ts';
import { Replay } from '../../shared/snapshot/replay.ts';
import type { DerivedFrom, DerivedPart, Replayed, SnapshotData } from '../../shared/snapshot/replayed.ts';
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

export async function* derivedParts(_data: SnapshotData, _from: DerivedFrom, _replayed: Replayed): AsyncGenerator<DerivedPart> {
  yield { name: 'policy.json', bytes: utf8('{}') };
  yield { name: 'people.json', bytes: utf8('{}') };
  yield { name: 'population.json', bytes: utf8('{"ids":[]}') };
  yield { name: 'gaps.json', bytes: utf8('{}') };
}

/** What the command line's verifier computes again. */
export const recompute = (breathe: Breathe): Recompute =>
  async function* (data, from) {
    yield* derivedParts(data, from, await replayFor(data, from, breathe));
  };
