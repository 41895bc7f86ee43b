import type { Clock } from '../../shared/base/clock.ts';
import type { HashHex } from '../../shared/base/hash.ts';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { type Instant, type Millis, parseTime, toInstant } from '../../shared/base/time.ts';
import type { CoverageId, ExternalId, SourceId } from '../../shared/model/ids.ts';
import { decodeRecord, type SourceRecord } from '../../shared/model/record.ts';
import type { ConnectorProblem, CoverageState, FollowState, RunSummary, SourceStatus } from '../../shared/model/status.ts';
import { carriedOn, listedAt } from '../../shared/observed/carriedOn.ts';
import { withDelays } from '../../shared/observed/delays.ts';
import { applyAction, type HeldPlan } from '../../shared/observed/heldPlan.ts';
import type { Judgement } from '../../shared/observed/judge.ts';
import { isLive, markDeleted, observe, type PlannedRecord } from '../../shared/observed/observe.ts';
import { countRecords, liveAfter, NO_COUNTS, type PreviousRecords } from '../../shared/observed/plan.ts';
import { confirmedBy, NO_WRITES } from '../../shared/observed/receipts.ts';
import { judgeStep, RecentChanges, type Standing, type StreamEvent, standingAfter, standingOf } from '../../shared/observed/streamStep.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import type { Approvals } from './approvals.ts';
import type { Collected } from './collect.ts';
import { startConnector } from './connectorHost.ts';
import type { AskKeychain } from './keychain.ts';
import { judgeListing, type Listing, startListing } from './listing.ts';
import { afterRun, statusOf, withoutHeld, withReread, withRun } from './runStatus.ts';
import { sendApproved } from './sendApproved.ts';
import { type ConfiguredSource, fullListingOf, listingLife, refuse } from './settings.ts';
import type { SourceStore } from './sourceStore.ts';
import type { AdmittedMessage } from './workerProtocol.ts';

export interface SourceSurroundings {
  readonly store: SourceStore;
  readonly clock: Clock;
  readonly uploads: string;
  readonly ask: AskKeychain;
  readonly decisions: ReadonlyMap<HashHex, 'release' | 'discard'>;
  leftOut(source: SourceId): ReadonlySet<ExternalId>;
  /** A status that is not durable: progress. */
  published(status: SourceStatus): void;
  committed(status: SourceStatus): void;
}

/** How often progress is published, at most: each status costs its readers a struct. */
const PROGRESS_EVERY: Millis = 1_000;

export const previousOf = (store: SourceStore, source: SourceId): PreviousRecords => ({
  get: (id) => store.record(source, id),
  all: () => store.records(source),
});

/** What was planned for a source becomes durable in one step, or not at all. */
export interface Commit {
  readonly records: readonly PlannedRecord[];
  readonly status: SourceStatus;
  readonly run: number;
  readonly cursor?: string | undefined;
  readonly place?: string | undefined;
}

/** One configured source: one thing at a time happens to it (its lease within this process). */
export class ActiveSource {
  configured: ConfiguredSource;
  /** What is held, with all its actions. After a restart empty until the next run. */
  held: readonly HeldPlan[] = [];
  /** Failures in a row that may pass by themselves. */
  failures = 0;
  /** Whether something was listed with the settings in force: until then nothing is sent, it could go to another system. */
  systemKnown = true;
  readonly #around: SourceSurroundings;
  #queue: Promise<unknown> = Promise.resolve();
  #listing: Listing | undefined;
  /** Counted when a stream starts; a listing in between makes it stale. */
  #standing: Standing | undefined;
  readonly #recent = new RecentChanges();
  readonly #measured: Millis[] = [];

  constructor(configured: ConfiguredSource, around: SourceSurroundings) {
    this.configured = configured;
    this.#around = around;
  }

  get id(): SourceId {
    return this.configured.settings.id;
  }

