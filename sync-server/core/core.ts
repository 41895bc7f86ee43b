import { err, ok, type Result } from '../../shared/base/result.ts';
import { type Signer, signedMessage, type Verify } from '../../shared/base/signature.ts';
import { type Millis, toInstant } from '../../shared/base/time.ts';
import type { DocumentName } from '../../shared/documents/names.ts';
import { LedgerState } from '../../shared/ledger/ledgerState.ts';
import { verifyEntry } from '../../shared/ledger/verifyEntry.ts';
import type { Act } from '../../shared/model/act.ts';
import { decodeLedgerValue, type EntryId, type HashHex, type Seen } from '../../shared/model/entry.ts';
import type { DeviceId, PersonId, Place, SourceId, SpaceId } from '../../shared/model/ids.ts';
import { decodeRecord } from '../../shared/model/record.ts';
import type { CatalogSegment, CatalogSource, SignedHead } from '../../shared/model/status.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { Catalog } from '../documents/catalog.ts';
import { LedgerDocuments } from '../documents/ledgerDocuments.ts';
import { Outboxes } from '../documents/outboxes.ts';
import type { SharedDocument } from '../documents/sharedDocument.ts';
import { StoredSources } from '../documents/sourceStore.ts';
import type { Storage } from '../storage/storage.ts';
import { Enrolment } from './enrolment.ts';
import { openSpace, type SpaceRow } from './genesis.ts';
import { HeadSigner, signHead } from './heads.ts';
import { Ingest, type LedgerPlacing, type Outcome, type PlacedEntry } from './ingest.ts';
import { LocalAuthor } from './localAuthor.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Principal } from './principal.ts';
import { Projection } from './projection.ts';
import { Tickets } from './tickets.ts';

export interface CoreOptions {
  readonly storage: Storage;
  readonly server: Signer;
  readonly local: Signer;
  readonly verify: Verify;
  readonly clock: () => Millis;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly name: string;
  readonly version: string;
  /** The space that the data directory held when it was last opened. */
  readonly knownSpace?: string | undefined;
  /** The disk failed: close, so that nothing is promised that cannot be kept. */
  readonly fatal: (error: unknown) => void;
}

/** What the edges subscribe to. Set once, right after opening. */
export interface CoreEvents {
  /** An entry of this device's outbox came to its end. */
  outcome(device: DeviceId, outcome: Outcome): void;
  revoked(device: DeviceId): void;
  /** A steward decided on a held part. */
  decided(subject: HashHex, decision: 'release' | 'discard'): void;
}

const READ_AT_ONCE = 5_000;
const REFUSALS_REMEMBERED = 10_000;

/** The space: its ledger, its documents and who may do what. Knows nothing of sockets and HTTP. */
export class Core {
  readonly space: SpaceId;
  readonly epoch: number;
  readonly localPerson: PersonId;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly ledger: LedgerState;
  readonly sources: StoredSources;
  readonly catalog: Catalog;
  readonly outboxes: Outboxes;
  readonly tickets: Tickets;
  readonly enrolment: Enrolment;
  events: CoreEvents | undefined;
  private readonly options: CoreOptions;
  private readonly ledgerDocuments: LedgerDocuments;
  private readonly ingest: Ingest;
  private readonly heads: HeadSigner;
  private readonly steward: LocalAuthor;
  private readonly projection: Projection;
  private readonly sweeper: NodeJS.Timeout;
  private readonly refusals = new Set<string>();
  /** Sources that were removed: the store keeps what they said, the register does not show it. */
  private readonly hidden = new Set<SourceId>();
  private durable: Place;

