import { appendLedgerValues, SEGMENT_BYTES, SEGMENT_ENTRIES } from '../../shared/documents/ledgerDocument.ts';
import { formatDocumentName } from '../../shared/documents/names.ts';
import type { Place } from '../../shared/model/ids.ts';
import type { CatalogSegment } from '../../shared/model/status.ts';
import type { Storage } from '../storage/storage.ts';
import { SharedDocument } from './sharedDocument.ts';

export interface PlacedValue {
  readonly place: Place;
  readonly value: Uint8Array;
}

interface Segment {
  readonly n: number;
  readonly from: number;
  entries: number;
  bytes: number;
  sealed: boolean;
}

export interface SegmentLimits {
  readonly entries: number;
  readonly bytes: number;
}

const READ_AT_ONCE = 5_000;

/**
 * The ledger as documents: a function of the committed rows and nothing else, so a restarted server builds the same bytes.
 * Only the open segment is in memory; sealed ones are built when somebody asks for them.
 */
export class LedgerDocuments {
  private readonly epoch: number;
  private readonly storage: Storage;
  private readonly limits: SegmentLimits;
  private readonly segments: Segment[] = [];
  private readonly documents = new Map<number, SharedDocument>();
  private readonly building = new Map<number, Promise<SharedDocument>>();

  constructor(epoch: number, storage: Storage, limits: SegmentLimits = { entries: SEGMENT_ENTRIES, bytes: SEGMENT_BYTES }) {
    this.epoch = epoch;
    this.storage = storage;
    this.limits = limits;
    this.openSegment(1);
  }

  get readerCount(): number {
    return [...this.documents.values()].reduce((sum, document) => sum + document.readerCount, 0);
  }

  catalog(): CatalogSegment[] {
    return this.segments.map(({ n, from, sealed }) => ({ epoch: this.epoch, n, from, sealed }));
  }

  /** Consecutive places. One Yjs update for each segment that they touch. @returns whether the list of segments changed. */
  append(values: readonly PlacedValue[]): boolean {
    const before = this.segments.length;
    let part: PlacedValue[] = [];
    for (const value of values) {
      if (this.isFull(this.last())) {
        this.write(part);
        part = [];
        this.seal(value.place);
      }
      part.push(value);
      this.last().entries++;
      this.last().bytes += value.value.length;
    }
    this.write(part);
    return this.segments.length !== before;
  }

  /** @returns undefined when there is no such segment. */
  async document(n: number): Promise<SharedDocument | undefined> {
    const segment = this.segments[n];
    if (!segment) return undefined;
    const known = this.documents.get(n);
    if (known) return known;
    const building = this.building.get(n) ?? this.build(segment);
    this.building.set(n, building);
    return building;
  }

  /** Sealed segments that nobody reads are built again when somebody does. */
  forgetIdle(): void {
    for (const [n, document] of this.documents) {
      if (this.segments[n]?.sealed !== true || document.readerCount > 0) continue;
      document.destroy();
      this.documents.delete(n);
    }
  }

  destroy(): void {
    for (const document of this.documents.values()) document.destroy();
  }

  private last(): Segment {
    const segment = this.segments.at(-1);
    if (!segment) throw new Error('the ledger has no segment');
    return segment;
  }

  private isFull(segment: Segment): boolean {
    return segment.entries >= this.limits.entries || segment.bytes >= this.limits.bytes;
  }

  private seal(from: number): void {
    this.last().sealed = true;
    this.openSegment(from);
  }

  private openSegment(from: number): void {
    const n = this.segments.length;
    this.segments.push({ n, from, entries: 0, bytes: 0, sealed: false });
    this.documents.set(n, new SharedDocument(this.nameOf(n)));
  }

  private write(values: readonly PlacedValue[]): void {
    const document = this.documents.get(this.last().n);
    if (values.length > 0 && document) appendLedgerValues(document.doc, values);
  }

  private nameOf(n: number): string {
    return formatDocumentName({ kind: 'ledger', epoch: this.epoch, segment: n });
  }

  private async build(segment: Segment): Promise<SharedDocument> {
    const document = new SharedDocument(this.nameOf(segment.n));
    const end = segment.from + segment.entries;
    for (let from = segment.from; from < end; from += READ_AT_ONCE) {
      appendLedgerValues(document.doc, await this.storage.entries(this.epoch, from, Math.min(READ_AT_ONCE, end - from)));
    }
    this.documents.set(segment.n, document);
    this.building.delete(segment.n);
    return document;
  }
}
