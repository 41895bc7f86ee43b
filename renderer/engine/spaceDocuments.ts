import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { onCatalog, readSegments, readSources } from '../../shared/documents/catalogDocument.ts';
import { ledgerLength, ledgerPlaces, ledgerValueAt, onLedgerValues } from '../../shared/documents/ledgerDocument.ts';
import { formatDocumentName } from '../../shared/documents/names.ts';
import type { LedgerValue, Restore } from '../../shared/ledger/ledgerState.ts';
import type { Place, SourceId, SpaceId } from '../../shared/model/ids.ts';
import type { CatalogSegment, CatalogSource, SourceStatus } from '../../shared/model/status.ts';
import { CLOSE } from '../../shared/wire/closeCodes.ts';
import { type Admission, Connection, type ConnectionEvents } from './connection.ts';
import type { EngineHost } from './host.ts';
import { openReplica, type Replica } from './replica.ts';
import { SlicedFeed } from './slicedFeed.ts';
import { type RecordValue, SourceDocuments } from './sourceDocuments.ts';

/** Where the content of the documents goes. */
export interface DocumentSinks {
  readonly ledger: (values: readonly LedgerValue[]) => void;
  /** The restores that this device has verified: what the catalog says of other epochs is not followed. */
  readonly restores: () => readonly Restore[];
  /** The catalog is there, or has changed. */
  readonly catalog: (catalog: Y.Doc) => void;
  readonly records: (source: SourceId, records: readonly RecordValue[]) => void;
  readonly status: (status: SourceStatus) => void;
  readonly removed: (source: SourceId) => void;
  readonly progress: (done: number, total: number) => void;
  /** The ledger is folded as far as it is here. Records wait for it, or they would be projected twice. */
  readonly folded: () => Promise<void>;
  /** So many further records come from disk. */
  readonly expect: (records: number) => void;
  readonly notice: (tone: 'warning' | 'error', message: string, wayOut?: string) => void;
}

/** Opens documents on this device: from disk first, and from the server once it is connected. */
export interface DocumentOpener {
  open(name: string): Promise<OpenDocument>;
}

export interface OpenDocument extends Replica {
  connect(events?: Partial<ConnectionEvents>): Connection | undefined;
}

/**
 * Which documents this device holds: what the catalog names. New ones open by themselves; a source's new epoch takes over
 * when it is complete.
 */
export class SpaceDocuments implements DocumentOpener {
  readonly #host: EngineHost;
  readonly #server: string;
  readonly #space: SpaceId;
  readonly #admission: Admission;
  readonly #sinks: DocumentSinks;
  readonly #catalogEvents: Partial<ConnectionEvents>;
  readonly #segments = new Map<string, Promise<OpenDocument>>();
  readonly #sources = new Map<SourceId, SourceDocuments[]>();
  readonly #connections = new Map<string, Connection>();
  readonly #closers: (() => unknown)[] = [];
  readonly #ledger: SlicedFeed<LedgerValue>;
  #catalog: OpenDocument | undefined;
  #online = false;
  #closed = false;
  #opening = 0;
  #opened = 0;

  constructor(
    host: EngineHost,
    where: { server: string; space: SpaceId; admission: Admission },
    sinks: DocumentSinks,
    catalogEvents: Partial<ConnectionEvents>,
  ) {
    this.#host = host;
    this.#server = where.server;
    this.#space = where.space;
    this.#admission = where.admission;
    this.#sinks = sinks;
    this.#catalogEvents = catalogEvents;
    this.#ledger = new SlicedFeed(sinks.ledger);
  }

  /** Resolves once everything that the disk holds is in the sinks. */
  async load(): Promise<void> {
    this.#catalog = await this.open('catalog');
    this.#closers.push(onCatalog(this.#catalog.doc, () => void this.follow()));
    await this.follow();
    await this.#ledger.idle();
  }

