import type * as Y from 'yjs';
import { ok, type Result } from '../../shared/base/result.ts';
import type { Verify } from '../../shared/base/signature.ts';
import { type Instant, SECOND } from '../../shared/base/time.ts';
import type { PresenceView } from '../../shared/bridge/engine.ts';
import { readHead, unreadableKeys } from '../../shared/documents/catalogDocument.ts';
import { formatDocumentName } from '../../shared/documents/names.ts';
import { LedgerState, type LedgerValue } from '../../shared/ledger/ledgerState.ts';
import { type EntryId, entryId, type Place, type SourceId } from '../../shared/model/ids.ts';
import type { SignedHead, SignedRestore, SourceStatus } from '../../shared/model/status.ts';
import { Register } from '../../shared/register/register.ts';
import { CLOSE } from '../../shared/wire/closeCodes.ts';
import type { ApiError, SpaceInfo } from '../../shared/wire/http.ts';
import { DEVICE_REVOKED, headReply, SIGN_IN_AGAIN } from '../../shared/wire/team.ts';
import { type Admission, Connection } from './connection.ts';
import { type Device, type Enrolment, openDevice, webVerify } from './deviceKey.ts';
import { holdLock } from './deviceLock.ts';
import { hearSpace, NEWER_PROTOCOL } from './hearSpace.ts';
import type { EngineHost } from './host.ts';
import { namedRestores } from './namedRestores.ts';
import { Opening } from './opening.ts';
import { OwnEntries } from './ownEntries.ts';
import { presentOthers, sayWhere } from './presence.ts';
import { type Ask, type ServerCalls, serverCalls, ticketed } from './serverCalls.ts';
import type { ServerClient } from './serverClient.ts';
import type { ServerClock } from './serverClock.ts';
import { ServerTrust } from './serverTrust.ts';
import { SignatureCheck } from './signatureCheck.ts';
import { SpaceDocuments } from './spaceDocuments.ts';
import { StrictStore } from './strictStore.ts';
import { Tickets } from './tickets.ts';
import { TrustStore } from './trustStore.ts';

const CLOCK_TICK = 10 * SECOND;
const HASH_PORTION = 500;

export interface SessionEvents {
  /** Something in the register changed; `own`: by this device, so its person is looking at it. */
  readonly onChanged: (own: boolean) => void;
  readonly onStatus: () => void;
  readonly onProgress: (done: number, total: number) => void;
  readonly onNotice: (tone: 'info' | 'warning' | 'error', message: string, wayOut?: string) => void;
  /** The server was heard; it may be another one than before. */
  readonly onSpace: (info: SpaceInfo) => void;
  /** Another engine of this browser profile holds the device. */
  readonly onBusy: () => void;
}

export interface SessionOptions {
  readonly host: EngineHost;
  readonly client: ServerClient;
  readonly info: SpaceInfo;
  readonly clock: ServerClock;
  readonly events: SessionEvents;
}

const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** One space, open on this device: its documents, their projection, what this device has said, and the way to the server. */
export class SpaceSession {
  readonly #options: SessionOptions;
  readonly device: Device;
  readonly ledger: LedgerState;
  readonly register: Register;
  readonly own: OwnEntries;
  readonly store: StrictStore;
  readonly tickets: Tickets;
  readonly calls: ServerCalls;
  readonly ask: Ask;
  readonly trust: ServerTrust;
  readonly #trustStore: TrustStore;
  readonly #verify: Verify;
  readonly #admission: Admission;
  readonly #documents: SpaceDocuments;
  readonly #check: SignatureCheck;
  /** How much of what the disk holds is in the register. */
  readonly opening = new Opening();
  readonly #release: () => void;
  #outbox: Connection | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;
  #closed = false;
  #restoring: Promise<void> | undefined;
  connection: 'online' | 'connecting' | 'offline' = 'connecting';
  offlineSince: Instant | undefined;
  /** The server does not know this device, or took it out of use. */
  rejected: ApiError | undefined;
  /** Its sign-in has run out; everything but syncing goes on. */
  signInAgain = false;
  /** The server said that this device was taken out of use, perhaps before the ledger did. */
  #takenOut = false;
  /** What of the catalog this version does not understand. */
  unreadable: readonly string[] = [];
  #head: SignedHead | undefined;

