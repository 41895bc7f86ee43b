import * as Y from 'yjs';
import { formatDocumentName } from '../../shared/documents/names.ts';
import { eachRecord, onRecords, recordBytes, recordCount } from '../../shared/documents/sourceDocument.ts';
import { holdsNeeds, onStatus, readStatus } from '../../shared/documents/statusDocument.ts';
import type { ExternalId, SourceId } from '../../shared/model/ids.ts';
import type { CatalogSource, SourceStatus } from '../../shared/model/status.ts';
import { SlicedFeed } from './slicedFeed.ts';
import type { DocumentOpener, OpenDocument } from './spaceDocuments.ts';

export interface RecordValue {
  readonly externalId: ExternalId;
  readonly bytes: Uint8Array;
}

export interface SourceSinks {
  readonly records: (records: readonly RecordValue[]) => void;
  readonly status: (status: SourceStatus) => void;
  /** So many records come from disk, before the first of them. */
  readonly expect: (records: number) => void;
  /** Everything that the last run wrote is here. */
  readonly complete: () => void;
}

const clockOf = (doc: Y.Doc, client: number): number => Y.getState(doc.store, client);

/** The documents of one epoch of one source. */
export class SourceDocuments {
  readonly source: SourceId;
  readonly epoch: number;
  readonly #shardCount: number;
  readonly #opener: DocumentOpener;
  readonly #sinks: SourceSinks;
  readonly #feed: SlicedFeed<RecordValue>;
  readonly #closers: (() => void)[] = [];
  #shards: OpenDocument[] = [];
  #status: OpenDocument | undefined;
  /** Its records are the ones on screen. */
  #current = false;
  /** A status has arrived that is not believed yet. */
  #unsettled = true;
  #closed = false;

  constructor(source: CatalogSource, opener: DocumentOpener, sinks: SourceSinks) {
    this.source = source.id;
    this.epoch = source.epoch;
    this.#shardCount = source.shards;
    this.#opener = opener;
    this.#sinks = sinks;
    this.#feed = new SlicedFeed((records) => sinks.records(records));
  }

  /**
   * @param current false: an older epoch stays on screen until this one is complete.
   * @param ledgerFolded resolves when it is: a record that is projected before what was said of it is projected twice.
   */
  async open(current: boolean, ledgerFolded: Promise<void>): Promise<void> {
    const { source, epoch } = this;
    const shards = Array.from({ length: this.#shardCount }, (_, shard) => formatDocumentName({ kind: 'source', source, epoch, shard }));
    const [status, ...opened] = await Promise.all(
      [formatDocumentName({ kind: 'status', source, epoch }), ...shards].map((name) => this.#opener.open(name)),
    );
    this.#status = status;
    this.#shards = opened;
    await ledgerFolded;
    if (this.#closed || !status) return this.close();
    this.#current = current;
    for (const { doc } of this.#shards) this.#closers.push(onRecords(doc, (changed) => this.#changed(doc, changed)));
    this.#closers.push(onStatus(status.doc, () => this.#statusChanged()));
    if (current) this.#pushFromDisk();
    await this.#feed.idle();
    this.#settle();
  }

  /**
   * What the disk holds together arrives together. The status goes first, or every row would be projected twice: once without
   * any evidence, once with it.
   */
  #pushFromDisk(): void {
    const status = this.#believed();
    if (status) this.#sinks.status(status);
    this.#sinks.expect(this.#shards.reduce((sum, { doc }) => sum + recordCount(doc), 0));
    this.#pushAll();
  }

  connect(): void {
    for (const document of [...this.#shards, ...(this.#status ? [this.#status] : [])]) document.connect();
  }

  #pushAll(): void {
    for (const { doc } of this.#shards) this.#feed.push([...eachRecord(doc)]);
  }

  #changed(doc: Y.Doc, changed: readonly ExternalId[]): void {
    if (this.#current) {
      const records: RecordValue[] = [];
      for (const externalId of changed) {
        const bytes = recordBytes(doc, externalId);
        if (bytes) records.push({ externalId, bytes });
      }
      this.#feed.push(records);
    }
    this.#settle();
  }

  #statusChanged(): void {
    this.#unsettled = true;
    this.#settle();
  }

  /** A status is believed once the records that it speaks of are here, and applied. */
  #settle(): void {
    if (this.#closed || !this.#unsettled) return;
    const status = this.#believed();
    if (!status) return;
    this.#unsettled = false;
    if (!this.#current) {
      this.#current = true;
      this.#pushAll();
    }
    void this.#feed.idle().then(() => {
      if (this.#closed) return;
      this.#sinks.status(status);
      this.#sinks.complete();
    });
  }

  /** @returns the status, when every record that it speaks of is in the documents. */
  #believed(): SourceStatus | undefined {
    const status = this.#status && readStatus(this.#status.doc);
    const shards = this.#shards.map(({ doc }) => doc);
    return status && holdsNeeds(shards, status.needs, clockOf) ? status : undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#feed.stop();
    for (const close of this.#closers) close();
    await Promise.all([...this.#shards, ...(this.#status ? [this.#status] : [])].map((document) => document.close()));
  }
}