  /** From now on every document is connected, and those that open later too. */
  connect(): void {
    if (this.#online) return;
    this.#online = true;
    this.#catalog?.connect(this.#catalogEvents);
    for (const segment of this.#segments.values()) void segment.then((document) => document.connect());
    for (const epochs of this.#sources.values()) for (const source of epochs) source.connect();
  }

  /** Ends what is connected: each connection has to be admitted again. */
  cut(): void {
    for (const connection of this.#connections.values()) connection.cut();
  }

  /** Tries again at once what waits for the network. */
  hurry(): void {
    for (const connection of this.#connections.values()) connection.hurry();
  }

  get awareness(): Awareness | undefined {
    return this.#connections.get('catalog')?.awareness;
  }

  /** The ledger's content, once what has arrived is applied. */
  settled(): Promise<void> {
    return this.#ledger.idle();
  }

  async open(name: string): Promise<OpenDocument> {
    this.#opening++;
    const replica = await openReplica(this.#host, `${this.#host.databases}/${this.#space}/${name}`, name);
    this.#sinks.progress(++this.#opened, this.#opening);
    if (replica.damaged)
      this.#sinks.notice('warning', `The copy of ${name} on this device was damaged.`, 'It is fetched again from the server.');
    return { ...replica, connect: (events) => this.#connectTo(replica, events), close: () => this.#closeReplica(replica) };
  }

  #connectTo(replica: Replica, events: Partial<ConnectionEvents> = {}): Connection | undefined {
    const known = this.#connections.get(replica.name);
    if (known || !this.#online || this.#closed) return known;
    const connection = new Connection(this.#host, this.#server, this.#admission, replica.name, replica.doc, {
      onRefused: (code, reason) => this.#refused(replica.name, code, reason),
      ...events,
    });
    this.#connections.set(replica.name, connection);
    void connection.connect();
    return connection;
  }

  #refused(name: string, code: number, reason: string): void {
    // A device that was taken out of use, or has to sign in again, hears it once, from the catalog.
    if (code === CLOSE.revoked || code === CLOSE.signInAgain) return;
    this.#sinks.notice('warning', `The server does not give ${name} to this device (${code} ${reason}).`, 'Ask an administrator.');
  }

  async #closeReplica(replica: Replica): Promise<void> {
    this.#connections.get(replica.name)?.close();
    this.#connections.delete(replica.name);
    await replica.close();
  }

  /** Opens what the catalog names. */
  async follow(): Promise<void> {
    const doc = this.#catalog?.doc;
    if (!doc || this.#closed) return;
    this.#sinks.catalog(doc);
    const newest = this.#sinks.restores().at(-1)?.epoch ?? 0;
    const segments = readSegments(doc).filter(({ epoch }) => epoch <= newest);
    const opened = Promise.all(segments.map((segment, index) => this.#openSegment(segment, segments[index + 1])));
    const folded = opened.then(() => this.#ledger.idle()).then(() => this.#sinks.folded());
    await Promise.all([folded, ...readSources(doc).map((source) => this.#followSource(source, folded))]);
  }

  #openSegment(segment: CatalogSegment, next: CatalogSegment | undefined): Promise<OpenDocument> {
    const name = formatDocumentName({ kind: 'ledger', epoch: segment.epoch, segment: segment.n });
    const known = this.#segments.get(name);
    if (known) return known;
    const opening = this.open(name).then((document) => {
      const push = (places: readonly Place[]): void => this.#pushPlaces(document, segment, places);
      push(ledgerPlaces(document.doc));
      this.#closers.push(onLedgerValues(document.doc, push));
      const complete = segment.sealed && next !== undefined && ledgerLength(document.doc) === next.from - segment.from;
      if (!complete) document.connect();
      return complete ? { ...document, connect: () => undefined } : document;
    });
    this.#segments.set(name, opening);
    return opening;
  }

  /** After a restore from backup, what an older epoch holds past the place of the restore is not the ledger any more. */
  #pushPlaces(document: OpenDocument, segment: CatalogSegment, places: readonly Place[]): void {
    const later = this.#sinks.restores().filter(({ epoch }) => epoch > segment.epoch);
    const end = Math.min(Number.POSITIVE_INFINITY, ...later.map(({ at }) => at + 1));
    this.#ledger.push(
      valuesAt(
        document,
        places.filter((place) => place < end),
      ),
    );
  }

  async #followSource(source: CatalogSource, ledgerFolded: Promise<void>): Promise<void> {
    const epochs = this.#sources.get(source.id) ?? [];
    this.#sources.set(source.id, epochs);
    if (source.removed) {
      if (epochs.length > 0) this.#sinks.removed(source.id);
      return this.#leave(source.id);
    }
    if (epochs.some(({ epoch }) => epoch === source.epoch)) return;
    const documents = new SourceDocuments(source, this, {
      records: (records) => this.#sinks.records(source.id, records),
      status: this.#sinks.status,
      expect: this.#sinks.expect,
      complete: () => this.#retire(source.id, source.epoch),
    });
    epochs.push(documents);
    await documents.open(epochs.length === 1, ledgerFolded);
    if (this.#online) documents.connect();
  }

  /** The epoch is complete: what came before it is no longer needed. */
  #retire(source: SourceId, epoch: number): void {
    const epochs = this.#sources.get(source) ?? [];
    for (const old of epochs.filter((documents) => documents.epoch < epoch)) void old.close();
    this.#sources.set(
      source,
      epochs.filter((documents) => documents.epoch >= epoch),
    );
  }

  async #leave(source: SourceId): Promise<void> {
    const epochs = this.#sources.get(source) ?? [];
    this.#sources.set(source, []);
    await Promise.all(epochs.map((documents) => documents.close()));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#ledger.stop();
    for (const close of this.#closers) close();
    await Promise.all([...this.#sources.keys()].map((source) => this.#leave(source)));
    const open = await Promise.all(this.#segments.values());
    await Promise.all([...open, ...(this.#catalog ? [this.#catalog] : [])].map((document) => document.close()));
  }
}

function valuesAt(document: OpenDocument, places: readonly Place[]): LedgerValue[] {
  const values: LedgerValue[] = [];
  for (const place of [...places].sort((a, b) => a - b)) {
    const value = ledgerValueAt(document.doc, place);
    if (value) values.push({ place, value });
  }
  return values;
}
