import * as z from 'zod';
import { type Instant, toInstant } from '../../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation } from '../../../shared/model/record.ts';
import { type ConnectorMessage, StreamBroken } from '../connector.ts';
import { ApiFailure, type Client, type WatchEvent } from './client.ts';
import { type ClusterState, isRbac } from './clusterState.ts';
import { readCursor, scopeOf, writeCursor } from './cursor.ts';
import { type Context, reach, scopeFor } from './list.ts';
import { type ClusterObject, readObject } from './objects.ts';
import { serverProblem } from './problems.ts';
import { type ClusterId, isWanted, readCluster } from './readCluster.ts';
import { type View, viewsOf } from './resources.ts';
import { externalIdOf, isRecord, placeOf, toObservation, userToObservation } from './toObservations.ts';

/** What a watch hands over: an event, or that events of it were lost. */
type Heard =
  | { readonly kind: 'event'; readonly view: View; readonly event: WatchEvent }
  | { readonly kind: 'lost'; readonly view: View; readonly reason: string }
  | { readonly kind: 'broken'; readonly error: unknown };

const ALL = 'all' as CoverageId;
/** The server ends a watch after this, in seconds, and says where it was shortly before. */
const WATCH_SECONDS = 300;
const versioned = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const failure = z.object({ code: z.number() });

/**
 * Follows every list of the cluster by a watch of its own, from the versions of the cursor. What an event changes is worked out from the
 * state of the cluster, which is read when the first event needs it: a restart of a quiet cluster reads nothing.
 */
export async function* follow(context: Context): AsyncGenerator<ConnectorMessage> {
  const reached = await reach(context);
  if ('problem' in reached) throw new StreamBroken(reached.problem);
  const { client, id } = reached;
  yield { kind: 'place', place: placeOf(id.uid) };
  const views = viewsOf(context.settings);
  const known = readCursor(context.cursor, context.settings);
  if (known === undefined || known.uid !== id.uid) {
    // Nothing says where to go on: only a listing can.
    yield { kind: 'gap', coverage: ALL, reason: 'no position in the events of this cluster is known' };
    return;
  }
  const at = new Map(Object.entries(known.at));
  const watched = views.filter((view) => at.has(view.id));
  const changes = new Changes(client, id, views, context);
  const watches = new Watches(client, watched, at, context);
  const beat = new Beat(watched.map((view) => view.id));
  try {
    for await (const heard of watches.all()) {
      for (const one of heard) {
        if (one.kind === 'broken') throw new StreamBroken(serverProblem(one.error, client.server));
        if (one.kind === 'lost') {
          yield { kind: 'gap', coverage: one.view.coverage, reason: one.reason };
          continue;
        }
        const version = versioned.safeParse(one.event.object);
        if (one.event.type !== 'BOOKMARK') yield* changes.of(one.view, one.event);
        else beat.heard(one.view.id, context.clock());
        if (version.success) at.set(one.view.id, version.data.metadata.resourceVersion);
      }
      if (heard.length > 0)
        yield { kind: 'checkpoint', cursor: writeCursor({ uid: id.uid, scope: scopeOf(context.settings), at: Object.fromEntries(at) }) };
      yield* beat.message();
    }
  } finally {
    watches.stop();
  }
}

/** A bookmark proves that a watch has said everything up to now: the cluster is known up to the watch that proved it longest ago. */
class Beat {
  readonly #heard = new Map<string, number>();
  readonly #views: readonly string[];
  #said = 0;

  constructor(views: readonly string[]) {
    this.#views = views;
  }

  heard(view: string, now: number): void {
    this.#heard.set(view, now);
  }

  *message(): Generator<ConnectorMessage> {
    const moments = this.#views.map((view) => this.#heard.get(view) ?? 0);
    const oldest = Math.min(...moments);
    if (oldest <= this.#said || moments.length === 0) return;
    this.#said = oldest;
    yield { kind: 'heartbeat', at: toInstant(oldest) };
  }
}

/** All watches as one stream of what they say, in the order of arrival within each. */
class Watches {
  readonly #client: Client;
  readonly #views: readonly View[];
  readonly #from: ReadonlyMap<string, string>;
  readonly #context: Context;
  readonly #abort = new AbortController();
  #heard: Heard[] = [];
  #wake: (() => void) | undefined;

  constructor(client: Client, views: readonly View[], from: ReadonlyMap<string, string>, context: Context) {
    this.#client = client;
    this.#views = views;
    this.#from = new Map(from);
    this.#context = context;
  }

  stop(): void {
    this.#abort.abort();
    this.#wake?.();
  }

