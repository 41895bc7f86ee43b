import type { Anchor } from '../model/ids.ts';
import type { SourceRecord } from '../model/record.ts';

/** The records that were decoded last: at least so many, at most twice as many. */
const KEPT = 500;

/**
 * Decoded records for as long as somebody may ask again: what arrives is projected soon after. Two generations, so that the
 * newest are never among those that are let go.
 */
export class RecentRecords {
  private recent = new Map<Anchor, SourceRecord>();
  private former = new Map<Anchor, SourceRecord>();

  get(anchor: Anchor): SourceRecord | undefined {
    return this.recent.get(anchor) ?? this.former.get(anchor);
  }

  keep(anchor: Anchor, record: SourceRecord): void {
    if (this.recent.size >= KEPT) {
      this.former = this.recent;
      this.recent = new Map();
    }
    this.recent.set(anchor, record);
  }

  forget(anchor: Anchor): void {
    this.recent.delete(anchor);
    this.former.delete(anchor);
  }
}
