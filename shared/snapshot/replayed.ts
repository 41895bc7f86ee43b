import type { Millis } from '../base/time.ts';
import type { LedgerState } from '../ledger/ledgerState.ts';
import type { Register } from '../register/register.ts';
import type { Manifest, RecordLine, StatusLine } from './format.ts';

/** What a snapshot holds besides what is derived from it, in memory: ledger values by place − 1, lines in their order. */
export interface SnapshotData {
  readonly space: Manifest['space'];
  readonly restores: Manifest['restores'];
  readonly ledger: readonly Uint8Array[];
  readonly records: readonly RecordLine[];
  readonly statuses: readonly StatusLine[];
}

/** The register as of a place (FORMAT.md, 5), recomputed from nothing else than `SnapshotData`. */
export interface Replayed {
  readonly place: number;
  readonly now: Millis;
  readonly ledger: LedgerState;
  readonly register: Register;
}

/** What the derived parts need to know besides: all of it stands in the manifest. */
export type DerivedFrom = Pick<Manifest, 'place' | 'epoch' | 'asOf' | 'query' | 'draw' | 'leftOut' | 'private' | 'serverKey'>;

/** A derived part: `policy.json`, `register/0001.ndjson` … in the order of the format. */
export interface DerivedPart {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
