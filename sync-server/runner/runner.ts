import { existsSync } from 'node:fs';
import type { Clock } from '../../shared/base/clock.ts';
import type { HashHex } from '../../shared/base/hash.ts';
import { ok, type Result } from '../../shared/base/result.ts';
import { toInstant } from '../../shared/base/time.ts';
import type { ExternalId, SourceId } from '../../shared/model/ids.ts';
import type { RunCounts, RunSummary, SourceStatus } from '../../shared/model/status.ts';
import { isApplied, NO_WRITES } from '../../shared/observed/receipts.ts';
import type { ApiError, DryRunReply, SourceSettings } from '../../shared/wire/http.ts';
import type { Delivery } from '../connectors/connector.ts';
import { CONNECTORS, type RegisteredConnector } from '../connectors/registry.ts';
import type { PlannedWrite, WriteWish } from '../connectors/writeBack.ts';
import { ActiveSource, stillPlanned, toSummary } from './activeSource.ts';
import { type Approvals, NO_APPROVALS } from './approvals.ts';
import { Deliveries, type DeliveryOutcome } from './deliveries.ts';
import { heldReply, preview } from './dryRun.ts';
import { Following } from './following.ts';
import { type AskKeychain, noKeychain } from './keychain.ts';
import { PlanShelf, type ShelvedPlan } from './planShelf.ts';
import { Retries } from './retries.ts';
import { type RunnerState, readSettings, readState, writeSettings, writeState } from './runnerFiles.ts';
import type { RunnerService } from './runnerService.ts';
import { afterRun, lastRunTime, statusOf, withNextRun } from './runStatus.ts';
import { openApprovals } from './sendApproved.ts';
import { type ConfiguredSource, configure, refuse } from './settings.ts';
import { Slots } from './slots.ts';
import type { SourceStore } from './sourceStore.ts';
import { Timetable } from './timetable.ts';
import { removeUpload, settledUpload, sweepUploads, uploadOf } from './uploads.ts';
import { WriteThread } from './writeThread.ts';

/** The part of a pino logger that the runner uses. */
export interface RunnerLog {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}

export interface RunnerOptions {
  readonly store: SourceStore;
  /** `sources.json` in the data directory, 0600. */
  readonly settingsFile: string;
  /** Where dropped spreadsheets are kept. */
  readonly uploadsDir: string;
  readonly clock: Clock;
  readonly log: RunnerLog;
  /** Hears every status, durable or not. */
  readonly onStatus?: (source: SourceId, status: SourceStatus) => void;
  readonly registry?: readonly RegisteredConnector[];
  /** Where `{ keychain }` references are resolved: the desktop program that started this server. */
  readonly keychain?: AskKeychain;
  /** Where approvals of what is sent to sources are found and verified. Absent: nothing is ever sent. */
  readonly approvals?: Approvals;
  /** `false`: nothing runs by itself, neither at the start nor by the clock nor by a watch. For a command that starts its own server. */
  readonly background?: boolean;
}

/** Workers at the same time. A source that hangs holds one until its timeout. */
const WORKERS = 8;

/** Records that were written to and are read again by themselves; more of them are one listing. */
const REREAD_ONE_BY_ONE = 5;

const noSource = (id: string) => refuse('no such source', `There is no source "${id.slice(0, 64)}"`, 'See the list of sources.');
const noPlan = () => refuse('no such plan', 'This plan is not known any more', 'Run the dry run again.');

