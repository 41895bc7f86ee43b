import { SECOND } from '../../shared/base/time.ts';
import type { EngineApi, EngineEvent, EngineStart, EngineStatus } from '../../shared/bridge/engine.ts';
import type { SpaceInfo } from '../../shared/wire/http.ts';
import { Coalesced } from './coalesced.ts';
import { engineApi } from './engineApi.ts';
import { statusOf } from './engineStatus.ts';
import { hearSpace } from './hearSpace.ts';
import type { EngineHost } from './host.ts';
import { Joining } from './joining.ts';
import { type KnownSpaces, openKnownSpaces } from './knownSpaces.ts';
import { ServerClient } from './serverClient.ts';
import { ServerClock } from './serverClock.ts';
import { type SessionEvents, SpaceSession } from './spaceSession.ts';

/** About two frames: quick to the eye, and a burst of entries is one announcement. */
const PAUSE = 30;
const RETRY = 3 * SECOND;

/**
 * The engine of one server's space on this device. It opens from disk alone when the server is away, recognises another
 * space at the same address, and tells every page what changes. Nothing that arrives may stop it: what cannot be used is
 * reported with a way out.
 */
export class Engine {
  readonly api: EngineApi;
  readonly #host: EngineHost;
  readonly #client: ServerClient;
  readonly #joining: Joining;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #changed = new Coalesced(() => this.#announceChange(), PAUSE);
  readonly #statusChanged = new Coalesced(() => this.#announceStatus(), PAUSE);
  #clock: ServerClock;
  #known: KnownSpaces | undefined;
  #info: SpaceInfo | undefined;
  #session: SpaceSession | undefined;
  #phase: EngineStatus['phase'] = 'starting';
  #progress = 0;
  #problem: EngineStatus['problem'];
  #persisted = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #opening: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(host: EngineHost, start: EngineStart) {
    this.#host = host;
    this.#client = new ServerClient(host.fetch, start.server);
    this.#clock = new ServerClock(host.now, undefined);
    this.#joining = new Joining({
      client: this.#client,
      session: () => this.#session,
      reopen: () => (this.#info ? this.#open(this.#info) : Promise.resolve()),
      now: () => this.#clock.now,
    });
    this.api = engineApi({
      session: () => this.#session,
      status: () => this.status(),
      joining: this.#joining,
      server: this.#client.server,
      now: () => this.#clock.now,
      random: host.random,
      onOwnChange: () => this.#changed.now(),
    });
  }

  /** @returns a disposer. */
  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Never rejects: what goes wrong is in the status. */
  async start(): Promise<void> {
    try {
      this.#known ??= await openKnownSpaces(this.#host);
      const known = await this.#known.get(this.#client.server);
      if (known) {
        this.#clock = new ServerClock(this.#host.now, known.clock);
        await this.#open(known.info);
      }
      await this.#recognise();
    } catch (error) {
      this.#fail('This device cannot open its copy of the register.', `Allow this site to store data, and reload. (${lineOf(error)})`);
    }
  }

  async #recognise(): Promise<void> {
    if (this.#closed) return;
    const heard = await hearSpace(this.#client);
    if (heard.ok) return this.#heard(heard.value);
    if (!this.#session) this.#fail(heard.error.message, 'Start the server; this page opens by itself then.');
    this.#retry = setTimeout(() => void this.#recognise(), RETRY);
  }

  /** The server said who it is: the clock follows, and another space than the one that is open replaces it. */
  async #heard(info: SpaceInfo): Promise<void> {
    const mark = this.#clock.hear(info.time);
    if (mark) await this.#known?.put(this.#client.server, { info, clock: mark });
    const before = this.#info;
    if (before && before.space !== info.space) this.#emit({ kind: 'notice', tone: 'warning', message: replacedText(info) });
    const other = before !== undefined && (before.space !== info.space || before.epoch !== info.epoch);
    if (other || !this.#session) await this.#open(info);
    this.#info = info;
    this.#statusChanged.soon();
  }

  #open(info: SpaceInfo): Promise<void> {
    this.#opening = this.#opening.catch(() => undefined).then(() => this.#openNow(info));
    return this.#opening;
  }

  async #openNow(info: SpaceInfo): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
    this.#info = info;
    this.#enter('loading');
    const session = await SpaceSession.open({ host: this.#host, client: this.#client, info, clock: this.#clock, events: this.#events() });
    if (this.#closed) return session.close();
    this.#session = session;
    const loaded = session.load();
    await Promise.race([loaded, session.opening.usable]);
    if (session.enrolment && !this.#closed) this.#enter('ready');
    await loaded;
    await this.#admit(session);
  }

  /**
   * A device that was enrolled before works at once; one that was not may have been meanwhile. Who looks at the register is
   * part of how it is projected: it is opened again for a person who has just become known.
   */
  async #admit(session: SpaceSession): Promise<void> {
    if (!session.enrolment) {
      const ticket = await session.tickets.get();
      if (!ticket.ok || !this.#info) return this.#enter('not enrolled');
      const { person, personName, role, remit } = ticket.value;
      await session.device.remember({ person, personName, role, remit });
      return this.#openNow(this.#info);
    }
    this.#enter('ready');
    session.connect();
    this.#changed.now();
  }

  #events(): SessionEvents {
    return {
      onChanged: (own) => (own ? this.#changed.now() : this.#changed.soon()),
      onStatus: () => this.#statusChanged.soon(),
      onProgress: (done, total) => {
        this.#progress = total === 0 ? 0 : done / total;
        if (this.#phase === 'loading') this.#statusChanged.soon();
      },
      onNotice: (tone, message, wayOut) =>
        this.#emit(wayOut === undefined ? { kind: 'notice', tone, message } : { kind: 'notice', tone, message, wayOut }),
      onSpace: (info) => void this.#heard(info),
      onBusy: () => this.#fail('Another window of this browser has this register open in another version.', 'Close that window.'),
    };
  }

  status(): EngineStatus {
    const session = this.#session;
    const rejected = session?.rejected;
    return statusOf({
      phase: this.#phase,
      progress: this.#progress,
      problem: this.#problem ?? (rejected && { message: rejected.message, ...(rejected.wayOut ? { wayOut: rejected.wayOut } : {}) }),
      info: this.#info,
      server: this.#client.server,
      clock: this.#clock,
      persisted: this.#persisted,
      session,
    });
  }

  /** The browser's answer to the page that asked for storage that is not cleared. */
  set persisted(persisted: boolean) {
    this.#persisted = persisted;
    this.#statusChanged.soon();
  }

  /** The network may be back. */
  hurry(): void {
    this.#session?.hurry();
  }

  /** For what went wrong outside any call. */
  report(error: unknown): void {
    this.#emit({ kind: 'notice', tone: 'error', message: `Something went wrong inside: ${lineOf(error)}`, wayOut: 'Reload the page.' });
  }

  #enter(phase: EngineStatus['phase']): void {
    this.#phase = phase;
    this.#problem = undefined;
    this.#statusChanged.now();
  }

  #fail(message: string, wayOut: string): void {
    this.#phase = 'failed';
    this.#problem = { message, wayOut };
    this.#statusChanged.now();
  }

  #announceChange(): void {
    this.#emit({ kind: 'changed', version: this.#session?.register.version ?? 0 });
    this.#statusChanged.now();
  }

  #announceStatus(): void {
    if (this.#listeners.size > 0 && !this.#closed) this.#emit({ kind: 'status', status: this.status() });
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#joining.stop();
    this.#changed.stop();
    this.#statusChanged.stop();
    await this.#opening.catch(() => undefined);
    await this.#session?.close();
    this.#known?.close();
  }
}

const lineOf = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';

const replacedText = (now: SpaceInfo): string =>
  `Another register is at this address now: ${now.name}. Changes that waited for the former one stay on this device.`;
