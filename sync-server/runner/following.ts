import type { Clock } from '../../shared/base/clock.ts';
import { unreachable } from '../../shared/base/result.ts';
import { type Instant, MINUTE, type Millis, toInstant } from '../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../shared/model/ids.ts';
import type { ConnectorProblem, FollowState } from '../../shared/model/status.ts';
import { mustNotWait, type StreamEvent } from '../../shared/observed/streamStep.ts';
import { type ActiveSource, type StreamSaid, Unread } from './activeSource.ts';
import { type ConnectorRun, startConnector, type WorkerEnd } from './connectorHost.ts';
import type { AskKeychain } from './keychain.ts';
import type { RunnerLog } from './runner.ts';
import { retryDelay } from './schedule.ts';
import type { SourceStore } from './sourceStore.ts';
import type { AdmittedMessage } from './workerProtocol.ts';

export interface FollowingSurroundings {
  readonly store: SourceStore;
  readonly clock: Clock;
  readonly uploads: string;
  readonly ask: AskKeychain;
  readonly log: RunnerLog;
  /** Events were lost, or the guard wants to judge the whole: list it, and then follow again. */
  wantListing(): void;
}

/** Changes that may wait are made durable this far apart, at least: each commit costs every reader a status. */
const STEP_EVERY: Millis = 200;
/** A cursor alone is made durable this often: a restart goes on from there, and a quiet source costs no commits. */
const CURSOR_EVERY: Millis = 5 * MINUTE;
const LONGEST_RETRY: Millis = 5 * MINUTE;

const ENDED: ConnectorProblem = { code: 'unreachable', message: 'The stream of changes ended', retry: true };
const ALL = 'all' as CoverageId;

/**
 * Follows one source between its listings: a worker of its own from the saved cursor, small durable steps, again with growing pauses
 * when it breaks. A step is acknowledged when it is on disk, so what is not waits in the source.
 */
export class Following {
  readonly #source: ActiveSource;
  readonly #around: FollowingSurroundings;
  #state: 'stopped' | 'following' | 'listing wanted' = 'stopped';
  #worker: ConnectorRun | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #gaps = 0;
  #follow: FollowState | undefined;
  #pending: AdmittedMessage[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** A step could not be kept: nothing that came after it may be, until the stream says it again. */
  #broken = false;
  /** Events were lost, and the listing is about to start: the stream need not be. */
  #listingDue = false;
  #stepping: Promise<void> = Promise.resolve();
  #waiting: PromiseWithResolvers<void> | undefined;
  #lastStep: Millis = 0;
  #lastShown: Millis = 0;
  #lastKept: Millis = 0;
  /** Which system the stream is of: said once, true for all that follows. */
  #place: string | undefined;
  /** Said since the last commit: a checkpoint without a change is not worth one at once. */
  #cursor: string | undefined;

  constructor(source: ActiveSource, around: FollowingSurroundings) {
    this.#source = source;
    this.#around = around;
  }

