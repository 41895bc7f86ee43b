import { canonicalJson } from '../../../shared/base/json.ts';
import type { AccessLevel, Entitlement } from '../../../shared/model/vocabulary.ts';
import type { Binding, BindingSubject, LabelSelector, Role, Rule } from './objects.ts';

/** Roles and bindings of a cluster, and whether all of them could be read. */
export interface Rbac {
  readonly roles: readonly Role[];
  readonly bindings: readonly Binding[];
}

/** The groups that the API server puts a ServiceAccount in (Kubernetes, "Authenticating"). */
export const groupsOf = (namespace: string): readonly string[] => [
  'system:authenticated',
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
];

const MOST_RIGHTS = 1_000;
const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

/** Works out what a subject may do, with the path that each right came by. Pure. */
export class RightsReader {
  readonly #roles = new Map<string, Role>();
  readonly #clusterRoles: readonly Role[];
  readonly #bySubject = new Map<string, Binding[]>();
  readonly #rules = new Map<string, readonly GrantedRule[]>();
  readonly #boundary: string;

  constructor({ roles, bindings }: Rbac, boundary: string) {
    this.#boundary = boundary;
    for (const role of roles) this.#roles.set(roleKey(role.meta.namespace, role.meta.name), role);
    this.#clusterRoles = roles.filter(({ part }) => part === 'clusterrole');
    for (const binding of bindings) {
      for (const subject of binding.subjects) {
        const key = subjectKey(subject, binding.meta.namespace);
        this.#bySubject.set(key, [...(this.#bySubject.get(key) ?? []), binding]);
      }
    }
  }

  /** Rights of a ServiceAccount: its own, and those of the groups that it is in. */
  serviceAccount(namespace: string, name: string): readonly Entitlement[] {
    const groups = groupsOf(namespace).map((group) => ({ key: `Group/${group}`, via: [`group ${group}`] }));
    return this.#rights([{ key: `ServiceAccount/${namespace}/${name}`, via: [] }, ...groups]);
  }

  /** Rights of a user by its own name. The groups that it signs in with are not known to the cluster. */
  user(name: string): readonly Entitlement[] {
    return this.#rights([{ key: `User/${name}`, via: [] }]);
  }

  #rights(subjects: readonly { readonly key: string; readonly via: readonly string[] }[]): readonly Entitlement[] {
    const rights = new Map<string, Entitlement>();
    for (const { key, via } of subjects) {
      for (const binding of this.#bySubject.get(key) ?? []) {
        for (const right of this.#ofBinding(binding, via)) {
          const { via: _path, ...said } = right;
          const id = canonicalJson(said);
          // The same right by two ways is one right: the first way is shown, the nearest subject first.
          if (!rights.has(id) && rights.size < MOST_RIGHTS) rights.set(id, right);
        }
      }
    }
    return [...rights.values()];
  }

  *#ofBinding(binding: Binding, via: readonly string[]): Generator<Entitlement> {
    const namespace = binding.part === 'rolebinding' ? binding.meta.namespace : undefined;
    const roleNamespace = binding.role.kind === 'Role' ? namespace : undefined;
    const path = [...via, `${binding.part === 'rolebinding' ? 'RoleBinding' : 'ClusterRoleBinding'} ${binding.meta.name}`];
    for (const { rule, through, certainty } of this.#rulesOf(roleKey(roleNamespace, binding.role.name))) {
      // A RoleBinding grants nothing outside its namespace, and so no address of the API itself.
      if (namespace !== undefined && (rule.nonResourceURLs?.length ?? 0) > 0) continue;
      const roles = [`${binding.role.kind} ${binding.role.name}`, ...through];
      for (const right of rightsOfRule(rule, namespace, this.#boundary)) {
        yield { ...right, certainty, via: [...path, ...roles].map((step) => cut(step, 512)).slice(0, 64) };
      }
    }
  }

  #rulesOf(key: string): readonly GrantedRule[] {
    const known = this.#rules.get(key);
    if (known) return known;
    const role = this.#roles.get(key);
    const rules = role ? this.#withAggregated(role) : [];
    this.#rules.set(key, rules);
    return rules;
  }

  /**
   * A ClusterRole that aggregates others has their rules written into it by the controller. What its selectors find beyond that is about to
   * be: an upper bound until it is.
   */
  #withAggregated(role: Role): readonly GrantedRule[] {
    const own = role.rules.map((rule): GrantedRule => ({ rule, through: [], certainty: 'exact' }));
    if (role.aggregates.length === 0) return own;
    const written = new Set(role.rules.map((rule) => canonicalJson(rule)));
    const found = this.#clusterRoles
      .filter((other) => other !== role && role.aggregates.some((selector) => selects(selector, other.meta.labels)))
      .flatMap((other) => other.rules.map((rule) => ({ rule, other: other.meta.name })));
    const named = new Map(found.map(({ rule, other }) => [canonicalJson(rule), other]));
    const explained = own.map((one) => {
      const other = named.get(canonicalJson(one.rule));
      return other === undefined ? one : { ...one, through: [`ClusterRole ${other}`] };
    });
    const coming = found.filter(({ rule }) => !written.has(canonicalJson(rule)));
    return [
      ...explained,
      ...coming.map(({ rule, other }): GrantedRule => ({ rule, through: [`ClusterRole ${other}`], certainty: 'upper bound' })),
    ];
  }
}