/** Runs connectors, plans, asks the guard, and commits. The only writer of source and status documents. */
export class Runner implements RunnerService {
  readonly #options: RunnerOptions;
  readonly #registry: readonly RegisteredConnector[];
  readonly #sources = new Map<SourceId, ActiveSource>();
  /** Settings that this version does not understand: kept, shown in the log, not run. */
  #unusable: readonly SourceSettings[] = [];
  readonly #running = new Map<SourceId, Promise<Result<RunSummary, ApiError>>>();
  /** Sources that are followed between their listings. */
  readonly #following = new Map<SourceId, Following>();
  readonly #slots = new Slots(WORKERS);
  readonly #plans: PlanShelf;
  readonly #ask: AskKeychain;
  readonly #state: RunnerState;
  readonly #timetable: Timetable;
  readonly #retries: Retries;
  readonly #deliveries: Deliveries;
  #stopped = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#registry = options.registry ?? CONNECTORS;
    this.#ask = options.keychain ?? noKeychain;
    this.#plans = new PlanShelf(options.clock);
    this.#state = readState(options.settingsFile);
    this.#deliveries = new Deliveries(options.clock, this.#ask, {
      reread: (id, record) => this.reread(id, record),
      list: (id) => this.run(id, 'event'),
    });
    this.#retries = new Retries((id) => this.sendSoon(id));
    this.#timetable = new Timetable(options.clock, (id, trigger) => void this.run(id, trigger));
  }

  /** Reads the settings file, schedules every source and starts each that is not paused: with a listing, or where its stream left off. */
  async start(): Promise<Result<null, ApiError>> {
    const settings = readSettings(this.#options.settingsFile);
    if (!settings.ok) return settings;
    const unusable: SourceSettings[] = [];
    for (const one of settings.value) {
      const configured = await this.#configure(one);
      if (configured.ok) {
        const source = await this.#activate(configured.value);
        if (!one.paused && this.#options.background !== false) this.#begin(source);
        this.sendSoon(one.id);
      } else {
        unusable.push(one);
        this.#options.log.error({ source: one.id, problem: configured.error.message }, 'a source cannot be used');
      }
    }
    this.#unusable = unusable;
    if (existsSync(this.#options.uploadsDir)) sweepUploads(this.#options.uploadsDir, this.list(), this.#options.clock());
    return ok(null);
  }

  list(): readonly SourceSettings[] {
    return [...[...this.#sources.values()].map((source) => source.configured.settings), ...this.#unusable];
  }

  status(id: SourceId): SourceStatus | undefined {
    const source = this.#sources.get(id);
    return source ? withNextRun(source.status(), this.#timetable.nextRun(id)) : this.#options.store.status(id);
  }

  async add(settings: unknown, options: { run?: boolean } = {}): Promise<Result<{ id: SourceId }, ApiError>> {
    const configured = await this.#configure(settings);
    if (!configured.ok) return configured;
    const { id, paused } = configured.value.settings;
    if (this.list().some((source) => source.id === id)) {
      return refuse('source exists', `There is a source "${id}" already`, 'Choose another id, or change that source.');
    }
    await this.#activate(configured.value);
    this.#save();
    if (options.run !== false && !paused) void this.run(id, 'start');
    return ok({ id });
  }

  async update(id: SourceId, settings: unknown): Promise<Result<{ id: SourceId }, ApiError>> {
    if (!this.list().some((source) => source.id === id)) return noSource(id);
    const configured = await this.#configure(settings);
    if (!configured.ok) return configured;
    if (configured.value.settings.id !== id) return refuse('bad settings', 'id: a source keeps its id', 'Add a new source instead.');
    this.#unusable = this.#unusable.filter((source) => source.id !== id);
    const source = await this.#activate(configured.value);
    source.systemKnown = false;
    this.#save();
    if (configured.value.settings.paused) await this.#following.get(id)?.stop();
    else void this.run(id, 'person');
    return ok({ id });
  }

  async remove(id: SourceId): Promise<Result<null, ApiError>> {
    if (!this.list().some((source) => source.id === id)) return noSource(id);
    this.#timetable.remove(id);
    this.cancel(id);
    await this.#running.get(id);
    await this.#following.get(id)?.stop();
    this.#following.delete(id);
    this.#sources.delete(id);
    this.#unusable = this.#unusable.filter((source) => source.id !== id);
    this.#state.leftOut.delete(id);
    this.#save();
    await this.#options.store.remove(id);
    return ok(null);
  }

  async dryRun(settings: unknown, options: { mode?: 'list only' | 'read'; keep?: boolean } = {}): Promise<Result<DryRunReply, ApiError>> {
    const configured = await this.#configure(settings);
    if (!configured.ok) return configured;
    const { store, clock, uploadsDir } = this.#options;
    const plan = await this.#slots.use(() =>
      preview({ configured: configured.value, store, clock, uploads: uploadsDir, ask: this.#ask, mode: options.mode ?? 'read' }),
    );
    if (options.keep !== false) this.#plans.put(plan);
    return ok(plan.reply);
  }

  plan(digest: HashHex): DryRunReply | undefined {
    const shelved = this.#plans.get(digest);
    if (shelved) return shelved.reply;
    for (const source of this.#sources.values()) {
      const reply = heldReply(source, digest, this.#options.clock());
      if (reply) return reply;
    }
    return undefined;
  }

  async apply(
    digest: HashHex,
    only?: readonly ExternalId[],
  ): Promise<Result<{ source: SourceId; run: number; counts: RunCounts }, ApiError>> {
    const plan = this.#plans.get(digest);
    if (!plan)
      return this.plan(digest) ? refuse('held', 'A held part is released by a signed entry', 'Release it in the inbox.') : noPlan();
    const { id } = plan.configured.settings;
    const fresh = !this.#sources.has(id);
    const upload = plan.mode === 'read' ? uploadOf(plan.configured.settings) : undefined;
    const source = await this.#activate(upload === undefined ? plan.configured : settledUpload(plan.configured));
    const applied = await source.exclusive(() => this.#applyPlan(source, plan, only));
    if (!applied.ok) {
      if (fresh) this.#deactivate(id);
      return applied;
    }
    this.#plans.remove(digest);
    this.#save();
    if (upload !== undefined) removeUpload(this.#options.uploadsDir, upload);
    if (plan.mode === 'list only' && !plan.configured.settings.paused) void this.run(id, 'person');
    else this.#follow(source);
    return applied;
  }

  /** Exactly that plan on exactly those records, or a refusal. */
  async #applyPlan(
    source: ActiveSource,
    plan: ShelvedPlan,
    only: readonly ExternalId[] | undefined,
  ): Promise<Result<{ source: SourceId; run: number; counts: RunCounts }, ApiError>> {
    const { store, clock } = this.#options;
    const { durableRun } = store.memory(source.id);
    if (durableRun !== plan.base) {
      return refuse('plan outdated', 'The records of this source changed since the dry run', 'Run the dry run again.');
    }
    const chosen = only && new Set(only);
    const records = plan.judgement.apply.filter((record) => !chosen || chosen.has(record.externalId));
    const judgement = chosen ? narrowed(plan, records) : plan.judgement;
    const { asOf, cursor, place } = plan.collected;
    const about = { id: durableRun + 1, started: asOf, ended: toInstant(clock()), asOf, trigger: 'person' as const };
    const run = toSummary(about, judgement);
    const status = afterRun(source.status(), run, judgement);
    await source.commit({ records, status, run: run.id, cursor: judgement.outcome === 'complete' ? cursor : undefined, place });
    source.held = stillPlanned(source.held, judgement, source.status());
    this.#leaveOut(source.id, plan, chosen);
    return ok({ source: source.id, run: run.id, counts: run.counts });
  }

  /** What a person did not choose is not added by the next run either. */
  #leaveOut(id: SourceId, plan: ShelvedPlan, chosen: ReadonlySet<ExternalId> | undefined): void {
    const left = plan.judgement.apply.filter((record) => record.change === 'add' && chosen && !chosen.has(record.externalId));
    this.#state.leftOut.set(id, new Set(left.map((record) => record.externalId)));
  }

  run(id: SourceId, trigger: RunSummary['trigger']): Promise<Result<RunSummary, ApiError>> {
    const source = this.#sources.get(id);
    if (!source || this.#stopped) return Promise.resolve(noSource(id));
    const going = this.#running.get(id);
    if (going) {
      // What changed while a listing was under way may be behind it: look once more.
      if (trigger === 'watch') void going.then(() => this.run(id, 'watch'));
      return going;
    }
    const run = this.#slots.use(() => this.#runOnce(source, trigger)).finally(() => this.#running.delete(id));
    this.#running.set(id, run);
    return run;
  }

  async #runOnce(source: ActiveSource, trigger: RunSummary['trigger']): Promise<Result<RunSummary, ApiError>> {
    // It waited for a slot, and meanwhile the server was told to stop.
    if (this.#stopped) return noSource(source.id);
    await this.#following.get(source.id)?.stop();
    try {
      const summary = await source.list(trigger);
      const { outcome, counts, problems } = summary;
      this.#options.log.info({ source: source.id, trigger, outcome, counts, problems: problems.map(({ code }) => code) }, 'run ended');
      const mayPass = outcome === 'failed' && problems.some((problem) => problem.retry);
      source.failures = mayPass ? source.failures + 1 : 0;
      this.#timetable.ran(source.id, source.failures);
      this.sendSoon(source.id);
      return ok(summary);
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown';
      this.#options.log.error({ source: source.id, error: name }, 'a run could not be kept');
      this.#timetable.ran(source.id, ++source.failures);
      return refuse('not kept', `The run of "${source.id}" could not be kept (${name})`, 'See the log; it will be tried again.', true);
    } finally {
      this.#follow(source);
    }
  }

  /** With a stream that knows where to go on, a start is no scan. */
  #begin(source: ActiveSource): void {
    if (source.mayResume()) this.#follow(source);
    else void this.run(source.id, 'start');
  }

  /** From the moment something was listed: before that, nothing would be known beside what happens to change. */
  #follow(source: ActiveSource): void {
    const { id, configured } = source;
    const listed = source.status().coverage.some((coverage) => coverage.outcome !== 'failed');
    const wanted = configured.followed !== undefined && !configured.settings.paused && this.#options.background !== false;
    if (!wanted || !listed || this.#stopped || this.#sources.get(id) !== source) return;
    const { store, clock, uploadsDir, log } = this.#options;
    const following =
      this.#following.get(id) ??
      new Following(source, { store, clock, uploads: uploadsDir, ask: this.#ask, log, wantListing: () => void this.run(id, 'event') });
    this.#following.set(id, following);
    following.start();
  }

  async reread(id: SourceId, externalId: ExternalId): Promise<Result<'unchanged' | 'changed' | 'gone', ApiError>> {
    const source = this.#sources.get(id);
    return source ? this.#slots.use(() => source.reread(externalId)) : noSource(id);
  }

  async deliver(id: SourceId, delivery: Delivery): Promise<DeliveryOutcome> {
    const configured = this.#sources.get(id)?.configured;
    if (!configured || configured.settings.paused || this.#stopped) return 'no such source';
    return this.#deliveries.take(id, configured.connector, configured.own, delivery);
  }

  async planWrite(id: SourceId, wish: WriteWish): Promise<Result<{ readonly write: PlannedWrite; readonly system: string }, ApiError>> {
    const source = this.#sources.get(id);
    if (!source) return noSource(id);
    const { connector } = source.configured;
    if (!connector.writes?.includes(wish.field)) {
      return refuse('not written', `"${id}" has no place for this field`, 'Change it in the source itself, or send it to another one.');
    }
    if (source.system === undefined) {
      return refuse('not listed', `"${id}" was not read since its settings were changed`, 'Run it, then try again.', true);
    }
    const { uploadsDir } = this.#options;
    const thread = new WriteThread(source.configured, { uploads: uploadsDir, ask: this.#ask });
    const planned = await this.#slots.use(() => thread.plan(wish).finally(() => thread.end()));
    if (!planned.ok) return refuse(planned.error.code, planned.error.message, planned.error.wayOut, planned.error.retry);
    return ok({ write: planned.value, system: source.system });
  }

  async send(id: SourceId): Promise<void> {
    const source = this.#sources.get(id);
    if (!source || this.#stopped || source.configured.settings.paused) return;
    const { approvals = NO_APPROVALS } = this.#options;
    if (openApprovals(approvals.of(id), source.status().writes ?? NO_WRITES).length === 0) return;
    const waits = await this.#slots.use(() => source.send(approvals));
    this.#retries.after(id, waits);
    await this.#lookAgain(source);
  }

  /** What was sent is confirmed by what the source says next: it is asked at once where it can be. */
  async #lookAgain(source: ActiveSource): Promise<void> {
    if (!source.configured.connector.reread || this.#stopped) return;
    const open = (source.status().writes?.receipts ?? []).filter((one) => isApplied(one) && !one.confirmed && !one.differs);
    const records = new Set(open.map((one) => one.externalId));
    if (records.size > REREAD_ONE_BY_ONE) await this.run(source.id, 'event');
    else for (const externalId of records) await this.reread(source.id, externalId);
  }

  /** Not waited for; what goes wrong is in the log and in the receipts. */
  sendSoon(id: SourceId): void {
    if (this.#options.background === false) return;
    this.send(id).catch((error: unknown) => {
      const name = error instanceof Error ? error.name : 'unknown';
      this.#options.log.error({ source: id, error: name }, 'what was approved could not be sent');
      this.#retries.after(id, true);
    });
  }

  cancel(id: SourceId): void {
    this.#sources.get(id)?.cancel();
  }

  async decide(digest: HashHex, decision: 'release' | 'discard'): Promise<void> {
    const source = [...this.#sources.values()].find((one) => one.status().held.some((part) => part.digest === digest));
    if (!source) return;
    this.#state.decisions.set(digest, decision);
    writeState(this.#options.settingsFile, this.#state);
    const plan = source.held.find((held) => held.part.digest === digest);
    if (decision === 'discard') await source.discard(digest);
    else if (plan && plan.group !== 'everything') await source.release(plan);
    // After a restart, or for another place, the listing itself says again what is released: only the same digest is.
    else await this.run(source.id, 'release');
    if (decision === 'release') this.#forget(source, digest);
  }

  /** A release is used once: the same removals a month later are held again. */
  #forget(source: ActiveSource, digest: HashHex): void {
    if (source.status().held.some((part) => part.digest === digest)) return;
    this.#state.decisions.delete(digest);
    writeState(this.#options.settingsFile, this.#state);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timetable.stop();
    this.#retries.stop();
    for (const source of this.#sources.values()) source.cancel();
    await Promise.all(this.#running.values());
    await Promise.all([...this.#following.values()].map((following) => following.stop()));
  }

  #configure(settings: unknown): Promise<Result<ConfiguredSource, ApiError>> {
    const id =
      typeof settings === 'object' && settings !== null && 'id' in settings ? this.#sources.get(settings.id as SourceId) : undefined;
    return configure(settings, this.#registry, this.#options.clock(), lastRunTime(id?.status()));
  }

  async #activate(configured: ConfiguredSource): Promise<ActiveSource> {
    const { id } = configured.settings;
    const { store, clock, uploadsDir } = this.#options;
    await store.open(id, configured.visibility);
    const known = this.#sources.get(id);
    if (known) known.configured = configured;
    const source =
      known ??
      new ActiveSource(configured, {
        store,
        clock,
        uploads: uploadsDir,
        ask: this.#ask,
        decisions: this.#state.decisions,
        leftOut: (one) => this.#state.leftOut.get(one) ?? new Set(),
        published: (status) => this.#published(status),
        committed: (status) => this.#options.onStatus?.(status.source, status),
      });
    this.#sources.set(id, source);
    if (this.#options.background !== false) this.#timetable.put(configured);
    this.#published(statusOf(configured, store.status(id)));
    return source;
  }

  #deactivate(id: SourceId): void {
    this.#timetable.remove(id);
    this.#sources.delete(id);
  }

  #published(status: SourceStatus): void {
    const complete = withNextRun(status, this.#timetable.nextRun(status.source));
    this.#options.store.publishStatus(status.source, complete);
    this.#options.onStatus?.(status.source, complete);
  }

  #save(): void {
    writeSettings(this.#options.settingsFile, this.list());
    writeState(this.#options.settingsFile, this.#state);
  }
}

/** A plan of which only some records were chosen looked at everything, but does not claim it for what was left out. */
function narrowed(plan: ShelvedPlan, records: ShelvedPlan['judgement']['apply']): ShelvedPlan['judgement'] {
  const counts = { ...plan.judgement.counts, added: 0, changed: 0, missing: 0, returned: 0, deleted: 0 };
  const counter = { add: 'added', change: 'changed', missing: 'missing', return: 'returned', delete: 'deleted' } as const;
  for (const { change } of records) counts[counter[change]]++;
  return { ...plan.judgement, apply: records, counts };
}
