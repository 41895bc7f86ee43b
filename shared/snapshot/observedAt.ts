import { compareCodeUnits } from '../base/json.ts';
import type { ExternalId, SourceId } from '../model/ids.ts';
import { type SourceStatus, sourceStatus } from '../model/status.ts';
import type { RecordChange } from '../register/projection.ts';
import type { RecordLine, StatusLine } from './format.ts';
import type { SnapshotData } from './replayed.ts';

/** What a step in the ledger's order changes of one source. */
export interface SourceChange {
  readonly source: SourceId;
  /** It counts no longer. */
  readonly removed: boolean;
  readonly status: SourceStatus | undefined;
  readonly records: readonly RecordChange[];
}

/** What of a source holds at the place that was reached. */
interface Held {
  readonly records: Map<ExternalId, Uint8Array>;
  readonly changed: Set<ExternalId>;
  status: SourceStatus | undefined;
  statusChanged: boolean;
  counted: boolean;
  counts: boolean;
}

/**
 * Records and statuses as of a place (FORMAT.md, 4 and 5), step by step forward. Of several versions within a step only the last is
 * given: what a register is depends on what holds, not on how it came about.
 */
export class ObservedAt {
  readonly #data: SnapshotData;
  readonly #sources = new Map<SourceId, Held>();
  #nextRecord = 0;
  #nextStatus = 0;

  constructor(data: SnapshotData) {
    this.#data = data;
  }

  /** Lines gone through so far. */
  get lines(): number {
    return this.#nextRecord + this.#nextStatus;
  }

  /** Goes on to a place that is not lower than the last. @returns what that changes, by source. */
  advance(place: number): SourceChange[] {
    const { records, statuses } = this.#data;
    for (let line = records[this.#nextRecord]; line && line.place <= place; line = records[++this.#nextRecord]) this.#record(line);
    for (let line = statuses[this.#nextStatus]; line && line.place <= place; line = statuses[++this.#nextStatus]) this.#status(line);
    return [...this.#sources].sort(([a], [b]) => compareCodeUnits(a, b)).flatMap(([source, held]) => changeOf(source, held) ?? []);
  }

  #record({ source, id, bytes }: RecordLine): void {
    const held = this.#of(source);
    held.records.set(id as ExternalId, bytes);
    held.changed.add(id as ExternalId);
  }

  /** A status that this version cannot read says nothing: what was said before goes on to hold. */
  #status(line: StatusLine): void {
    const held = this.#of(line.source);
    if ('removed' in line) {
      held.counts = !line.removed;
      return;
    }
    const parsed = sourceStatus.safeParse(line.status);
    if (!parsed.success || parsed.data.source !== line.source) return;
    held.status = parsed.data;
    held.statusChanged = true;
  }

  #of(source: SourceId): Held {
    let held = this.#sources.get(source);
    if (!held) {
      held = { records: new Map(), changed: new Set(), status: undefined, statusChanged: false, counted: false, counts: true };
      this.#sources.set(source, held);
    }
    return held;
  }
}

/** A source that counts again gets all that it had back, and what came meanwhile. */
function changeOf(source: SourceId, held: Held): SourceChange | undefined {
  const removed = held.counted && !held.counts;
  const back = held.counts && !held.counted;
  const ids = back ? held.records.keys() : held.counts ? held.changed : [];
  const records = [...ids].map((externalId) => ({ externalId, bytes: held.records.get(externalId) }));
  const status = held.counts && (back || held.statusChanged) ? held.status : undefined;
  held.counted = held.counts;
  held.changed.clear();
  held.statusChanged = false;
  return removed || status || records.length > 0 ? { source, removed, status, records } : undefined;
}
