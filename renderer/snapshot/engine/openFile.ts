import type { RowsReader } from '../../../shared/register/rowsReader.ts';
import type { OpenSnapshot } from '../../../shared/snapshot/contracts.ts';
import type { SnapshotData } from '../../../shared/snapshot/replayed.ts';
import type { PlaceSeeker } from './placeSeeker.ts';

/** A file whose signature is good and whose first rows are read; the replay comes later, or never. */
export interface OpenFile {
  readonly open: OpenSnapshot;
  /** The first rows by name, or all of them. */
  readonly rows: RowsReader;
  /** Resolves to all rows; to nothing where the file is refused for one of them. */
  readonly whole: Promise<RowsReader | undefined>;
  /** Resolves once everything was replayed; rejects when that cannot be done. */
  readonly replayed: Promise<ReplayedFile>;
  /** What `replayed` resolved to, once it did. */
  readonly ready: ReplayedFile | undefined;
}

export interface ReplayedFile {
  readonly seeker: PlaceSeeker;
  readonly data: SnapshotData;
}
