import { memoryBytes } from '../../shared/snapshot/memoryBytes.ts';
import { verifySnapshot } from '../../shared/snapshot/verifySnapshot.ts';
import { createNodeHost } from '../../sync-server/snapshot/nodeHost.ts';
import { recompute } from '../../sync-server/snapshot/recompute.ts';
import { sealed, storyFixture } from '../support/snapshotFixture.ts';
import { type Figure, figure, timed } from './measure.ts';

const ENTRIES = 20_000;

/** What it takes to verify a snapshot whose authors all signed for themselves, with and without computing the register again. */
export async function benchSnapshot(): Promise<Figure[]> {
  const { content } = await storyFixture({ entries: ENTRIES, records: 2_000, draw: { seed: 'spring review', size: 25 } });
  const bytes = memoryBytes(await sealed(content));
  const host = createNodeHost();
  const checked = await timed(() => verifySnapshot(bytes, host));
  const recomputed = await timed(() => verifySnapshot(bytes, host, { recompute: recompute(host.breathe) }));
  if (!checked.value.ok || !recomputed.value.ok) throw new Error('the snapshot of the bench is not sound');
  const note = `${(bytes.size / 1e6).toFixed(1)} MB`;
  return [
    figure(`verifying a snapshot of ${ENTRIES} entries`, checked.millis / 1_000, 's', { most: 10 }, note),
    figure('the same, with its register computed again', recomputed.millis / 1_000, 's', { most: 10 }),
  ];
}
