import { useEffect, useState } from 'react';
import type { SnapshotEvidence, SnapshotStatus } from '../../shared/bridge/snapshot.ts';
import { useSnapshotApi } from './snapshotEngine.ts';

/** What stands beside the rows; the file holds it for its last place. */
export function useEvidence({ replay }: Pick<SnapshotStatus, 'replay'>): SnapshotEvidence | undefined {
  const api = useSnapshotApi();
  const [evidence, setEvidence] = useState<SnapshotEvidence>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: names of persons are known once the ledger is read
  useEffect(() => {
    void api.evidence().then(setEvidence, () => undefined);
  }, [api, replay.state]);
  return evidence;
}
