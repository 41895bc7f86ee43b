import { canonicalJson } from '../../shared/base/json.ts';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { type Signer, signedMessage, type Verify } from '../../shared/base/signature.ts';
import { type Millis, toInstant } from '../../shared/base/time.ts';
import type { DocumentName } from '../../shared/documents/names.ts';
import { LedgerState, type ServerChecks } from '../../shared/ledger/ledgerState.ts';
import { verifyEntry } from '../../shared/ledger/verifyEntry.ts';
import type { Act, Succession } from '../../shared/model/act.ts';
import { decodeLedgerValue, type EntryId, type HashHex, type Seen } from '../../shared/model/entry.ts';
import type { Anchor, DeviceId, PersonId, Place, SourceId, SpaceId } from '../../shared/model/ids.ts';
import { decodeRecord } from '../../shared/model/record.ts';
import type { CatalogSegment, CatalogSource, CatalogSpace, SignedHead, SignedRestore } from '../../shared/model/status.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { Catalog } from '../documents/catalog.ts';
import { LedgerDocuments } from '../documents/ledgerDocuments.ts';
import { LedgerRows } from '../documents/ledgerRows.ts';
import { Outbox } from '../documents/outbox.ts';
import type { ServedDocument, SharedDocument } from '../documents/sharedDocument.ts';
import { StoredSources } from '../documents/sourceStore.ts';
import type { Storage } from '../storage/storage.ts';
import { LIMITS } from '../websocket/limits.ts';
import { ActProofs } from './actProofs.ts';
import { Allowances } from './allowances.ts';
import { DeviceRequests } from './deviceRequests.ts';
import { commitByServer, Enrolment } from './enrolment.ts';
import { openSpace, type SpaceRow } from './genesis.ts';
import { HeadSigner, signHead } from './heads.ts';
import { Ingest, type LedgerPlacing, type Outcome, type PlacedEntry } from './ingest.ts';
import { LastSeen } from './lastSeen.ts';
import { type Authored, LocalAuthor } from './localAuthor.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Principal } from './principal.ts';
import { Projection } from './projection.ts';
import { prepareSuccession } from './rekey.ts';
import { signRestore, storedRestoresOf } from './restores.ts';
import type { ServerKeys } from './serverKeys.ts';
import { signedInUntil } from './signIn/signedInUntil.ts';
import { SignInRecords } from './signIn/signInRecords.ts';
import { Tickets } from './tickets.ts';

export interface CoreOptions {
  readonly storage: Storage;
  readonly server: ServerKeys;
  readonly local: Signer;
  readonly verify: Verify;
  readonly clock: () => Millis;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly name: string;
  readonly version: string;
  /** The space that the data directory held when it was last opened. */
  readonly knownSpace?: string | undefined;
  /** For tests that want compaction often. */
  readonly updatesBeforeSnapshot?: number;
  /** The disk failed: close, so that nothing is promised that cannot be kept. */
  readonly fatal: (error: unknown) => void;
}

/** What the edges subscribe to. Set once, right after opening. */
export interface CoreEvents {
  /** An entry of this device's outbox came to its end. */
  outcome(device: DeviceId, outcome: Outcome): void;
  revoked(device: DeviceId): void;
  /** Its person's role reads no documents any more. */
  shutOut(device: DeviceId): void;
  /** Its sign-in has run out. */
  signedOut(device: DeviceId): void;
  /** A steward decided on a held part. */
  decided(subject: HashHex, decision: 'release' | 'discard'): void;
  /** The ledger on disk grew. */
  placed(): void;
  /** Something may be sent to this source. */
  approved(source: SourceId): void;
}

