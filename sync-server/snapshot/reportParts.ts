import type { DerivedPart, Replayed, SnapshotData } from '../../shared/snapshot/replayed.ts';
import type { ManifestDraft } from './snapshotOrder.ts';

export interface Reported {
  readonly data: SnapshotData;
  readonly draft: ManifestDraft;
  readonly replayed: Replayed;
  readonly derived: readonly DerivedPart[];
}

/** `report.html`, piece by piece. */
export async function* reportParts(_reported: Reported): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1);
}