  private constructor(options: CoreOptions, row: SpaceRow, loaded: LoadedLedger) {
    this.options = options;
    this.log = options.log;
    this.metrics = options.metrics;
    this.space = row.space;
    this.epoch = row.epoch;
    this.localPerson = row.localPerson;
    this.ledger = loaded.ledger;
    this.ledgerDocuments = loaded.documents;
    this.durable = loaded.ledger.place;
    this.projection = new Projection(this.ledger, options.clock, row.localPerson);
    this.catalog = this.newCatalog(row);
    this.sources = this.newSources(row);
    this.ingest = this.newIngest();
    this.heads = this.newHeads();
    this.steward = this.authorOf(options.local, loaded);
    this.tickets = this.newTickets();
    this.enrolment = this.newEnrolment(loaded);
    this.outboxes = new Outboxes((device, added) => {
      for (const { key, bytes } of added) void this.receive(device, key, bytes);
    });
    this.sweeper = setInterval(() => this.sweep(), 5_000).unref();
  }

  static async open(options: CoreOptions): Promise<Core> {
    const row = await openSpace(options.storage, options.server, options.local, options.clock, options.knownSpace);
    const core = new Core(options, row, await loadLedger(options.storage, row));
    await core.sources.load();
    core.showSources();
    await core.heads.signNow();
    return core;
  }

  get serverKey(): DeviceId {
    return this.options.server.publicKey;
  }

  /** The highest place that is on disk. */
  get durablePlace(): Place {
    return this.durable;
  }

  get register() {
    return this.projection.current;
  }

  get storage(): Storage {
    return this.options.storage;
  }

  now(): Millis {
    return this.options.clock();
  }

  /** The head of the ledger as it was at a place that is on disk, signed now. */
  headAt(place: Place): Promise<SignedHead> {
    const root = place <= this.durable ? this.ledger.rootAt(place) : undefined;
    if (root === undefined) throw new RangeError(`place ${place} is not on disk`);
    const { server, clock } = this.options;
    return signHead(server, this.space, { epoch: this.epoch, place, root }, toInstant(clock()));
  }

  /** The server's word for a snapshot: over exactly the bytes of its manifest (FORMAT.md, 2). */
  signSnapshot(manifest: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    return this.options.server.sign(signedMessage('muster/snapshot/1', manifest));
  }

  /** Websockets on documents of each kind. */
  openSockets(): Readonly<Record<DocumentName['kind'], number>> {
    return {
      catalog: this.catalog.shared.readerCount,
      ledger: this.ledgerDocuments.readerCount,
      outbox: this.outboxes.readerCount,
      ...this.sources.readerCounts(),
    };
  }

  segments(): CatalogSegment[] {
    return this.ledgerDocuments.catalog();
  }

  async ledgerDocument(epoch: number, n: number): Promise<SharedDocument | undefined> {
    return epoch === this.epoch ? this.ledgerDocuments.document(n) : undefined;
  }

  /** A private source belongs to the person on whose computer the server runs. */
  mayReadSource(principal: Principal, source: SourceId): boolean {
    return principal.role !== 'connector' && (principal.local || this.sources.visibility(source) !== 'private');
  }

  /** @returns undefined for a document that does not exist. Whether the caller may read it was asked before. */
  async document(name: DocumentName, text: string): Promise<SharedDocument | undefined> {
    switch (name.kind) {
      case 'catalog':
        return this.catalog.shared;
      case 'outbox':
        return this.outboxes.document(name.device);
      case 'ledger':
        return this.ledgerDocument(name.epoch, name.segment);
      case 'source':
      case 'status':
        return this.sources.document(name.source, text);
    }
  }

  /** Evidence of a private source is private too: its record says which source it is of, by being one of its versions. */
  async evidenceFor(principal: Principal, wanted: HashHex): Promise<Uint8Array | undefined> {
    const bytes = await this.sources.evidence(wanted);
    if (!bytes || principal.local) return bytes;
    const record = decodeRecord(bytes);
    return record && (await this.sources.isOfSharedSource(record.externalId, wanted)) ? bytes : undefined;
  }

