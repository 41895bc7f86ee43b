import { RESOURCES } from './resources.ts';
import type { KubernetesSettings } from './settings.ts';

/** The least rights that a listing and its watches need, as manifests to apply once. */
export function leastRights({ namespaces }: Partial<KubernetesSettings>, { writing = false }: { readonly writing?: boolean } = {}): string {
  const cluster = namespaces === undefined;
  const inCluster = cluster ? RESOURCES : RESOURCES.filter(({ namespaced }) => !namespaced);
  const documents = [
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: muster }',
    'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: muster, namespace: muster }',
    `${SECRETS}\n${role('ClusterRole', 'name: muster-reader', rulesOf(inCluster), KUBE_SYSTEM)}`,
    binding('ClusterRoleBinding', 'name: muster-reader', 'ClusterRole', 'muster-reader'),
    ...(namespaces ?? []).flatMap((namespace) => [
      role('Role', `name: muster-reader, namespace: ${namespace}`, rulesOf(RESOURCES.filter(({ namespaced }) => namespaced))),
      binding('RoleBinding', `name: muster-reader, namespace: ${namespace}`, 'Role', 'muster-reader'),
    ]),
  ];
  return `${[...documents, ...(writing ? [WRITE, WRITE_BINDING] : [])].join('\n---\n')}\n`;
}

const SECRETS = `# RBAC cannot tell the metadata of a Secret from its data: whoever may list Secrets may read them. Muster asks for metadata alone
# (PartialObjectMetadata), so no data leaves the API server, but this right would let somebody who steals its token ask for more. Without
# it take "secrets" out below: Secrets are then not seen, their part of the source is "failed", and nothing else is lost. An annotation
# kubectl.kubernetes.io/last-applied-configuration is metadata and may hold a whole Secret: Muster drops it unread.`;

/** The id of the cluster. */
const KUBE_SYSTEM = '  - { apiGroups: [""], resources: [namespaces], resourceNames: [kube-system], verbs: [get] }';

function rulesOf(resources: typeof RESOURCES): string[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, plural } of resources) groups.set(group, (groups.get(group) ?? new Set()).add(plural));
  return [...groups].map(
    ([group, plurals]) => `  - { apiGroups: ["${group}"], resources: [${[...plurals].join(', ')}], verbs: [list, watch] }`,
  );
}

const role = (kind: string, metadata: string, rules: readonly string[], ...more: readonly string[]): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: { ${metadata} }\nrules:\n${[...rules, ...more].join('\n')}`;

const binding = (kind: string, metadata: string, roleKind: string, name: string): string =>
  [
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: { ${metadata} }`,
    `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${roleKind}, name: ${name} }`,
    'subjects: [{ kind: ServiceAccount, name: muster, namespace: muster }]',
  ].join('\n');

const WRITE = `# To write approved values back as annotations of ServiceAccounts. RBAC knows no right for annotations alone, so it would let somebody
# who steals the token change them in other ways; Muster sends annotations and nothing else.
${role('ClusterRole', 'name: muster-writer', ['  - { apiGroups: [""], resources: [serviceaccounts], verbs: [patch] }'])}`;
const WRITE_BINDING = binding('ClusterRoleBinding', 'name: muster-writer', 'ClusterRole', 'muster-writer');