  async *all(): AsyncGenerator<readonly Heard[]> {
    const { signal } = this.#context;
    signal.addEventListener('abort', () => this.stop());
    for (const view of this.#views) void this.#watch(view);
    while (!signal.aborted && !this.#abort.signal.aborted) {
      const heard = this.#heard;
      this.#heard = [];
      if (heard.length > 0) yield heard;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  #say(heard: Heard): void {
    if (this.#abort.signal.aborted) return;
    this.#heard.push(heard);
    this.#wake?.();
  }

  async #watch(view: View): Promise<void> {
    let version = this.#from.get(view.id) ?? '';
    while (!this.#abort.signal.aborted) {
      try {
        version = await this.#once(view, version);
      } catch (error) {
        if (error instanceof ApiFailure && error.status === 410) return this.#lost(view, 'the server does not hold events so old');
        if (error instanceof ApiFailure && (error.status === 403 || error.status === 404))
          return this.#lost(view, 'it may not be watched any more');
        return this.#say({ kind: 'broken', error });
      }
    }
  }

  #lost(view: View, reason: string): void {
    this.#say({ kind: 'lost', view, reason });
  }

  /** One watch until the server ends it. @returns the version to go on from. */
  async #once(view: View, from: string): Promise<string> {
    const { path, resource } = view;
    const query = {
      resourceVersion: from,
      timeoutSeconds: WATCH_SECONDS,
      ...(resource.fieldSelector === undefined ? {} : { fieldSelector: resource.fieldSelector }),
    };
    let version = from;
    for await (const event of this.#client.watch(path, query, resource.metadataOnly, this.#abort.signal, () => undefined)) {
      if (event.type === 'ERROR') throw new ApiFailure(failure.safeParse(event.object).data?.code ?? 0);
      const parsed = versioned.safeParse(event.object);
      if (parsed.success) version = parsed.data.metadata.resourceVersion;
      this.#say({ kind: 'event', view, event });
    }
    return version;
  }
}

/** Works out which records an event changes. */
class Changes {
  readonly #client: Client;
  readonly #id: ClusterId;
  readonly #views: readonly View[];
  readonly #context: Context;
  #state: ClusterState | undefined;
  /** Rights that were said last, by record: a role that changes touches few of those who might hold it. */
  readonly #rights = new Map<ExternalId, string>();

  constructor(client: Client, id: ClusterId, views: readonly View[], context: Context) {
    this.#client = client;
    this.#id = id;
    this.#views = views;
    this.#context = context;
  }

  async *of(view: View, { type, object: value }: WatchEvent): AsyncGenerator<ConnectorMessage> {
    const object = readObject(view.resource.part, value);
    if (!object || !isWanted(object, this.#context.settings)) return;
    const state = await this.#loaded();
    const now = toInstant(this.#context.clock());
    const former = state.get(object.meta.uid);
    if (type === 'DELETED') {
      state.remove(object.meta.uid);
      if (isRecord(object)) yield { kind: 'deleted', externalId: externalIdOf(object), evidence: 'event', at: deletedAt(value) ?? now };
    } else state.put(object);
    const at = type === 'DELETED' ? (deletedAt(value) ?? now) : changedAt(type, object, former);
    for (const record of this.#records(object, state, type === 'DELETED'))
      yield { kind: 'record', record, ...(at === undefined ? {} : { at }) };
  }

  *#records(object: ClusterObject, state: ClusterState, gone: boolean): Generator<Observation> {
    const scope = scopeFor(this.#context.settings);
    const own = gone ? undefined : toObservation(object, state, scope);
    if (own) yield this.#noted(own);
    const rights = isRbac(object);
    for (const other of state.around(object)) {
      const record = isWanted(other, this.#context.settings) ? toObservation(other, state, scope) : undefined;
      if (record && (!rights || this.#isNews(record))) yield this.#noted(record);
    }
    if (rights) yield* this.#users(object, state);
  }

  /** Also one that no binding names any more: it has no rights now. */
  *#users(object: ClusterObject, state: ClusterState): Generator<Observation> {
    const former =
      'subjects' in object
        ? object.subjects.flatMap(({ kind, name }) => (kind === 'User' && !name.startsWith('system:') ? [name] : []))
        : [];
    for (const name of new Set([...state.users(), ...former])) {
      const record = userToObservation(name, state);
      if (this.#isNews(record)) yield this.#noted(record);
    }
  }

  #isNews = (record: Observation): boolean => this.#rights.get(record.externalId) !== JSON.stringify(record.access);

  #noted(record: Observation): Observation {
    if (record.access) this.#rights.set(record.externalId, JSON.stringify(record.access));
    return record;
  }

  async #loaded(): Promise<ClusterState> {
    if (this.#state) return this.#state;
    const { state, views } = await readCluster(this.#client, this.#id, this.#views, this.#context.settings);
    // A server that went away in between is no cluster without objects.
    const away = views.find(({ problem }) => problem?.code === 'unreachable')?.problem;
    if (away) throw new StreamBroken(away);
    this.#state = state;
    return state;
  }
}

/** Undefined where nothing dates the change: the time of an earlier one would make it look late. */
function changedAt(type: string, { meta }: ClusterObject, former: ClusterObject | undefined): Instant | undefined {
  if (type === 'ADDED') return instantOf(meta.created);
  return meta.changed === former?.meta.changed ? undefined : instantOf(meta.changed);
}

const deletion = z.object({ metadata: z.object({ deletionTimestamp: z.string() }) });
const deletedAt = (value: unknown): Instant | undefined => instantOf(deletion.safeParse(value).data?.metadata.deletionTimestamp);

function instantOf(text: string | undefined): Instant | undefined {
  const millis = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(millis) ? undefined : toInstant(millis);
}