interface GrantedRule {
  readonly rule: Rule;
  readonly through: readonly string[];
  readonly certainty: 'exact' | 'upper bound';
}

const roleKey = (namespace: string | undefined, name: string): string => (namespace === undefined ? name : `${namespace}/${name}`);

function subjectKey({ kind, name, namespace }: BindingSubject, ofBinding: string | undefined): string {
  // A ServiceAccount may be named as the user that it signs in as.
  const account = kind === 'User' ? /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) : null;
  if (account) return `ServiceAccount/${account[1]}/${account[2]}`;
  return kind === 'ServiceAccount' ? `ServiceAccount/${namespace ?? ofBinding ?? ''}/${name}` : `${kind}/${name}`;
}

function selects({ matchLabels, matchExpressions }: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const equal = Object.entries(matchLabels ?? {}).every(([name, value]) => labels[name] === value);
  return equal && (matchExpressions ?? []).every(({ key, operator, values }) => holds(operator, labels[key], values ?? []));
}

function holds(operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', value: string | undefined, values: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

// --- from a rule to levels -------------------------------------------------------------------------------------------------

const STRENGTH: readonly AccessLevel[] = ['read', 'write', 'run', 'secrets', 'grant', 'full'];
const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);
const CHANGES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
const MAKES: ReadonlySet<string> = new Set(['create', 'update', 'patch']);
const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** A verb on a resource that is more than reading or changing it (Kubernetes, "RBAC Good Practices", privilege escalation risks). */
interface Power {
  readonly group: string;
  readonly resources: readonly string[];
  /** Absent: any verb. */
  readonly verbs?: ReadonlySet<string>;
  readonly level: AccessLevel;
}
const POWERS: readonly Power[] = [
  { group: '', resources: ['secrets'], verbs: READS, level: 'secrets' },
  // Whoever makes one of these runs a program as any ServiceAccount of the namespace, with any of its Secrets.
  { group: '', resources: ['pods', 'replicationcontrollers'], verbs: MAKES, level: 'run' },
  { group: 'apps', resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'], verbs: MAKES, level: 'run' },
  { group: 'batch', resources: ['jobs', 'cronjobs'], verbs: MAKES, level: 'run' },
  // `exec` over a websocket is a GET.
  {
    group: '',
    resources: ['pods/exec', 'pods/attach', 'pods/ephemeralcontainers', 'pods/portforward', 'pods/proxy', 'nodes/proxy'],
    level: 'run',
  },
  { group: '', resources: ['serviceaccounts/token'], verbs: new Set(['create']), level: 'grant' },
  { group: '', resources: ['users', 'groups', 'serviceaccounts'], verbs: new Set(['impersonate']), level: 'grant' },
  { group: RBAC_GROUP, resources: ['roles', 'clusterroles'], verbs: new Set(['bind', 'escalate']), level: 'grant' },
  { group: RBAC_GROUP, resources: ['rolebindings', 'clusterrolebindings'], verbs: CHANGES, level: 'grant' },
  { group: 'certificates.k8s.io', resources: ['certificatesigningrequests/approval'], verbs: MAKES, level: 'grant' },
  { group: 'certificates.k8s.io', resources: ['signers'], verbs: new Set(['approve', 'sign']), level: 'grant' },
];

const isAny = (names: readonly string[] | null | undefined): boolean => names?.includes('*') === true;

/** One right for each level that a rule reaches, strongest first (DOMAIN E). */
function rightsOfRule(rule: Rule, namespace: string | undefined, boundary: string): Omit<Entitlement, 'certainty' | 'via'>[] {
  const verbs = rule.verbs ?? [];
  const native = nativeText(rule, namespace);
  const right = (level: AccessLevel, on: string) => ({
    level,
    on: cut(scoped(on, namespace), 1_024),
    boundary: cut(boundary, 512),
    native,
  });
  if ((rule.nonResourceURLs?.length ?? 0) > 0) return [right(verbs.every((verb) => READS.has(verb)) ? 'read' : 'write', 'API addresses')];
  const unlimited = isAny(verbs) && isAny(rule.resources) && isAny(rule.apiGroups) && !rule.resourceNames?.length;
  if (unlimited) return [{ ...right('full', '*'), on: namespace === undefined ? '*' : cut(`namespace ${namespace}`, 1_024) }];
  const byLevel = new Map<AccessLevel, Set<string>>();
  for (const resource of rule.resources ?? []) {
    for (const level of levelsOf(verbs, rule.apiGroups ?? [], resource))
      byLevel.set(level, (byLevel.get(level) ?? new Set()).add(resource));
  }
  const names = rule.resourceNames?.length ? ` ${rule.resourceNames.join(', ')}` : '';
  return [...byLevel]
    .sort(([a], [b]) => STRENGTH.indexOf(b) - STRENGTH.indexOf(a))
    .map(([level, resources]) => right(level, `${[...resources].sort().join(', ')}${names}`));
}

const scoped = (on: string, namespace: string | undefined): string => (namespace === undefined ? on : `${on} in namespace ${namespace}`);

function nativeText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: Rule, namespace: string | undefined): string {
  const what = nonResourceURLs?.length ? `nonResourceURLs=${nonResourceURLs.join(',')}` : `resources=${(resources ?? []).join(',')}`;
  const groups = nonResourceURLs?.length ? '' : ` apiGroups=${(apiGroups ?? []).map((group) => (group === '' ? '""' : group)).join(',')}`;
  const names = resourceNames?.length ? ` resourceNames=${resourceNames.join(',')}` : '';
  const where = namespace === undefined ? '' : ` namespace=${namespace}`;
  return cut(`verbs=${(verbs ?? []).join(',')}${groups} ${what}${names}${where}`, 2_048);
}

