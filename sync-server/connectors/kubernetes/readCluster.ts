import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import { ApiFailure, type Client } from './client.ts';
import { ClusterState } from './clusterState.ts';
import { readObject } from './objects.ts';
import { viewProblem } from './problems.ts';
import type { View } from './resources.ts';
import { isExcluded, type KubernetesSettings } from './settings.ts';

/** One list of a cluster: up to which version it is known, or why it is not. */
export interface ReadView {
  readonly view: View;
  readonly version?: string;
  readonly problem?: ConnectorProblem;
  /** A custom resource that this cluster does not have. */
  readonly absent?: true;
}

export interface ReadCluster {
  readonly state: ClusterState;
  readonly views: readonly ReadView[];
}

/** A list that changes faster than it is read gives up in the end. */
const MOST_RESTARTS = 3;

export interface ClusterId {
  readonly uid: string;
  readonly issuer?: string;
  readonly problem?: ConnectorProblem;
}

/** @throws ApiFailure when the cluster does not answer, or does not know who asks. */
export async function clusterId(client: Client): Promise<ClusterId> {
  try {
    const body = (await client.get('/api/v1/namespaces/kube-system', true)) as { metadata?: { uid?: unknown } };
    if (typeof body.metadata?.uid === 'string') return { uid: body.metadata.uid, ...(await issuerOf(client)) };
    throw new ApiFailure(0);
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 403) throw error;
    return {
      uid: client.server,
      problem: problem(
        'forbidden',
        'the id of this cluster may not be read: the right to get namespaces is missing for kube-system; the address stands in for it',
        false,
        'Apply what "rights needed" says.',
      ),
    };
  }
}

/** The address of the API server within a cluster, and so of every cluster: it names none. */
const INTERNAL = /^https:\/\/kubernetes\.default(\.svc(\.[a-z0-9.-]+)?)?\/?$/;

/** Every ServiceAccount may read it (`system:service-account-issuer-discovery`); it is what clouds name in their trust. */
async function issuerOf(client: Client): Promise<{ issuer?: string }> {
  try {
    const { issuer } = (await client.get('/.well-known/openid-configuration')) as { issuer?: unknown };
    return typeof issuer === 'string' && !INTERNAL.test(issuer) ? { issuer: issuer.slice(0, 1_024) } : {};
  } catch (error) {
    if (error instanceof ApiFailure && error.status !== 0) return {};
    throw error;
  }
}

/** Reads these views into one state. What fails is said of its view, and hides nothing of the others. */
export async function readCluster(
  client: Client,
  { uid, issuer }: Pick<ClusterId, 'uid' | 'issuer'>,
  views: readonly View[],
  settings: KubernetesSettings,
  onPage: (objects: number, what: string) => void = () => undefined,
): Promise<ReadCluster> {
  const objects: ReturnType<typeof readObject>[] = [];
  const read: ReadView[] = [];
  for (const view of views) {
    try {
      const found = await readView(client, view, settings, (count) => onPage(objects.length + count, view.resource.plural));
      for (const object of found.objects) objects.push(object);
      read.push({ view, version: found.version });
    } catch (error) {
      const absent = view.resource.optional === true && error instanceof ApiFailure && error.status === 404;
      read.push(absent ? { view, absent } : { view, problem: viewProblem(error, view, client.server) });
    }
  }
  const rightsRead = read.every(({ view, problem: trouble }) => view.resource.coverage !== 'rbac' || trouble === undefined);
  const state = new ClusterState({ uid, cluster: client.cluster, ...(issuer === undefined ? {} : { issuer }) }, rightsRead);
  for (const object of objects) if (object) state.put(object);
  return { state, views: read };
}

async function readView(client: Client, view: View, settings: KubernetesSettings, onPage: (count: number) => void) {
  for (let restart = 0; ; restart++) {
    try {
      return await readPages(client, view, settings, onPage);
    } catch (error) {
      // The server forgot the version that the pages are of (410): the list is read again from its beginning.
      if (!(error instanceof ApiFailure) || error.status !== 410 || restart >= MOST_RESTARTS) throw error;
    }
  }
}

async function readPages(client: Client, { path, resource }: View, settings: KubernetesSettings, onPage: (count: number) => void) {
  const objects: NonNullable<ReturnType<typeof readObject>>[] = [];
  const query = { limit: settings.page, ...(resource.fieldSelector === undefined ? {} : { fieldSelector: resource.fieldSelector }) };
  let next: string | undefined;
  let version: string | undefined;
  do {
    const page = await client.page(path, next === undefined ? query : { ...query, continue: next }, resource.metadataOnly);
    // The version of the first page holds for all of them: events after it are said by the watch.
    version ??= page.version;
    for (const item of page.items) {
      const object = readObject(resource.part, item);
      if (object && isWanted(object, settings)) objects.push(object);
    }
    onPage(objects.length);
    next = page.next;
  } while (next !== undefined);
  return { objects, version };
}

/** Roles and bindings of a namespace that is left out may still give rights to what is not. */
export const isWanted = (object: NonNullable<ReturnType<typeof readObject>>, settings: KubernetesSettings): boolean =>
  object.part === 'role' || object.part === 'rolebinding' || !isExcluded(object.meta.namespace, settings);