/** What a snapshot needs of the server's key, fixed when its making begins. */
export interface SnapshotSeal {
  readonly serverKey: DeviceId;
  readonly succession?: Succession[];
  head(place: Place): Promise<SignedHead>;
  sign(manifest: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
}

const READ_AT_ONCE = 5_000;
const REFUSALS_REMEMBERED = 10_000;

/** The space: its ledger, its documents and who may do what. Knows nothing of sockets and HTTP. */
export class Core {
  readonly space: SpaceId;
  readonly epoch: number;
  /** Each began an epoch, the last one this one. */
  restores: readonly SignedRestore[];
  /** The ledger's rows, over all epochs. */
  readonly rows: LedgerRows;
  readonly localPerson: PersonId;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly ledger: LedgerState;
  readonly sources: StoredSources;
  readonly catalog: Catalog;
  readonly tickets: Tickets;
  readonly enrolment: Enrolment;
  readonly deviceRequests: DeviceRequests;
  readonly lastSeen: LastSeen;
  readonly signInRecords: SignInRecords;
  events: CoreEvents | undefined;
  private readonly options: CoreOptions;
  private readonly ledgerDocuments: LedgerDocuments;
  private readonly ingest: Ingest;
  private readonly heads: HeadSigner;
  private readonly steward: LocalAuthor;
  /** The server's own key in force speaks through it. */
  private server: LocalAuthor;
  private readonly proofs: ActProofs;
  private readonly projection: Projection;
  private readonly sweeper: NodeJS.Timeout;
  private readonly refusals = new Set<string>();
  private readonly refusalsKept: Allowances;
  /** Sources that were removed: the store keeps what they said, the register does not show it. */
  private readonly hidden = new Set<SourceId>();
  private durable: Place;
  private closing = false;
  private openOutboxes = 0;

  private constructor(options: CoreOptions, row: SpaceRow, loaded: LoadedLedger) {
    this.options = options;
    this.log = options.log;
    this.metrics = options.metrics;
    this.space = row.space;
    this.epoch = row.epoch;
    this.restores = row.restores;
    this.rows = loaded.rows;
    this.localPerson = row.localPerson;
    this.ledger = loaded.ledger;
    this.ledgerDocuments = loaded.documents;
    this.durable = loaded.ledger.place;
    this.projection = new Projection(this.ledger, options.clock, row.localPerson);
    this.catalog = this.newCatalog(row);
    this.sources = this.newSources(row);
    this.refusalsKept = new Allowances(LIMITS.refusalsKept, options.clock);
    this.proofs = new ActProofs(row.space, options.verify, (device) => device === options.local.publicKey || device === this.serverKey);
    this.ingest = this.newIngest();
    this.heads = this.newHeads();
    this.steward = this.authorOf(options.local, loaded.lastByDevice.get(options.local.publicKey));
    this.server = this.authorOf(options.server.current, loaded.lastByDevice.get(options.server.publicKey));
    this.tickets = this.newTickets();
    this.enrolment = this.newEnrolment(loaded);
    const { storage, clock, verify } = options;
    this.deviceRequests = new DeviceRequests({ space: row.space, ledger: () => this.ledger, verify, clock });
    this.lastSeen = new LastSeen(storage, clock);
    this.signInRecords = new SignInRecords(storage);
    this.sweeper = setInterval(() => this.sweep(), 5_000).unref();
  }

