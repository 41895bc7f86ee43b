import type { Answer, KubernetesServer } from './kubernetes.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** What tests make in a cluster, in the words of its API. */
export class Cluster {
  readonly #server: KubernetesServer;

  constructor(server: KubernetesServer) {
    this.#server = server;
  }

  namespace = (name: string): Promise<Answer['body']> =>
    this.#server.make('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

  account = (namespace: string, name: string, annotations: object = {}): Promise<Answer['body']> =>
    this.#server.make(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, annotations },
    });

  secret = (namespace: string, name: string, stringData: object, rest: object = {}): Promise<Answer['body']> =>
    this.#server.make(`/api/v1/namespaces/${namespace}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      stringData,
      ...rest,
    });

  clusterRole = (name: string, rules: readonly object[], rest: object = {}): Promise<Answer['body']> =>
    this.#server.make(`${RBAC}/clusterroles`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules,
      ...rest,
    });

  bindCluster = (role: string, subject: object, name = `${role}-binding`): Promise<Answer['body']> =>
    this.#server.make(`${RBAC}/clusterrolebindings`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [subject],
    });

  deployment = (namespace: string, name: string, account: string, container: object, labels: object = {}): Promise<Answer['body']> =>
    this.#server.make(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, labels },
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { serviceAccountName: account, containers: [{ name: 'main', ...container }] },
        },
      },
    });

  async patch(path: string, body: object): Promise<void> {
    const { status } = await this.#server.call('PATCH', path, body, 'application/merge-patch+json');
    if (status >= 300) throw new Error(`PATCH ${path}: ${status}`);
  }

  async remove(path: string): Promise<void> {
    const { status } = await this.#server.call('DELETE', path);
    if (status >= 300) throw new Error(`DELETE ${path}: ${status}`);
  }

  /** Everything that "rights needed" prints, less what a test takes away. */
  async grantReader(manifests: string, without: readonly string[] = []): Promise<void> {
    for (const text of manifests.split('\n---\n')) await this.#apply(text, without);
  }

  async #apply(text: string, without: readonly string[]): Promise<void> {
    const kept = without.reduce((all, name) => all.replaceAll(new RegExp(`\\b${name}(, )?`, 'g'), ''), text);
    const path = MANIFEST_PATHS.find(([kind]) => new RegExp(`^kind: ${kind}$`, 'm').test(kept));
    const name = /^metadata: \{ name: ([a-z-]+)/m.exec(kept)?.[1];
    if (!path || name === undefined) throw new Error('a manifest that this test does not know');
    const { status } = await this.#server.call(
      'PATCH',
      `${path[1]}/${name}?fieldManager=test&force=true`,
      undefined,
      'application/apply-patch+yaml',
      kept,
    );
    if (status >= 300) throw new Error(`${path[1]}/${name}: ${status}`);
  }
}

const MANIFEST_PATHS: readonly (readonly [kind: string, path: string])[] = [
  ['Namespace', '/api/v1/namespaces'],
  ['ServiceAccount', '/api/v1/namespaces/muster/serviceaccounts'],
  ['ClusterRole', `${RBAC}/clusterroles`],
  ['ClusterRoleBinding', `${RBAC}/clusterrolebindings`],
];