  status(): SourceStatus {
    return statusOf(this.configured, this.#around.store.status(this.id));
  }

  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work, work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  cancel(): void {
    this.#listing?.cancel();
  }

  /** Lists, judges and commits. A cancelled listing changes nothing. */
  list(trigger: RunSummary['trigger']): Promise<RunSummary> {
    return this.exclusive(() => this.#list(trigger));
  }

  async #list(trigger: RunSummary['trigger']): Promise<RunSummary> {
    const { store, clock, uploads, ask, decisions } = this.#around;
    const { place, durableRun } = store.memory(this.id);
    const status = this.status();
    const started = clock();
    this.#standing = undefined;
    this.#listing = startListing({
      configured: this.configured,
      previous: previousOf(store, this.id),
      known: status,
      cursor: this.#mayGoOn(status, started) ? store.memory(this.id).cursor : undefined,
      mode: 'read',
      leftOut: this.#around.leftOut(this.id),
      uploads,
      ask,
      started,
      onProgress: this.#progressPublisher(status, started),
    });
    const slow = setTimeout(() => this.#around.published({ ...status, state: 'running' }), PROGRESS_EVERY).unref();
    const listed = await this.#listing.result;
    clearTimeout(slow);
    this.#listing = undefined;
    const { asOf } = listed.collected;
    const about = { id: durableRun + 1, started: toInstant(started), ended: toInstant(clock()), asOf, trigger };
    if (listed.end.outcome === 'cancelled') {
      this.#around.published(status);
      return { ...about, outcome: 'cancelled', counts: NO_COUNTS, problems: [] };
    }
    // What a stream applied in drops is judged with what its listing finds: either alone may be under every threshold.
    const recent = trigger === 'event' ? this.#recent.counts(clock()) : undefined;
    const judgement = judgeListing(this.configured, status, place, listed, decisions, recent);
    const run = toSummary(about, judgement);
    const after = afterRun(status, run, judgement);
    await this.commit({
      records: judgement.apply,
      status: this.#withMeasured(this.#confirmed(after, judgement.apply, (record) => listedAsOf(record, listed.collected, judgement))),
      run: run.id,
      ...this.#memoryAfter(judgement, listed.collected),
    });
    const durable = clock();
    this.#measured.push(...judgement.apply.flatMap((record) => delayOf(listed.collected.happened.get(record.externalId), durable)));
    this.held = stillPlanned(this.held, judgement, this.status());
    if (judgement.outcome !== 'failed') this.systemKnown = true;
    return run;
  }