  static async open(options: CoreOptions): Promise<Core> {
    const row = await openSpace(options.storage, options.server.current, options.local, options.clock, options.knownSpace, options.verify);
    const loaded = await loadLedger(options.storage, row);
    options.server.follow(loaded.ledger.serverKey ?? options.server.publicKey);
    const core = new Core(options, row, loaded);
    await core.tellRestores();
    await core.sources.load();
    await core.lastSeen.load();
    await core.signInRecords.load(core.ledger.persons().keys());
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
  headAt(place: Place, key = this.options.server.current): Promise<SignedHead> {
    const root = place <= this.durable ? this.ledger.rootAt(place) : undefined;
    if (root === undefined) throw new RangeError(`place ${place} is not on disk`);
    const { clock } = this.options;
    return signHead(key, this.space, { epoch: this.epoch, place, root }, toInstant(clock()));
  }

  /** How the key in force came from that of genesis. */
  successions(): readonly Succession[] {
    return this.ledger.successions();
  }

  /**
   * The server's word for one snapshot (FORMAT.md, 2), by the key that is in force now: a file names one key, also when another takes
   * over while it is made.
   */
  snapshotSeal(): SnapshotSeal {
    const [key, succession] = [this.options.server.current, [...this.successions()]];
    return {
      serverKey: key.publicKey,
      ...(succession.length > 0 ? { succession } : {}),
      head: (place) => this.headAt(place, key),
      sign: (manifest) => key.sign(signedMessage('muster/snapshot/1', manifest)),
    };
  }

  /** The next server key, ready to take over. It counts once a `rekey` act with exactly this has its place. */
  prepareSuccession(): Promise<Succession> {
    return prepareSuccession(this.space, this.options.server);
  }

  /** Websockets on documents of each kind. */
  openSockets(): Readonly<Record<DocumentName['kind'], number>> {
    return {
      catalog: this.catalog.shared.readerCount,
      ledger: this.ledgerDocuments.readerCount,
      outbox: this.openOutboxes,
      ...this.sources.readerCounts(),
    };
  }

  private outboxOpened(): () => void {
    this.openOutboxes++;
    return () => void this.openOutboxes--;
  }

  segments(): CatalogSegment[] {
    return this.ledgerDocuments.catalog();
  }

  ledgerDocument(epoch: number, n: number): Promise<SharedDocument | undefined> {
    return this.ledgerDocuments.document(epoch, n);
  }

  /** A private source belongs to the person on whose computer the server runs. */
  mayReadSource(principal: Principal, source: SourceId): boolean {
    return principal.role !== 'connector' && (principal.local || this.sources.visibility(source) !== 'private');
  }

  /** Is this identity within what they may edit? For an owner it must also be their own. */
  mayEdit({ role, remit, personName }: Principal, identity: Anchor): boolean {
    return (role !== 'owner' && remit === 'true') || this.projection.isWithinRemit({ role, name: personName }, remit, [identity]);
  }

  /** @returns undefined for a document that does not exist. Whether the caller may read it was asked before. */
  async document(name: DocumentName, text: string): Promise<ServedDocument | undefined> {
    switch (name.kind) {
      case 'catalog':
        return this.catalog.shared;
      case 'outbox':
        return new Outbox(
          ({ key, bytes }) => this.receive(name.device, key, bytes),
          () => this.outboxOpened(),
        );
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

  /** Signs with the server's own key, places, and resolves when it is on disk. @returns undefined for an act that cannot be said. */
  sayAsServer(act: Act): Promise<Authored | undefined> {
    return commitByServer(() => this.server, act);
  }

  /** Until when a device syncs without signing in again; undefined: for ever. */
  signedInUntil(device: DeviceId): Millis | undefined {
    return signedInUntil(device, this.ledger.personOf(device), this.ledger.signIn, this.signInRecords);
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    this.heads.stop();
    this.projection.stop();
    while (this.ingest.pending > 0 && !this.ingest.hasFailed) await new Promise((resolve) => setTimeout(resolve, 5));
    // The last word of this process on its ledger: a store that is shorter when it is opened again lost something.
    if (!this.ingest.hasFailed) await this.heads.signNow();
    if (!this.ingest.hasFailed) await this.lastSeen.save(true);
    this.closing = true;
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
    this.events?.placed();
  }

  private observe(placed: PlacedEntry): void {
    this.enrolment.observe(placed);
    placed.entry.acts.forEach((act, index) => {
      if (placed.receipt.void?.[String(index)] !== undefined) return;
      if (act.kind === 'revoke') this.events?.revoked(act.device);
      if (act.kind === 'role' && act.role === 'connector') this.shutOut(act.person);
      if (act.kind === 'enrol') this.deviceRequests.enrolled(act.device);
      if (act.kind === 'rekey') this.takeOver(act.succession.to);
      if (act.kind === 'release' || act.kind === 'discard') this.events?.decided(act.subject, act.kind);
      if (act.kind === 'approve') this.approvedWrite(act.subject);
    });
  }

  private approvedWrite(subject: HashHex): void {
    const source = this.ledger.proposals().get(subject)?.act.source;
    if (source !== undefined) this.events?.approved(source);
  }

  /** What a person's role may read is asked at the door; who may read nothing any more is shown out. */
  private shutOut(person: PersonId): void {
    for (const { device } of this.ledger.persons().get(person)?.devices ?? []) this.events?.shutOut(device);
  }

  /** The act is on disk: from here on the other key speaks. When the file cannot follow, the next start mends it. */
  private takeOver(key: DeviceId): void {
    try {
      this.options.server.follow(key);
    } catch (error) {
      this.options.fatal(error);
    }
    this.server = this.authorOf(this.options.server.current, undefined);
    this.catalog.space(this.catalogSpace());
    this.heads.soon();
    this.tellRestores().catch(this.options.fatal);
  }

  /** With the word of the key in force: whoever came to it by its succession needs no other. */
  private async tellRestores(): Promise<void> {
    const { server, storage } = this.options;
    this.restores = await Promise.all(this.restores.map((restore) => signRestore(server.current, this.space, restore)));
    this.catalog.restores(this.restores);
    const keys = [...this.successions().map(({ from }) => from), this.serverKey];
    await storage.write({ meta: { ...storedRestoresOf(this.restores), serverKeys: canonicalJson(keys) } });
  }

  private catalogSpace(): CatalogSpace {
    const { name, version } = this.options;
    return { space: this.space, serverKey: this.serverKey, epoch: this.epoch, name, version };
  }

  private sweep(): void {
    this.ingest.sweep();
    this.ledgerDocuments.forgetIdle();
    this.lastSeen.save().catch(this.options.fatal);
    for (const device of this.lastSeen.here()) {
      if ((this.signedInUntil(device) ?? Number.POSITIVE_INFINITY) <= this.now()) this.events?.signedOut(device);
    }
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
    return new Catalog(row.start, this.catalogSpace());
  }

  private newSources(row: SpaceRow): StoredSources {
    return new StoredSources({
      storage: this.options.storage,
      statusClient: row.start,
      updatesBeforeSnapshot: this.options.updatesBeforeSnapshot,
      epoch: row.epoch,
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

  /** A device that sends bad entries, the same again or ever new ones, must not fill the disk. */
  private isNewRefusal({ device, entry }: { readonly device: string; readonly entry: string }): boolean {
    const key = `${device}/${entry}`;
    if (this.refusals.has(key) || !this.refusalsKept.take(device)) return false;
    if (this.refusals.size >= REFUSALS_REMEMBERED) this.refusals.clear();
    this.refusals.add(key);
    return true;
  }

  private placing(): LedgerPlacing {
    const { ledger, space, options, epoch, projection } = this;
    const checks: ServerChecks = {
      remit: projection.isWithinRemit.bind(projection),
      isCondition: (condition) => projection.conditionProblem(condition) === undefined,
      holdsKey: (key) => options.server.holds(key),
      isProved: (act) => this.proofs.isProved(act),
      isRegistered: (proposal) => projection.isRegistered(proposal),
    };
    return {
      epoch,
      get place() {
        return ledger.place;
      },
      placeOf: (id) => ledger.placeOf(id),
      verify: async (bytes, device, knows) => {
        const verified = await verifyEntry(bytes, {
          space,
          verify: options.verify,
          knows,
          place: ledger.place,
          epoch,
          ...(device === undefined ? {} : { device }),
        });
        if (verified.ok) await this.proofs.check(verified.value);
        return verified;
      },
      judge: (entry, at) => ledger.judge(entry, at, checks),
      append: (values) => projection.ledgerChanged(ledger.append(values)),
    };
  }

  private newHeads(): HeadSigner {
    return new HeadSigner({
      space: this.space,
      signer: () => this.options.server.current,
      durable: () => this.seen(),
      publish: (head) => {
        this.catalog.head(head);
        if (!this.closing) this.options.storage.write({ meta: { head: canonicalJson(head) } }).catch(this.options.fatal);
      },
      clock: this.options.clock,
    });
  }

  /** What is on disk now. */
  seenNow(): Seen {
    return this.seen();
  }

  /** The server's word on a message, which begins with what it is for. */
  signServerWord(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return this.options.server.current.sign(message);
  }

  /** What the server's own devices have seen: everything that is on disk. */
  private seen(): Seen {
    const place = this.durable;
    const root = this.ledger.rootAt(place);
    if (root === undefined) throw new Error('the ledger does not hold what is on disk');
    return { epoch: this.epoch, place, root };
  }

  private authorOf(signer: Signer, lastEntry: EntryId | null = null): LocalAuthor {
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
    const { space, ledger, localPerson } = this;
    const signedIn = (device: DeviceId): Millis | undefined => this.signedInUntil(device);
    return new Tickets({ space, ledger: () => ledger, localPerson: () => localPerson, signedInUntil: signedIn, verify, clock });
  }

  private newEnrolment(loaded: LoadedLedger): Enrolment {
    const { verify, clock } = this.options;
    const { space, localPerson, steward } = this;
    const enrolment = new Enrolment({
      space,
      localPerson,
      steward,
      verify,
      clock,
      ledger: () => this.ledger,
      remitProblem: (condition) => this.projection.conditionProblem(condition),
      server: () => this.server,
    });
    for (const placed of loaded.admissions) enrolment.observe(placed);
    return enrolment;
  }
}

interface LoadedLedger {
  readonly rows: LedgerRows;
  readonly ledger: LedgerState;
  readonly documents: LedgerDocuments;
  /** The newest entry of the devices whose keys the server holds, and of everybody else. */
  readonly lastByDevice: ReadonlyMap<DeviceId, EntryId>;
  /** Entries that hold an invitation, an enrolment or a revocation, or take something back. */
  readonly admissions: readonly Pick<PlacedEntry, 'entry' | 'receipt'>[];
}

const isAdmission = ({ kind }: Act): boolean => kind === 'invite' || kind === 'enrol' || kind === 'withdraw' || kind === 'revoke';

/** Builds the fold and the open ledger document from the rows. */
async function loadLedger(storage: Storage, { space, restores }: SpaceRow): Promise<LoadedLedger> {
  const rows = new LedgerRows(
    storage,
    restores.map(({ epoch, at }) => ({ epoch, at })),
  );
  const ledger = new LedgerState({ space });
  ledger.setRestores(rows.restores);
  const documents = new LedgerDocuments(rows);
  const lastByDevice = new Map<DeviceId, EntryId>();
  const admissions: Pick<PlacedEntry, 'entry' | 'receipt'>[] = [];
  for (let from = 1; ; from += READ_AT_ONCE) {
    const page = await rows.entries(from, READ_AT_ONCE);
    ledger.append(page);
    documents.append(page);
    documents.forgetIdle();
    for (const { value } of page) {
      const decoded = decodeLedgerValue(value);
      if (!decoded) throw new Error('the store holds a damaged ledger entry: restore it from a backup');
      lastByDevice.set(decoded.entry.device, decoded.entry.id);
      if (decoded.entry.acts.some(isAdmission)) admissions.push(decoded);
    }
    if (page.length < READ_AT_ONCE) break;
  }
  documents.openEpochs();
  return { rows, ledger, documents, lastByDevice, admissions };
}
