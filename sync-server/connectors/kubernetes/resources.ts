import type { CoverageId } from '../../../shared/model/ids.ts';
import type { KubernetesSettings } from './settings.ts';

/** What an object is to Muster. */
export type Part =
  | 'serviceaccount'
  | 'role'
  | 'clusterrole'
  | 'rolebinding'
  | 'clusterrolebinding'
  | 'token'
  | 'tls'
  | 'registry'
  | 'secret'
  | 'deployment'
  | 'statefulset'
  | 'daemonset'
  | 'job'
  | 'cronjob'
  | 'pod'
  | 'certificate';

/** One kind of object as the API serves it. */
export interface Resource {
  readonly part: Part;
  /** `/api/v1` or `/apis/<group>/<version>`. */
  readonly api: string;
  readonly plural: string;
  readonly group: string;
  readonly namespaced: boolean;
  /** Only metadata is asked for. */
  readonly metadataOnly: boolean;
  readonly fieldSelector?: string;
  /** The coverage its objects belong to; several resources may make one. */
  readonly coverage: string;
  /** A custom resource: a cluster that does not have it lacks nothing. */
  readonly optional?: boolean;
}

const core = (part: Part, plural: string, coverage: string, rest: Partial<Resource> = {}): Resource => ({
  part,
  api: '/api/v1',
  plural,
  group: '',
  namespaced: true,
  metadataOnly: false,
  coverage,
  ...rest,
});
const grouped = (part: Part, group: string, version: string, plural: string, coverage: string, rest: Partial<Resource> = {}): Resource => ({
  ...core(part, plural, coverage, rest),
  api: `/apis/${group}/${version}`,
  group,
});
const RBAC = 'rbac.authorization.k8s.io';

const TOKEN = 'kubernetes.io/service-account-token';
const TLS = 'kubernetes.io/tls';
const REGISTRY = 'kubernetes.io/dockerconfigjson';
/** A release of Helm is a history of charts, one Secret for each version: not a credential. */
const HELM = 'helm.sh/release.v1';

/**
 * The type of a Secret is not in its metadata, but a list can be asked for one type: so the type is known without any data being sent.
 * It never changes in the life of a Secret.
 */
const secrets = (part: Part, ...selectors: string[]): Resource =>
  core(part, 'secrets', 'secrets', { metadataOnly: true, fieldSelector: selectors.join(',') });

export const RESOURCES: readonly Resource[] = [
  core('serviceaccount', 'serviceaccounts', 'serviceaccounts'),
  grouped('clusterrole', RBAC, 'v1', 'clusterroles', 'rbac', { namespaced: false }),
  grouped('clusterrolebinding', RBAC, 'v1', 'clusterrolebindings', 'rbac', { namespaced: false }),
  grouped('role', RBAC, 'v1', 'roles', 'rbac'),
  grouped('rolebinding', RBAC, 'v1', 'rolebindings', 'rbac'),
  secrets('token', `type=${TOKEN}`),
  secrets('tls', `type=${TLS}`),
  secrets('registry', `type=${REGISTRY}`),
  secrets('secret', ...[TOKEN, TLS, REGISTRY, HELM].map((type) => `type!=${type}`)),
  grouped('deployment', 'apps', 'v1', 'deployments', 'workloads'),
  grouped('statefulset', 'apps', 'v1', 'statefulsets', 'workloads'),
  grouped('daemonset', 'apps', 'v1', 'daemonsets', 'workloads'),
  grouped('cronjob', 'batch', 'v1', 'cronjobs', 'workloads'),
  grouped('job', 'batch', 'v1', 'jobs', 'workloads'),
  core('pod', 'pods', 'workloads'),
  grouped('certificate', 'cert-manager.io', 'v1', 'certificates', 'certificates', { optional: true }),
];

/** One list, and one watch after it. */
export interface View {
  /** Stable: cursors name it. */
  readonly id: string;
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly coverage: CoverageId;
  readonly path: string;
}

/** What is read of a cluster: all of it, or namespace by namespace. */
export function viewsOf({ namespaces }: Pick<KubernetesSettings, 'namespaces'>): readonly View[] {
  return RESOURCES.flatMap((resource) =>
    namespaces === undefined || !resource.namespaced ? [viewOf(resource, undefined)] : namespaces.map((one) => viewOf(resource, one)),
  );
}

function viewOf(resource: Resource, namespace: string | undefined): View {
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return {
    id: `${resource.part}${namespace === undefined ? '' : `/${namespace}`}`,
    resource,
    namespace,
    coverage: coverageOf(resource.coverage, namespace),
    path: `${resource.api}${within}/${resource.plural}`,
  };
}

export const coverageOf = (name: string, namespace: string | undefined): CoverageId =>
  (namespace === undefined ? name : `${namespace}/${name}`) as CoverageId;

/** Where one object is. */
export const objectPath = (resource: Resource, name: string, namespace: string | undefined): string =>
  `${resource.api}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${resource.plural}/${encodeURIComponent(name)}`;

/** `secrets`, `deployments.apps`: as kubectl names them. */
export const resourceName = ({ plural, group }: Resource): string => (group === '' ? plural : `${plural}.${group}`);

export const resourceOf = (part: Part): Resource => {
  const found = RESOURCES.find((resource) => resource.part === part);
  if (!found) throw new Error(`no resource for ${part}`);
  return found;
};