  /** A cursor to go on from is only as good as the complete listing under it, and what is held is in no cursor. */
  #mayGoOn(status: SourceStatus, now: Millis): boolean {
    if (status.held.length > 0 || status.coverage.length === 0) return false;
    return status.coverage.every((state) => !state.gap && now - listedAt(state) <= fullListingOf(this.configured));
  }

  /** Everything that was listed is known, nothing waits for a person, and the stream knows where to go on: no scan is needed. */
  mayResume(): boolean {
    const status = this.status();
    const { cursor } = this.#around.store.memory(this.id);
    const whole = status.coverage.every(({ outcome }) => outcome === 'complete');
    return this.configured.followed !== undefined && cursor !== undefined && whole && this.#mayGoOn(status, this.#around.clock());
  }

  /** What is held is not durable: a cursor past it would lose it, and a doubtful place must not become the known one. */
  #memoryAfter(
    judgement: Judgement,
    collected: { cursor?: string; place?: string },
  ): { cursor?: string | undefined; place?: string | undefined } {
    const last = this.#around.store.memory(this.id);
    // A stream's cursor says where events go on, whatever of the listing was denied.
    const goesOn = judgement.outcome === 'partial' ? this.configured.followed !== undefined : judgement.outcome !== 'failed';
    const settled = goesOn && judgement.held.length + judgement.discarded.length === 0;
    const wrongPlace = [...judgement.held, ...judgement.discarded].some((plan) => plan.group === 'everything');
    return {
      cursor: settled ? (collected.cursor ?? last.cursor) : last.cursor,
      place: wrongPlace ? last.place : (collected.place ?? last.place),
    };
  }

  #progressPublisher(status: SourceStatus, started: Millis): (progress: NonNullable<SourceStatus['progress']>) => void {
    let last = started;
    return (progress) => {
      const now = this.#around.clock();
      if (now - last < PROGRESS_EVERY) return;
      last = now;
      this.#around.published({ ...status, state: 'running', progress });
    };
  }

  async commit({ records, status, run, cursor, place }: Commit): Promise<void> {
    const changes = records.map(({ externalId, bytes, hash }) => ({ externalId, bytes, hash }));
    const memory = { run, ...(cursor === undefined ? {} : { cursor }), ...(place === undefined ? {} : { place }) };
    await this.#around.store.commit(this.id, changes, status, memory);
    this.#around.committed(status);
  }

  /** A commit that is no listing leaves cursor and place as they are. */
  async #commitBeside(records: readonly PlannedRecord[], status: SourceStatus): Promise<number> {
    this.#standing = undefined;
    const { cursor, place, durableRun } = this.#around.store.memory(this.id);
    await this.commit({ records, status, run: durableRun + 1, cursor, place });
    return durableRun + 1;
  }

  /** Does what a held part says, to the records as they are now. */
  release(plan: HeldPlan): Promise<RunSummary> {
    return this.exclusive(async () => {
      const { store, clock } = this.#around;
      const now = toInstant(clock());
      const records = plan.actions.flatMap((action) => applyAction(store.record(this.id, action.externalId), action) ?? []);
      const status = withoutHeld(this.status(), plan.part.digest);
      const id = store.memory(this.id).durableRun + 1;
      const run: RunSummary = {
        id,
        started: now,
        ended: now,
        asOf: plan.part.since,
        outcome: 'complete',
        counts: countRecords(records),
        problems: [],
        trigger: 'release',
      };
      await this.#commitBeside(records, withRun({ ...status, coverage: confirmedCoverage(status, plan, records, now) }, run));
      this.held = this.held.filter((held) => held !== plan);
      return run;
    });
  }

  discard(digest: HashHex): Promise<void> {
    return this.exclusive(async () => {
      await this.#commitBeside([], withoutHeld(this.status(), digest));
      this.held = this.held.filter((plan) => plan.part.digest !== digest);
    });
  }

  reread(externalId: ExternalId): Promise<Result<'unchanged' | 'changed' | 'gone', ApiError>> {
    return this.exclusive(async () => {
      const { store, clock } = this.#around;
      const at = toInstant(clock());
      const answer = await this.#ask(externalId);
      const previous = store.record(this.id, externalId);
      const planned = answer.ok ? plannedAnswer(previous, answer.value, at) : undefined;
      const outcome = !answer.ok ? 'failed' : answer.value.kind === 'deleted' ? 'gone' : planned ? 'changed' : 'unchanged';
      const records = planned ? [planned] : [];
      const status = withReread(this.status(), { externalId, at, outcome });
      const read = (record: SourceRecord): Instant | undefined => (answer.ok && record.externalId === externalId ? at : undefined);
      await this.#commitBeside(records, this.#confirmed(status, records, read));
      if (!answer.ok) return refuse(answer.error.code, answer.error.message, answer.error.wayOut, answer.error.retry);
      return ok(outcome === 'failed' ? 'unchanged' : outcome);
    });
  }

  /**
   * One durable step of a stream: what its events change, and the cursor behind them. `null` forgets the cursor: events were lost.
   * @param keepAnyway make the cursor durable although nothing changed.
   */
  step(said: StreamSaid, keepAnyway = false): Promise<StepResult> {
    return this.exclusive(async () => {
      const { store, clock } = this.#around;
      const memory = store.memory(this.id);
      const reread = await this.#rereadHints(said.hints);
      const status = this.status();
      this.#standing ??= standingOf(previousOf(store, this.id));
      const now = clock();
      const verdict = judgeStep({
        source: this.id,
        events: [...said.events.filter((event) => !reread.has(idOf(event))), ...reread.values()],
        previous: previousOf(store, this.id),
        standing: this.#standing,
        known: status.coverage,
        runs: status.runs,
        lastPlace: memory.place,
        place: said.place,
        thresholds: this.configured.thresholds,
        recent: this.#recent.counts(now),
        held: new Set(this.held.flatMap((plan) => (plan.group === 'removals' ? [] : plan.actions.map(({ externalId }) => externalId)))),
        now: toInstant(now),
      });
      const standing = standingAfter(this.#standing, verdict.apply);
      const cursor = said.cursor === null ? undefined : verdict.dangerous ? memory.cursor : (said.cursor ?? memory.cursor);
      // What a stream says again of a record is an observation of it, also where nothing changed.
      const heard = new Set([...said.events.map(idOf), ...reread.keys()]);
      const asOfOf = (record: SourceRecord): Instant | undefined => (heard.has(record.externalId) ? toInstant(now) : undefined);
      const after = this.#confirmed(this.#afterStep(status, said, verdict.apply.length, standing), verdict.apply, asOfOf);
      const { dangerous } = verdict;
      // A source that says again what is known costs no commit.
      const isNews = verdict.apply.length > 0 || said.gaps.size > 0 || said.cursor === null || after.writes !== status.writes;
      if (!isNews && !keepAnyway) return { dangerous, applied: 0, kept: false };
      const next = this.#withMeasured(after);
      await this.commit({ records: verdict.apply, status: next, run: memory.durableRun + 1, cursor, place: memory.place });
      this.#standing = standing;
      this.#recent.add(verdict.apply, now);
      const durable = clock();
      this.#measured.push(...verdict.apply.flatMap(({ externalId }) => delayOf(said.happened.get(externalId), durable)));
      return { dangerous, applied: verdict.apply.length, kept: true };
    });
  }

  #afterStep(status: SourceStatus, said: StreamSaid, applied: number, { live }: Standing): SourceStatus {
    const coverage = status.coverage.map((state) => {
      const counted = { ...state, records: Math.max(0, live.get(state.id) ?? 0) };
      return said.gaps.has(state.id) || said.gaps.has('all' as CoverageId) ? { ...counted, gap: true } : counted;
    });
    return {
      ...withHeartbeat({ ...status, coverage }, said.heartbeat, this.configured),
      ...(status.follow ? { follow: { ...status.follow, events: status.follow.events + applied } } : {}),
    };
  }

  /** A sign of life that is shown and not kept: what it carries on is true again after the next one. */
  beat(heartbeat: Instant | undefined, follow: FollowState | undefined): Promise<void> {
    return this.exclusive(async () => {
      const { follow: _before, ...status } = this.#withMeasured(withHeartbeat(this.status(), heartbeat, this.configured));
      this.#around.published({ ...status, ...(follow ? { follow } : {}) });
    });
  }

  /** A delay is known only after its commit: the next status says it, whichever that is. */
  #withMeasured(status: SourceStatus): SourceStatus {
    if (this.#measured.length === 0) return status;
    return { ...status, delays: withDelays(status.delays, this.#measured.splice(0)) };
  }

  /** @throws Unread when the source did not answer: what the hint was about is then unknown. */
  async #rereadHints(hints: readonly ExternalId[]): Promise<ReadonlyMap<ExternalId, StreamEvent>> {
    const answers = new Map<ExternalId, StreamEvent>();
    for (const externalId of new Set(hints)) {
      const answer = await this.#ask(externalId);
      if (answer.ok) answers.set(externalId, answer.value);
      else throw new Unread(answer.error);
    }
    return answers;
  }

  /** Sends what was approved. Nothing else happens to the source meanwhile. @returns whether something is left to try again. */
  send(approvals: Approvals): Promise<boolean> {
    const { store, clock, uploads, ask } = this.#around;
    return this.exclusive(() =>
      sendApproved({
        configured: this.configured,
        approvals,
        clock,
        uploads,
        ask,
        system: () => this.system,
        writes: () => store.status(this.id)?.writes ?? NO_WRITES,
        keep: async (writes) => void (await this.#commitBeside([], { ...this.status(), writes })),
      }),
    );
  }

  /** Which system the last listing came from; undefined until the settings in force were listed with. */
  get system(): string | undefined {
    return this.systemKnown ? (this.#around.store.memory(this.id).place ?? '') : undefined;
  }

  /** What was sent and has come back is confirmed by the observation that says so. */
  #confirmed(status: SourceStatus, records: readonly PlannedRecord[], asOfOf: (record: SourceRecord) => Instant | undefined): SourceStatus {
    if (!status.writes) return status;
    const changed = new Map(records.map((record) => [record.externalId, record.after]));
    const writes = confirmedBy(status.writes, ({ externalId }) => {
      const bytes = changed.has(externalId) ? undefined : this.#around.store.record(this.id, externalId);
      const record = changed.get(externalId) ?? (bytes && decodeRecord(bytes));
      const asOf = record && isLive(record) ? asOfOf(record) : undefined;
      return record && asOf ? { fields: record.fields, asOf } : undefined;
    });
    return writes === status.writes ? status : { ...status, writes };
  }

  async #ask(externalId: ExternalId): Promise<Result<Answer, ConnectorProblem>> {
    const { registered, own, timeout, settings } = this.configured;
    let answer: Answer | undefined;
    let trouble: ConnectorProblem | undefined;
    const take = (message: AdmittedMessage): void => {
      if (message.kind === 'record' && message.record.externalId === externalId) answer = message;
      if (message.kind === 'deleted' && message.externalId === externalId) answer = message;
      if (message.kind === 'coverageDone') trouble ??= message.problems[0];
      if (message.kind === 'refused')
        trouble ??= { code: 'malformed', message: `The record could not be taken over (${message.reason})`, retry: false };
    };
    const order = {
      module: registered.module,
      settings: own,
      network: settings.network,
      cursor: undefined,
      uploads: this.#around.uploads,
      mode: 'read',
      reread: externalId,
    } as const;
    const end = await startConnector(order, timeout, (messages) => messages.forEach(take), this.#around.ask).ended;
    const nothing: ConnectorProblem = { code: 'not found', message: 'The source said nothing about this record', retry: true };
    return answer ? ok(answer) : err(end.problem ?? trouble ?? nothing);
  }
}

/** What a stream said since its last durable step. */
export interface StreamSaid {
  readonly events: readonly StreamEvent[];
  readonly hints: readonly ExternalId[];
  readonly happened: ReadonlyMap<ExternalId, Instant>;
  readonly gaps: ReadonlySet<CoverageId>;
  readonly place?: string;
  /** null: the one that is known leads nowhere. */
  readonly cursor?: string | null;
  readonly heartbeat?: Instant;
}

export interface StepResult {
  /** A part was left to a full listing, because the guard would hold it. */
  readonly dangerous: boolean;
  readonly applied: number;
  /** Whether anything was made durable. */
  readonly kept: boolean;
}

/** A record that a hint named could not be read. */
export class Unread extends Error {
  readonly problem: ConnectorProblem;
  constructor(problem: ConnectorProblem) {
    super(problem.code);
    this.problem = problem;
  }
}

const idOf = (event: StreamEvent): ExternalId => (event.kind === 'record' ? event.record.externalId : event.externalId);

const delayOf = (happened: Instant | undefined, now: Millis): Millis[] => {
  const at = happened === undefined ? undefined : parseTime(happened);
  return at === undefined ? [] : [now - at];
};

/**
 * A living stream has said everything up to its heartbeat, so what it carries is known up to then; one that promises no delivery only
 * lives. A clock of the source that is ahead of ours must not make evidence of the future.
 */
function withHeartbeat(status: SourceStatus, heartbeat: Instant | undefined, configured: ConfiguredSource): SourceStatus {
  if (heartbeat === undefined || (status.heartbeat !== undefined && heartbeat <= status.heartbeat)) return status;
  if (configured.traits.mechanism !== 'stream') return { ...status, heartbeat };
  const life = listingLife(configured);
  return { ...status, heartbeat, coverage: status.coverage.map((state) => carriedOn(state, heartbeat, life)) };
}

type Answer = AdmittedMessage & { kind: 'record' | 'deleted' };

const plannedAnswer = (previous: Uint8Array | undefined, answer: Answer, at: Instant): PlannedRecord | undefined =>
  answer.kind === 'record' ? observe(previous, answer.record, at) : markDeleted(previous, { at: answer.at, evidence: answer.evidence });

export function toSummary(about: Omit<RunSummary, 'outcome' | 'counts' | 'problems'>, judgement: Judgement): RunSummary {
  return { ...about, outcome: judgement.outcome, counts: judgement.counts, problems: [...judgement.problems] };
}

/** When a listing saw this record; undefined where its coverage did not come to its end. */
function listedAsOf({ coverage, externalId }: SourceRecord, { listed }: Collected, { apply }: Judgement): Instant | undefined {
  const found = listed.find(({ id }) => id === coverage);
  return found?.outcome === 'complete' || apply.some((record) => record.externalId === externalId) ? found?.asOf : undefined;
}

/** Plans of what is still held: an incomplete run could not recompute them. */
export function stillPlanned(known: readonly HeldPlan[], judgement: Judgement, status: SourceStatus): readonly HeldPlan[] {
  const digests = new Set(status.held.map((part) => part.digest));
  const now = new Set(judgement.held.map((plan) => plan.part.digest));
  return [...judgement.held, ...known.filter((plan) => digests.has(plan.part.digest) && !now.has(plan.part.digest))];
}

/** A person confirmed: the listing counts as complete, and the seven-day high starts again. */
function confirmedCoverage(status: SourceStatus, plan: HeldPlan, records: readonly PlannedRecord[], now: Instant): CoverageState[] {
  const live = liveAfter(new Map(status.coverage.map((state) => [state.id, state.records])), records);
  return status.coverage.map((state) => {
    const count = Math.max(0, live.get(state.id) ?? state.records);
    if (!plan.coverages.includes(state.id) || plan.group !== 'removals') return { ...state, records: count };
    const asOf = state.outcome === 'complete' ? { completeAsOf: state.lastAttempt } : {};
    return { ...state, ...asOf, records: count, high: { records: count, at: now } };
  });
}
