import { type Instant, toInstant } from '../../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import type { ConnectorContext, ConnectorMessage } from '../connector.ts';
import { Client } from './client.ts';
import { connectionOf } from './connection.ts';
import { scopeOf, writeCursor } from './cursor.ts';
import { serverProblem } from './problems.ts';
import { type ClusterId, clusterId, type ReadCluster, type ReadView, readCluster } from './readCluster.ts';
import { type View, viewsOf } from './resources.ts';
import type { KubernetesSettings } from './settings.ts';
import { externalIdOf, isRecord, placeOf, type Scope, toObservation, USERS, userToObservation } from './toObservations.ts';

export type Context = ConnectorContext<KubernetesSettings>;
export const scopeFor = ({ namespaces }: KubernetesSettings): Scope => ({ namespaced: namespaces !== undefined });

/** Reaches the cluster, or says why it cannot be reached. */
export async function reach(context: Context): Promise<{ client: Client; id: ClusterId } | { problem: ConnectorProblem }> {
  const connection = await connectionOf(context);
  if (!connection.ok) return { problem: connection.error };
  const client = new Client(connection.value);
  try {
    return { client, id: await clusterId(client) };
  } catch (error) {
    return { problem: serverProblem(error, client.server) };
  }
}

export async function* list(context: Context): AsyncGenerator<ConnectorMessage> {
  const asOf = toInstant(context.clock());
  const views = viewsOf(context.settings);
  const reached = await reach(context);
  if ('problem' in reached) {
    yield* failed(views, asOf, reached.problem);
    return;
  }
  const { client, id } = reached;
  yield { kind: 'place', place: placeOf(id.uid) };
  const progress: ConnectorMessage[] = [];
  const read = await readCluster(client, id, views, context.settings, (done, what) => progress.push({ kind: 'progress', done, what }));
  yield* progress.slice(-1);
  yield* recordsOf(read, context.settings, asOf);
  yield* coveragesOf(read.views, asOf, id.problem);
  const at = Object.fromEntries(read.views.flatMap(({ view, version }) => (version === undefined ? [] : [[view.id, version]])));
  yield { kind: 'checkpoint', cursor: writeCursor({ uid: id.uid, scope: scopeOf(context.settings), at }) };
}

function* failed(views: readonly View[], asOf: Instant, problem: ConnectorProblem): Generator<ConnectorMessage> {
  for (const coverage of new Set(views.filter(({ resource }) => !resource.optional).map((view) => view.coverage))) {
    yield { kind: 'coverage', coverage, label: labelOf(coverage), asOf };
    yield { kind: 'coverageDone', coverage, outcome: 'failed', problems: [problem] };
  }
}

const LABELS: Readonly<Record<string, string>> = {
  serviceaccounts: 'ServiceAccounts',
  rbac: 'roles and bindings',
  secrets: 'Secrets, without their data',
  workloads: 'workloads',
  certificates: 'cert-manager certificates',
};
const labelOf = (coverage: CoverageId): string => {
  const [name = '', namespace] = coverage.split('/').reverse();
  return `${LABELS[name] ?? name}${namespace === undefined ? '' : ` of namespace ${namespace}`}`;
};

function* recordsOf({ state, views }: ReadCluster, settings: KubernetesSettings, asOf: Instant): Generator<ConnectorMessage> {
  for (const coverage of coverages(views)) yield { kind: 'coverage', coverage, label: labelOf(coverage), asOf };
  for (const object of state.all()) {
    const record = isRecord(object) ? toObservation(object, state, scopeFor(settings)) : undefined;
    if (record) yield { kind: 'record', record };
  }
  for (const name of state.users()) yield { kind: 'record', record: userToObservation(name, state) };
}

/** A coverage whose only list is of something that the cluster does not have is none. */
const coverages = (views: readonly ReadView[]): readonly CoverageId[] => [
  ...new Set(views.filter(({ absent }) => !absent).map(({ view }) => view.coverage)),
];

function* coveragesOf(views: readonly ReadView[], asOf: Instant, cluster: ConnectorProblem | undefined): Generator<ConnectorMessage> {
  const rights = views.find(({ view, problem }) => view.resource.coverage === 'rbac' && problem !== undefined)?.problem;
  for (const coverage of coverages(views)) {
    const own = views.filter(({ view, absent }) => view.coverage === coverage && !absent);
    const problems = own.flatMap(({ problem }) => problem ?? []);
    const isAccounts = own.some(({ view }) => view.resource.part === 'serviceaccount');
    const unread = isAccounts && rights !== undefined ? [rights] : [];
    const all = [...problems, ...unread, ...(cluster === undefined ? [] : [cluster])];
    const outcome = problems.length === own.length ? 'failed' : all.length > 0 ? 'partial' : 'complete';
    yield { kind: 'coverage', coverage, label: labelOf(coverage), asOf };
    yield { kind: 'coverageDone', coverage, outcome, problems: all };
  }
}

// --- one record ------------------------------------------------------------------------------------------------------------

/** What must be known to say everything of a record of this kind. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  serviceaccount: ['serviceaccounts', 'rbac'],
  user: ['rbac'],
  secret: ['secrets', 'serviceaccounts'],
  certificate: ['certificates', 'secrets'],
};
const WORKLOADS = ['workloads', 'serviceaccounts', 'secrets'];

/**
 * The API finds nothing by its UID, so what may hold it is listed again. A record that a complete list does not hold any more was deleted.
 */
export async function* reread(context: Context, externalId: ExternalId): AsyncGenerator<ConnectorMessage> {
  const asOf = toInstant(context.clock());
  const [kind = ''] = externalId.split('/');
  const needed = NEEDED[kind] ?? WORKLOADS;
  const views = viewsOf(context.settings).filter(({ resource }) => needed.includes(resource.coverage));
  const reached = await reach(context);
  if ('problem' in reached) {
    yield* failed(views, asOf, reached.problem);
    return;
  }
  const { client, id } = reached;
  const read = await readCluster(client, id, views, context.settings);
  yield { kind: 'place', place: placeOf(id.uid) };
  yield* found(read, externalId, context.settings, asOf, needed[0] ?? '');
}

function* found(
  { state, views }: ReadCluster,
  externalId: ExternalId,
  settings: KubernetesSettings,
  asOf: Instant,
  own: string,
): Generator<ConnectorMessage> {
  const object = state.get(externalId.slice(externalId.indexOf('/') + 1));
  const user = externalId.startsWith('user/') ? externalId.slice('user/'.length) : undefined;
  const isNamed = user !== undefined && state.users().includes(user);
  const record =
    object && isRecord(object) && externalIdOf(object) === externalId
      ? toObservation(object, state, scopeFor(settings))
      : isNamed
        ? userToObservation(user, state)
        : undefined;
  const problems = views.flatMap(({ problem }) => problem ?? []);
  const complete = views.every(({ view, problem }) => view.resource.coverage !== own || problem === undefined);
  if (record) yield { kind: 'record', record };
  else if (complete) yield { kind: 'deleted', externalId, evidence: 'tombstone', at: asOf };
  yield { kind: 'coverageDone', coverage: views[0]?.view.coverage ?? USERS, outcome: 'partial', problems };
}