  /** Signs as the local steward, places, and resolves when it is on disk. */
  async commit(acts: readonly Act[]): Promise<Result<{ readonly entries: readonly EntryId[] }, ApiError>> {
    const authored = await this.steward.commit(acts);
    if (!authored.ok) return err({ code: 'bad request', message: `This cannot be said: ${authored.error}.`, retry: false });
    const refused = authored.value.flatMap(({ receipt }) => Object.values(receipt.void ?? {}))[0];
    if (refused !== undefined) return err({ code: 'conflict', message: `The change does not count: ${refused}.`, retry: false });
    return ok({ entries: authored.value.map(({ entry }) => entry) });
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    this.heads.stop();
    this.projection.stop();
    while (this.ingest.pending > 0 && !this.ingest.hasFailed) await new Promise((resolve) => setTimeout(resolve, 5));
    this.outboxes.destroy();
    this.sources.destroy();
    this.ledgerDocuments.destroy();
    this.catalog.shared.destroy();
  }

  private async receive(device: DeviceId, key: string, bytes: unknown): Promise<void> {
    const outcome = await this.ingest.submit(key, bytes, device);
    this.events?.outcome(device, outcome);
  }

  /** In place order, on disk: now everybody may see it. */
  private committed(group: readonly PlacedEntry[]): void {
    this.durable = group.at(-1)?.place ?? this.durable;
    if (this.ledgerDocuments.append(group)) this.catalog.segments(this.segments());
    this.metrics.placed(group.length);
    this.heads.soon();
    for (const placed of group) this.observe(placed);
  }

  private observe(placed: PlacedEntry): void {
    this.enrolment.observe(placed);
    placed.entry.acts.forEach((act, index) => {
      if (placed.receipt.void?.[String(index)] !== undefined) return;
      if (act.kind === 'revoke') this.events?.revoked(act.device);
      if (act.kind === 'release' || act.kind === 'discard') this.events?.decided(act.subject, act.kind);
    });
  }

  private sweep(): void {
    this.ingest.sweep();
    this.ledgerDocuments.forgetIdle();
  }

  private showSources(): void {
    this.catalog.segments(this.segments());
    for (const source of this.sources.catalog()) {
      this.catalog.source(source);
      if (source.removed === true) this.hidden.add(source.id);
      else this.project(source.id);
    }
  }

  /** A source that was removed and is added again brings back what the store kept of it: a run that finds nothing new would not. */
  private showOrHide({ id, removed }: CatalogSource): void {
    if (removed === true) {
      this.hidden.add(id);
      this.projection.remove(id);
    } else if (this.hidden.delete(id)) this.project(id);
  }

  private project(source: SourceId): void {
    this.projection.records(source, [...this.sources.records(source)]);
    const status = this.sources.status(source);
    if (status) this.projection.status(status);
  }

  private newCatalog(row: SpaceRow): Catalog {
    const { name, version, server } = this.options;
    return new Catalog(row.start, { space: row.space, serverKey: server.publicKey, epoch: row.epoch, name, version });
  }

  private newSources(row: SpaceRow): StoredSources {
    return new StoredSources({
      storage: this.options.storage,
      statusClient: row.start,
      clock: this.options.clock,
      place: () => this.ledger.place,
      events: {
        catalog: (source) => {
          this.catalog.source(source);
          this.showOrHide(source);
        },
        records: (source, records) => this.projection.records(source, records),
        status: (_source, status) => this.projection.status(status),
      },
    });
  }

  private newIngest(): Ingest {
    const { storage, clock, log, fatal } = this.options;
    return new Ingest({
      ledger: this.placing(),
      clock,
      fatal,
      commit: (entries) => this.metrics.commit(() => storage.write({ entries })),
      committed: (group) => this.committed(group),
      refuse: (row) => {
        this.metrics.refused(row.problem);
        if (!this.isNewRefusal(row)) return;
        log.warn({ device: row.device, entry: row.entry, problem: row.problem }, 'entry refused');
        storage.write({ refused: [row] }).catch(fatal);
      },
    });
  }

  /** A device that sends the same bad entry again and again must not fill the disk. */
  private isNewRefusal({ device, entry }: { readonly device: string; readonly entry: string }): boolean {
    const key = `${device}/${entry}`;
    if (this.refusals.has(key)) return false;
    if (this.refusals.size >= REFUSALS_REMEMBERED) this.refusals.clear();
    this.refusals.add(key);
    return true;
  }

