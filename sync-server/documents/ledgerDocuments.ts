import { appendLedgerValues, SEGMENT_BYTES, SEGMENT_ENTRIES } from '../../shared/documents/ledgerDocument.ts';
import { formatDocumentName } from '../../shared/documents/names.ts';
import type { Restore } from '../../shared/ledger/ledgerState.ts';
import type { Place } from '../../shared/model/ids.ts';
import type { CatalogSegment } from '../../shared/model/status.ts';
import type { LedgerRows } from './ledgerRows.ts';
import { SharedDocument } from './sharedDocument.ts';

export interface PlacedValue {
  readonly place: Place;
  readonly value: Uint8Array;
}

interface Segment {
  readonly epoch: number;
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
 * Only the open segment is in memory; sealed ones are built when somebody asks for them. Where a restore cut the ledger, the segment
 * ends and the next one is the first of the new epoch: devices may hold more of the old one than this server.
 */
export class LedgerDocuments {
  private readonly rows: LedgerRows;
  private readonly limits: SegmentLimits;
  private readonly segments: Segment[] = [];
  private readonly documents = new Map<Segment, SharedDocument>();
  private readonly building = new Map<Segment, Promise<SharedDocument>>();

  constructor(rows: LedgerRows, limits: SegmentLimits = { entries: SEGMENT_ENTRIES, bytes: SEGMENT_BYTES }) {
    this.rows = rows;
    this.limits = limits;
    this.openSegment(0, 0, 1);
  }

  get readerCount(): number {
    return [...this.documents.values()].reduce((sum, document) => sum + document.readerCount, 0);
  }

  catalog(): CatalogSegment[] {
    return this.segments.map(({ epoch, n, from, sealed }) => ({ epoch, n, from, sealed }));
  }

  /** Once all rows were appended: an epoch that holds no entry yet has its segment too. */
  openEpochs(): void {
    this.beginEpochs(Number.POSITIVE_INFINITY);
  }

  /** Consecutive places. One Yjs update for each segment that they touch. @returns whether the list of segments changed. */
  append(values: readonly PlacedValue[]): boolean {
    const before = this.segments.length;
    let part: PlacedValue[] = [];
    for (const value of values) {
      if (this.isFull(this.last()) || this.nextEpoch(value.place) !== undefined) {
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
  async document(epoch: number, n: number): Promise<SharedDocument | undefined> {
    const segment = this.segments.find((one) => one.epoch === epoch && one.n === n);
    if (!segment) return undefined;
    const known = this.documents.get(segment);
    if (known) return known;
    const building = this.building.get(segment) ?? this.build(segment);
    this.building.set(segment, building);
    return building;
  }

  /** Sealed segments that nobody reads are built again when somebody does. */
  forgetIdle(): void {
    for (const [segment, document] of this.documents) {
      if (!segment.sealed || document.readerCount > 0) continue;
      document.destroy();
      this.documents.delete(segment);
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

  /** The open segment ends before that place; what holds it is the next one, of the same epoch or of the one that begins there. */
  private seal(place: number): void {
    if (this.nextEpoch(place) !== undefined) this.beginEpochs(place);
    else this.beginSegment(this.last().epoch, this.last().n + 1, place);
  }

  private beginEpochs(place: number): void {
    for (let next = this.nextEpoch(place); next; next = this.nextEpoch(place)) this.beginSegment(next.epoch, 0, next.at + 1);
  }

  private beginSegment(epoch: number, n: number, from: number): void {
    this.last().sealed = true;
    this.openSegment(epoch, n, from);
  }

  /** The restore that ended the epoch of the open segment, where that place lies behind it. */
  private nextEpoch(place: number): Restore | undefined {
    const { epoch } = this.last();
    return this.rows.restores.find((restore) => restore.epoch > epoch && restore.at < place);
  }

  private openSegment(epoch: number, n: number, from: number): void {
    const segment = { epoch, n, from, entries: 0, bytes: 0, sealed: false };
    this.segments.push(segment);
    this.documents.set(segment, new SharedDocument(nameOf(segment)));
  }

  private write(values: readonly PlacedValue[]): void {
    const document = this.documents.get(this.last());
    if (values.length > 0 && document) appendLedgerValues(document.doc, values);
  }

  private async build(segment: Segment): Promise<SharedDocument> {
    const document = new SharedDocument(nameOf(segment));
    const end = segment.from + segment.entries;
    for (let from = segment.from; from < end; from += READ_AT_ONCE) {
      appendLedgerValues(document.doc, await this.rows.entries(from, Math.min(READ_AT_ONCE, end - from)));
    }
    this.documents.set(segment, document);
    this.building.delete(segment);
    return document;
  }
}

const nameOf = ({ epoch, n }: Segment): string => formatDocumentName({ kind: 'ledger', epoch, segment: n });