  private constructor(options: SessionOptions, parts: SessionParts) {
    const { host, client, info, clock } = options;
    this.#options = options;
    this.device = parts.device;
    this.store = parts.store;
    this.#release = parts.release;
    const person = parts.device.enrolment?.person;
    this.ledger = new LedgerState({ space: info.space });
    this.register = new Register({ ledger: this.ledger, now: clock.now, ...(person === undefined ? {} : { me: person }) });
    this.#check = parts.checkOf({ onProgress: () => options.events.onStatus(), onWrong: (place) => this.#distrust(place) });
    this.tickets = new Tickets(
      client,
      parts.device.signer,
      info.space,
      () => clock.now,
      (reply) => this.#enrolledAs(reply),
    );
    const ask = ticketed(client, this.tickets);
    this.ask = ask;
    this.calls = serverCalls(ask);
    this.#trustStore = parts.trustStore;
    this.#verify = parts.verify;
    this.trust = new ServerTrust({
      space: info.space,
      epoch: info.epoch,
      ledger: this.ledger,
      store: parts.trustStore,
      verify: parts.verify,
      elapsed: () => performance.now(),
      hear: () => this.hearServer(),
      headAt: async (place) => {
        const reply = await ask({ method: 'GET', path: `/api/head/${place}` }, headReply);
        return reply.ok ? ok(reply.value.head) : reply;
      },
      restores: () => namedRestores(host, client.server, this.tickets),
      onRestores: (restores) => this.#restored(restores, true),
      onDistrust: () => this.#cut(),
    });
    this.#admission = {
      admit: async () => {
        const passed = await this.trust.passed();
        return passed.ok ? this.tickets.fresh() : passed;
      },
      ended: () => this.trust.ended(),
    };
    this.own = new OwnEntries({
      store: parts.store,
      signer: parts.device.signer,
      space: info.space,
      instant: () => clock.instant,
      ledger: this.ledger,
      words: (acts) => this.register.said(acts),
      onWaiting: (entries) => {
        this.register.ledgerChanged(this.ledger.setOutbox(entries));
        options.events.onChanged(true);
      },
    });
    this.#documents = this.#newDocuments(host, client, info);
  }

  static async open(options: SessionOptions): Promise<SpaceSession> {
    const { host, info, events } = options;
    const device = await openDevice(host, info.space);
    const release = await holdLock(host.locks, `${host.databases}/${info.space}/${device.signer.publicKey}`, events.onBusy);
    const store = await StrictStore.open(host, info.space);
    const trustStore = await TrustStore.open(host, info.space);
    const verify = webVerify(host.subtle);
    const checkOf = await SignatureCheck.opener(host, info.space, info.epoch, verify);
    return new SpaceSession(options, { device, store, release, checkOf, trustStore, verify });
  }

  #newDocuments(host: EngineHost, client: ServerClient, info: SpaceInfo): SpaceDocuments {
    const { events } = this.#options;
    const sinks = {
      ledger: (values: readonly LedgerValue[]) => this.#ledgerArrived(values),
      restores: () => this.#trustStore.pin.restores,
      catalog: (catalog: Y.Doc) => this.#catalogChanged(catalog),
      records: (...[source, records]: Parameters<Register['applyRecords']>) => {
        this.register.applyRecords(source, records);
        this.opening.applied(records.length);
        events.onChanged(false);
      },
      status: (status: SourceStatus) => {
        this.register.applyStatus(status);
        events.onChanged(false);
      },
      removed: (source: SourceId) => {
        this.register.removeSource(source);
        events.onChanged(false);
      },
      progress: events.onProgress,
      folded: () => this.#restoreOwn(),
      expect: (records: number) => this.opening.expect(records),
      notice: events.onNotice,
    };
    return new SpaceDocuments(host, { server: client.server, space: info.space, admission: this.#admission }, sinks, {
      onOpen: () => this.register.setNow(this.#options.clock.now),
      onSynced: () => this.#connected(),
      onLost: () => this.#lost(),
      onNoTicket: (problem) => this.#noTicket(problem),
      onRefused: (code, reason) => this.#closedFor(code, reason),
    });
  }

  /** From disk: what was known when this device last had it, with what this device said and the ledger does not hold. */
  async load(): Promise<void> {
    try {
      this.ledger.distrust([...this.#check.wrong].map((place) => place as Place));
      this.#restored(this.#trustStore.pin.restores, false);
      await this.#documents.load();
      await this.#hashLeaves();
      this.#tick = setInterval(() => this.#tock(), CLOCK_TICK);
    } finally {
      this.opening.end();
    }
    void breathe().then(() => this.#prepare());
  }

  /** While nobody waits: the first questions are answered before it. */
  #prepare(): void {
    if (!this.#closed) this.register.prepareSearch();
  }

  /** Once, and before the first record: nobody is shown a value that they have changed since. */
  #restoreOwn(): Promise<void> {
    this.#restoring ??= this.own.restore();
    return this.#restoring;
  }

  connect(): void {
    this.#documents.connect();
    this.#documents.awareness?.on('change', () => this.#options.events.onStatus());
    this.presence({});
    const { host, client } = this.#options;
    const name = formatDocumentName({ kind: 'outbox', device: this.device.signer.publicKey });
    const outbox = new Connection(host, client.server, this.#admission, name, this.own.outbox, {
      onRefused: (code, reason) => void this.#outboxRefused(outbox, code, reason),
    });
    this.#outbox = outbox;
    void outbox.connect();
  }

  hurry(): void {
    this.#documents.hurry();
    this.#outbox?.hurry();
  }

  /** What changed may let it in: asks anew, and at once. */
  again(): void {
    this.signInAgain = false;
    this.rejected = undefined;
    this.trust.forget();
    this.hurry();
    this.#options.events.onStatus();
  }

  /** The server is not trusted any more: nothing goes to it and nothing comes from it. */
  #cut(): void {
    this.#documents.cut();
    this.#outbox?.cut();
    this.#lost();
    this.#options.events.onStatus();
  }

  #tock(): void {
    this.register.setNow(this.#options.clock.now);
    this.#prepare();
    this.#options.events.onChanged(false);
  }

  #ledgerArrived(values: readonly LedgerValue[]): void {
    this.register.ledgerChanged(this.ledger.append(values));
    this.#check.push(values);
    this.own.ledgerGrew();
    this.#options.events.onChanged(false);
    if (!this.#tick) return;
    void this.#hashLeaves().then(() => this.#compareHead());
  }

  #catalogChanged(catalog: Y.Doc): void {
    this.#head = readHead(catalog);
    this.unreadable = unreadableKeys(catalog);
    this.#compareHead();
    this.#options.events.onStatus();
  }

  #compareHead(): void {
    if (this.#head && !this.#closed) void this.trust.hearHead(this.#head);
  }

  /** The restores that this device has verified, from disk or just now. */
  #restored(restores: readonly SignedRestore[], news: boolean): void {
    if (restores.length === 0 || this.#closed) return;
    const { change, lost } = this.ledger.setRestores(restores);
    this.register.ledgerChanged(change);
    if (lost.length > 0) {
      this.#check.restored(this.ledger.epoch, this.ledger.place);
      void this.own.recover(lost);
    }
    if (!news) return;
    const at = restores.at(-1)?.at ?? 0;
    this.#options.events.onNotice(
      'warning',
      `The server was restored from a backup, at change ${at.toLocaleString('en-US')}. What this device still had to send is offered again.`,
    );
    void this.#documents.follow();
  }

  /** Ahead of the first editor, which needs the root and must not wait for a hundred thousand hashes. */
  async #hashLeaves(): Promise<void> {
    while (!this.#closed && this.ledger.hashLeaves(HASH_PORTION)) await breathe();
  }

  #distrust(place: number): void {
    this.register.ledgerChanged(this.ledger.distrust([place as Place]));
    const wayOut = 'It is left out here. Tell whoever runs the server: someone may have changed its data.';
    this.#options.events.onNotice('error', `The change at place ${place} does not carry its author's signature.`, wayOut);
    this.#options.events.onChanged(false);
  }

  #enrolledAs({ person, personName, role, remit }: Enrolment): void {
    if (this.#closed) return;
    this.rejected = undefined;
    this.signInAgain = false;
    // Only a memory for the next start with the server down: the ledger says the same.
    this.device.remember({ person, personName, role, remit }).catch(() => undefined);
    this.#options.events.onStatus();
  }

  get enrolment(): Enrolment | undefined {
    const known = this.ledger.personOf(this.device.signer.publicKey);
    return known ? { person: known.person, personName: known.name, role: known.role, remit: known.remit } : this.device.enrolment;
  }

  async hearServer(): Promise<Result<SpaceInfo, ApiError>> {
    const heard = await hearSpace(this.#options.client);
    if (heard.ok && !this.#closed) this.#options.events.onSpace(heard.value);
    return heard;
  }

  /**
   * Gives up this device's key. What it signed and the server never took can be sent by no other key: it is set aside, and its
   * text stays to be read and made again.
   */
  async startAnew(): Promise<void> {
    await this.own.setAllAside('signed with the key that this device gave up');
    await this.device.forget();
  }

  get space(): SpaceInfo {
    return this.#options.info;
  }

  get verify(): Verify {
    return this.#verify;
  }

  /** Taken out of use: what it says from now on counts nowhere. */
  get revoked(): boolean {
    return this.#takenOut || this.ledger.isRevoked(this.device.signer.publicKey);
  }

  /** Where in the ledger it was last seen that this profile was copied. */
  get forkedAt(): Place | undefined {
    return this.ledger.forks().get(this.device.signer.publicKey);
  }

  #connected(): void {
    this.connection = 'online';
    this.offlineSince = undefined;
    this.#compareHead();
    this.#options.events.onStatus();
  }

  #lost(): void {
    if (this.connection === 'offline') return;
    this.connection = 'offline';
    this.offlineSince = this.#options.clock.instant;
    this.#options.clock.silence();
    this.#options.events.onStatus();
  }

  #noTicket(problem: ApiError): void {
    if (problem.code === SIGN_IN_AGAIN) this.signInAgain = true;
    else if (problem.code === DEVICE_REVOKED) this.#takenOut = true;
    else if (!SAID_ELSEWHERE.has(problem.code)) this.rejected = problem;
    this.#lost();
    this.#options.events.onStatus();
  }

  #closedFor(code: number, reason: string): void {
    if (code === CLOSE.signInAgain) {
      this.signInAgain = true;
      this.#lost();
      this.#options.events.onStatus();
      return;
    }
    const revoked = code === CLOSE.revoked;
    this.#takenOut ||= revoked;
    const message = revoked ? 'This device was taken out of use.' : `The server closed the connection (${code} ${reason}).`;
    this.rejected = { code: String(code), message, wayOut: 'Ask an administrator for a new invitation.', retry: false };
    this.#lost();
    this.#options.events.onNotice('error', message, this.rejected.wayOut);
  }

  /** 4422 names one entry: it is set aside, and the rest goes on. */
  async #outboxRefused(outbox: Connection, code: number, reason: string): Promise<void> {
    const refusal = code === CLOSE.entryRefused ? parsedRefusal(reason) : undefined;
    if (!refusal) {
      if (this.own.waiting > 0) this.#closedFor(code, reason);
      return;
    }
    const refused = await this.own.refuse(refusal.problem, refusal.id);
    if (refused) {
      const message = `The server refused a change: ${refused.label} (${refusal.problem}).`;
      this.#options.events.onNotice('error', message, 'It is kept under Activity. Make the change again, or dismiss it.');
    }
    this.#options.events.onChanged(true);
    outbox.reconnectLater();
  }

  others(): PresenceView[] {
    const { awareness } = this.#documents;
    return awareness ? presentOthers(awareness, this.enrolment?.person) : [];
  }

  presence(where: Parameters<typeof sayWhere>[1]): void {
    const { awareness } = this.#documents;
    if (awareness) sayWhere(awareness, where);
  }

  get unverified(): number {
    return this.#check.unverified;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#tick);
    this.#outbox?.close();
    await this.#documents.close();
    await this.#trustStore.close();
    this.#check.close();
    this.own.close();
    this.store.close();
    this.device.close();
    this.#release();
  }
}

/** Problems that the status names in a place of their own, or that pass by themselves. */
const SAID_ELSEWHERE: ReadonlySet<string> = new Set(['offline', 'distrusted', NEWER_PROTOCOL]);

interface SessionParts {
  readonly device: Device;
  readonly store: StrictStore;
  readonly release: () => void;
  readonly checkOf: Awaited<ReturnType<typeof SignatureCheck.opener>>;
  readonly trustStore: TrustStore;
  readonly verify: Verify;
}

/** `<problem> <entry id>`; a problem is several words. */
function parsedRefusal(reason: string): { problem: string; id: EntryId } | undefined {
  const end = reason.lastIndexOf(' ');
  const id = entryId.safeParse(reason.slice(end + 1));
  return id.success ? { problem: reason.slice(0, Math.max(0, end)), id: id.data } : undefined;
}