  private placing(): LedgerPlacing {
    const { ledger, space, options, epoch, projection } = this;
    const checks = { remit: projection.isWithinRemit.bind(projection) };
    return {
      epoch,
      get place() {
        return ledger.place;
      },
      placeOf: (id) => ledger.placeOf(id),
      verify: (bytes, device, knows) =>
        verifyEntry(bytes, {
          space,
          verify: options.verify,
          knows,
          place: ledger.place,
          epoch,
          ...(device === undefined ? {} : { device }),
        }),
      judge: (entry, at) => ledger.judge(entry, at, checks),
      append: (values) => projection.ledgerChanged(ledger.append(values)),
    };
  }

  private newHeads(): HeadSigner {
    return new HeadSigner({
      space: this.space,
      signer: this.options.server,
      durable: () => this.seen(),
      publish: (head) => this.catalog.head(head),
      clock: this.options.clock,
    });
  }

  /** What the server's own devices have seen: everything that is on disk. */
  private seen(): Seen {
    const place = this.durable;
    const root = this.ledger.rootAt(place);
    if (root === undefined) throw new Error('the ledger does not hold what is on disk');
    return { epoch: this.epoch, place, root };
  }

  private authorOf(signer: Signer, loaded: LoadedLedger): LocalAuthor {
    const lastEntry = loaded.lastByDevice.get(signer.publicKey) ?? null;
    return new LocalAuthor({
      space: this.space,
      signer,
      ingest: this.ingest,
      seen: () => this.seen(),
      lastEntry,
      clock: this.options.clock,
    });
  }

  private newTickets(): Tickets {
    const { verify, clock } = this.options;
    return new Tickets({ space: this.space, ledger: () => this.ledger, localPerson: () => this.localPerson, verify, clock });
  }

  private newEnrolment(loaded: LoadedLedger): Enrolment {
    const { server, verify, clock } = this.options;
    const { space, localPerson, steward } = this;
    const enrolment = new Enrolment({
      space,
      localPerson,
      steward,
      verify,
      clock,
      ledger: () => this.ledger,
      remitProblem: (where) => this.register.window({ text: '', where, sort: [] }, 0, 0).problem?.message,
      server: this.authorOf(server, loaded),
    });
    for (const placed of loaded.admissions) enrolment.observe(placed);
    return enrolment;
  }
}

interface LoadedLedger {
  readonly ledger: LedgerState;
  readonly documents: LedgerDocuments;
  /** The newest entry of the devices whose keys the server holds, and of everybody else. */
  readonly lastByDevice: ReadonlyMap<DeviceId, EntryId>;
  /** Entries that hold an invitation or an enrolment. */
  readonly admissions: readonly Pick<PlacedEntry, 'entry' | 'receipt'>[];
}

/** Builds the fold and the open ledger document from the rows. */
async function loadLedger(storage: Storage, { space, epoch }: SpaceRow): Promise<LoadedLedger> {
  const ledger = new LedgerState({ space });
  const documents = new LedgerDocuments(epoch, storage);
  const lastByDevice = new Map<DeviceId, EntryId>();
  const admissions: Pick<PlacedEntry, 'entry' | 'receipt'>[] = [];
  for (let from = 1; ; from += READ_AT_ONCE) {
    const rows = await storage.entries(epoch, from, READ_AT_ONCE);
    ledger.append(rows);
    documents.append(rows);
    documents.forgetIdle();
    for (const { value } of rows) {
      const decoded = decodeLedgerValue(value);
      if (!decoded) throw new Error('the store holds a damaged ledger entry: restore it from a backup');
      lastByDevice.set(decoded.entry.device, decoded.entry.id);
      if (decoded.entry.acts.some(({ kind }) => kind === 'invite' || kind === 'enrol')) admissions.push(decoded);
    }
    if (rows.length < READ_AT_ONCE) return { ledger, documents, lastByDevice, admissions };
  }
}