  /** Does nothing when it follows already. */
  start(): void {
    const every = this.#source.configured.followed;
    if (this.#state === 'following' || every === undefined) return;
    this.#state = 'following';
    const now = this.#around.clock();
    this.#lastKept = now;
    this.#listingDue = false;
    this.#follow = { state: 'connecting', every: Math.round(every), since: toInstant(now), events: 0 };
    void this.#source.beat(undefined, this.#follow);
    this.#connect(every);
  }

  /** Resolves when the last step is on disk, with the cursor behind it. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    clearTimeout(this.#retry);
    clearTimeout(this.#timer);
    this.#worker?.cancel();
    await this.#worker?.ended;
    this.#worker = undefined;
    await this.#stepNow().catch(() => undefined);
    if (this.#cursor !== undefined) await this.#source.step(said([], this.#cursor), true).catch(() => undefined);
    this.#cursor = undefined;
  }

  #connect(every: Millis): void {
    const { registered, own, timeout, settings } = this.#source.configured;
    const { store, uploads, ask } = this.#around;
    // What a quiet stream said of its position is as good as what was kept: everything before it was.
    const cursor = this.#cursor ?? store.memory(this.#source.id).cursor;
    this.#broken = false;
    this.#pending = [];
    this.#waiting = undefined;
    const order = {
      module: registered.module,
      settings: own,
      network: settings.network,
      cursor,
      uploads,
      mode: 'read',
      follow: true,
    } as const;
    this.#place = undefined;
    this.#worker = startConnector(order, Math.max(timeout, 3 * every), (messages) => this.#take(messages), ask);
    void this.#worker.ended.then((end) => this.#ended(end, every));
  }

  #ended(end: WorkerEnd, every: Millis): void {
    if (this.#state !== 'following' || this.#listingDue || end.outcome === 'cancelled') return;
    const problem = end.problem ?? ENDED;
    this.#failures++;
    this.#around.log.warn({ source: this.#source.id, problem: problem.code, failures: this.#failures }, 'a stream broke');
    void this.#show({ state: 'broken', problem });
    const wait = retryDelay(this.#failures, LONGEST_RETRY);
    this.#retry = setTimeout(() => this.#state === 'following' && this.#connect(every), wait).unref();
  }

  #take(messages: readonly AdmittedMessage[]): Promise<void> {
    if (this.#broken) return Promise.reject(new Error('the stream is started again'));
    this.#pending.push(...messages);
    this.#waiting ??= Promise.withResolvers<void>();
    const done = this.#waiting.promise;
    const now = this.#around.clock();
    const at = toInstant(now);
    const urgent = messages.some((message) => isEvent(message) && mustNotWait(message, this.#known(message), at));
    const wait = urgent ? 0 : Math.max(0, this.#lastStep + STEP_EVERY - now);
    clearTimeout(this.#timer);
    if (wait === 0) void this.#stepNow().catch(() => undefined);
    else this.#timer = setTimeout(() => void this.#stepNow().catch(() => undefined), Math.min(wait, STEP_EVERY)).unref();
    return done;
  }

  #known(event: StreamEvent): Uint8Array | undefined {
    const id = event.kind === 'record' ? event.record.externalId : event.externalId;
    return this.#around.store.record(this.#source.id, id);
  }

  /** Steps follow each other; what arrives meanwhile is the next one. */
  #stepNow(): Promise<void> {
    this.#stepping = this.#stepping.catch(() => undefined).then(() => this.#step());
    return this.#stepping;
  }

  async #step(): Promise<void> {
    const messages = this.#pending;
    const waiting = this.#waiting;
    this.#pending = [];
    this.#waiting = undefined;
    if (this.#broken) return waiting?.reject(new Error('the stream is started again'));
    if (messages.length === 0) return waiting?.resolve();
    try {
      await this.#apply(gathered(messages));
      waiting?.resolve();
    } catch (error) {
      // The worker is told: it ends, and what was not kept is said again from the cursor that was. What it had said after that must not be
      // kept before.
      this.#broken = true;
      waiting?.reject(error);
      throw error;
    } finally {
      this.#lastStep = this.#around.clock();
    }
  }

