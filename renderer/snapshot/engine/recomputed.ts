import { parseTime } from '../../../shared/base/time.ts';
import type { SnapshotHost } from '../../../shared/snapshot/contracts.ts';
import { deriveParts } from '../../../shared/snapshot/derive.ts';
import { Replay } from '../../../shared/snapshot/replay.ts';
import type { Recompute } from '../../../shared/snapshot/verifySnapshot.ts';

/** Computes the derived parts from what the verification itself read: nothing that was shown before is taken on trust. */
export const recomputed = ({ breathe }: Pick<SnapshotHost, 'breathe'>): Recompute =>
  async function* (data, from) {
    const now = parseTime(from.asOf) ?? 0;
    yield* deriveParts(await new Replay(data).at(from.place, now, breathe), from, data, breathe);
  };