/** What verbs on one resource come to; `*` is every resource of its groups. */
function levelsOf(verbs: readonly string[], groups: readonly string[], resource: string): ReadonlySet<AccessLevel> {
  if (isQuestion(groups, resource)) return new Set<AccessLevel>(['read']);
  const found = new Set<AccessLevel>();
  for (const power of POWERS) {
    const reached = isAny(groups) || groups.includes(power.group);
    if (reached && power.resources.some((one) => covers(resource, one)) && hasVerb(verbs, power.verbs)) found.add(power.level);
  }
  if (hasVerb(verbs, CHANGES)) found.add('write');
  // To read Secrets is said as what it is.
  if (hasVerb(verbs, READS) && !(found.has('secrets') && resource === 'secrets')) found.add('read');
  return found;
}

/** To create a SelfSubjectAccessReview, a TokenReview or the like is to ask: nothing is there afterwards. Every account may. */
const isQuestion = (groups: readonly string[], resource: string): boolean =>
  resource.endsWith('reviews') &&
  groups.length > 0 &&
  groups.every((group) => group === 'authorization.k8s.io' || group === 'authentication.k8s.io');

const hasVerb = (verbs: readonly string[], wanted: ReadonlySet<string> | undefined): boolean =>
  wanted === undefined ? verbs.length > 0 : isAny(verbs) || verbs.some((verb) => wanted.has(verb));

/** `*`, and `*`+`/scale`: a subresource of everything. */
function covers(granted: string, resource: string): boolean {
  if (granted === '*' || granted === resource) return true;
  return granted.startsWith('*/') && resource.endsWith(granted.slice(1));
}