  async #apply(step: StreamSaid): Promise<void> {
    const now = this.#around.clock();
    const heard = heartbeatWithin(step, now);
    const cursor = step.cursor ?? this.#cursor;
    this.#place = step.place ?? this.#place;
    const place = this.#place === undefined ? {} : { place: this.#place };
    const whole = { ...step, ...place, ...heard, ...(cursor === undefined ? {} : { cursor }) };
    if (heard.heartbeat !== undefined) this.#failures = 0;
    if (step.gaps.size > 0) return this.#lost(whole);
    const due = cursor !== undefined && now - this.#lastKept >= CURSOR_EVERY;
    if (step.events.length + step.hints.length > 0 || due) return this.#keep(whole, now, due);
    this.#cursor = cursor;
    await this.#quiet(heard.heartbeat, now);
  }

  async #keep(step: StreamSaid, now: Millis, due: boolean): Promise<void> {
    try {
      const { dangerous, applied, kept } = await this.#source.step(step, due);
      if (dangerous) return this.#list();
      this.#cursor = kept ? undefined : (step.cursor ?? undefined);
      if (!kept && this.#follow?.state === 'live') return await this.#quiet(step.heartbeat, now);
      if (!kept) return await this.#show({ state: 'live' }, step.heartbeat);
      this.#lastKept = now;
      this.#lastShown = now;
      if (this.#follow) this.#follow = { ...this.#follow, events: this.#follow.events + applied };
      if (this.#follow?.state !== 'live') await this.#show({ state: 'live' });
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      await this.#lost({ ...step, hints: [], gaps: new Set([ALL]) });
    }
  }

  /** What cannot be known any more is said at once, and a listing follows; later when it happens again and again. */
  async #lost(step: StreamSaid): Promise<void> {
    await this.#source.step({ ...step, cursor: null });
    this.#cursor = undefined;
    this.#gaps++;
    this.#listingDue = true;
    const wait = this.#gaps === 1 ? 0 : retryDelay(this.#gaps - 1, LONGEST_RETRY);
    this.#around.log.warn({ source: this.#source.id, gaps: this.#gaps }, 'events were lost');
    if (wait === 0) this.#list();
    else this.#retry = setTimeout(() => this.#list(), wait).unref();
  }

  #list(): void {
    if (this.#state !== 'following') return;
    this.#state = 'listing wanted';
    this.#worker?.cancel();
    this.#around.wantListing();
  }

  async #quiet(heartbeat: Instant | undefined, now: Millis): Promise<void> {
    if (heartbeat === undefined) return;
    const every = this.#source.configured.followed ?? 0;
    if (this.#follow?.state === 'live' && now - this.#lastShown < every / 2) return;
    this.#gaps = 0;
    await this.#show({ state: 'live' }, heartbeat);
  }

  async #show(change: Pick<FollowState, 'state' | 'problem'>, heartbeat?: Instant): Promise<void> {
    if (!this.#follow) return;
    const { problem: _solved, ...follow } = this.#follow;
    const since = change.state === follow.state ? follow.since : toInstant(this.#around.clock());
    this.#follow = { ...follow, ...change, since };
    this.#lastShown = this.#around.clock();
    await this.#source.beat(heartbeat, this.#follow);
  }
}

const isEvent = (message: AdmittedMessage): message is AdmittedMessage & StreamEvent =>
  message.kind === 'record' || message.kind === 'deleted';

const said = (events: readonly StreamEvent[], cursor?: string): StreamSaid => ({
  events,
  hints: [],
  happened: new Map(),
  gaps: new Set(),
  ...(cursor === undefined ? {} : { cursor }),
});

/** A source whose clock is ahead of ours does not live in our future. */
function heartbeatWithin({ heartbeat }: StreamSaid, now: Millis): { heartbeat?: Instant } {
  if (heartbeat === undefined) return {};
  return { heartbeat: toInstant(Math.min(now, Date.parse(heartbeat))) };
}

/** Sorts what a stream said since the last step; of a record that was said twice the planner takes the last. */
function gathered(messages: readonly AdmittedMessage[]): StreamSaid {
  const events: StreamEvent[] = [];
  const hints: ExternalId[] = [];
  const happened = new Map<ExternalId, Instant>();
  const gaps = new Set<CoverageId>();
  const last: { place?: string; cursor?: string; heartbeat?: Instant } = {};
  for (const message of messages) {
    switch (message.kind) {
      case 'record':
        events.push(message);
        if (message.at !== undefined) happened.set(message.record.externalId, message.at);
        break;
      case 'deleted':
        events.push(message);
        happened.set(message.externalId, message.at);
        break;
      case 'hint':
        hints.push(message.externalId);
        break;
      case 'gap':
        gaps.add(message.coverage);
        break;
      case 'place':
        last.place = message.place;
        break;
      case 'checkpoint':
        last.cursor = message.cursor;
        break;
      case 'heartbeat':
        last.heartbeat = message.at;
        break;
      case 'refused':
        // A record that cannot be taken over is unknown from now on; the listing says why.
        gaps.add(ALL);
        break;
      case 'coverage':
      case 'coverageDone':
      case 'progress':
      case 'report':
      case 'cleaned':
      case 'planned':
      case 'written':
        break;
      default:
        unreachable(message);
    }
  }
  return { events, hints, happened, gaps, ...last };
}
