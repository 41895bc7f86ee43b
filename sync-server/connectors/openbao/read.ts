import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { Instant } from '../../../shared/base/time.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import { mountsIn } from './answers.ts';
import type { VaultClient } from './client.ts';
import { budgetOf, readerOf, readMount } from './readMounts.ts';
import type { OpenBaoSettings } from './settings.ts';
import type { Mount, MountScope, Snapshot } from './snapshot.ts';

const withSlash = (path: string): string => (path === '' || path.endsWith('/') ? path : `${path}/`);
export const namespacesOf = ({ namespaces }: OpenBaoSettings): string[] => [
  ...new Set((namespaces ?? ['']).map((one) => withSlash(one.replace(/^\/+/, '')))),
];

const isChosen = ({ mounts, exclude = [] }: OpenBaoSettings, { path }: Mount): boolean => {
  const named = (list: readonly string[]): boolean => list.some((one) => withSlash(one) === path);
  return (mounts === undefined || mounts.length === 0 || named(mounts)) && !named(exclude);
};

/** The mounts decide what the parts of this source are: without their list nothing is known to be complete. */
export async function mountsOf(vault: VaultClient, namespace: string): Promise<Result<Mount[], ConnectorProblem>> {
  const [engines, methods] = [await vault.read(namespace, 'sys/mounts'), await vault.read(namespace, 'sys/auth')];
  if (!engines.ok) return engines;
  if (!methods.ok) return methods;
  if (engines.value === undefined)
    return err(problem('not found', `${vault.server} has no namespace ${namespace || 'root'}`, false, 'Check `namespaces`.'));
  return ok([...mountsIn(engines.value, namespace, false), ...mountsIn(methods.value, namespace, true)]);
}

/** A token that is wrong or has ended is answered like one without a right: not even itself may it look up then. */
async function refusal(vault: VaultClient, found: ConnectorProblem): Promise<ConnectorProblem> {
  const self = await vault.read('', 'auth/token/lookup-self');
  if (self.ok || self.error.code !== 'forbidden') return found;
  return problem('unauthorized', `${vault.server} refuses this token`, false, 'Check the reference in `token`: it may have expired.');
}

/** Mounts of a namespace that could not be listed: one part that failed stands for them. */
const unlisted = (namespace: string, found: ConnectorProblem): MountScope =>
  failed({ namespace, path: 'sys/mounts', type: 'mounts', uuid: '', accessor: '', version: undefined, auth: false }, found);

const failed = (mount: Mount, found: ConnectorProblem): MountScope => ({
  mount,
  outcome: 'failed',
  problems: [found],
  entities: [],
  groups: [],
  roles: [],
  secretIds: [],
  tokens: [],
  secrets: [],
});

/** @param only reads one mount and the identities that its records lean on. */
export async function readVault(
  vault: VaultClient,
  settings: OpenBaoSettings,
  asOf: Instant,
  only?: (mount: Mount) => boolean,
): Promise<Result<Snapshot, ConnectorProblem>> {
  const clusterId = await vault.clusterId();
  if (!clusterId.ok) return clusterId;
  const scopes: MountScope[] = [];
  const mounts: Mount[] = [];
  const policies = new Map<string, string>();
  const budget = budgetOf(settings);
  for (const namespace of namespacesOf(settings)) {
    const found = await mountsOf(vault, namespace);
    if (!found.ok) {
      scopes.push(unlisted(namespace, found.error.code === 'forbidden' ? await refusal(vault, found.error) : found.error));
      continue;
    }
    mounts.push(...found.value);
    const read: MountScope[] = [];
    for (const mount of found.value.filter((one) => readerOf(one) !== undefined && isChosen(settings, one) && (only?.(one) ?? true)))
      read.push(await readMount(vault, mount, budget));
    const denied = await readPolicies(vault, namespace, policiesIn(read), policies);
    scopes.push(...read.map((scope) => withDenied(scope, denied)));
  }
  return ok({ clusterId: clusterId.value, server: vault.server, asOf, scopes, mounts, policies });
}

function policiesIn(scopes: readonly MountScope[]): Set<string> {
  const named = scopes.flatMap(({ entities, groups, roles, tokens }) =>
    [...entities, ...groups, ...roles, ...tokens].flatMap(({ policies }) => policies),
  );
  return new Set(named.length === 0 ? [] : [...named, 'default']);
}

/** @returns the right that is missing; a policy that is named and does not exist gives nothing, and hides nothing. */
async function readPolicies(
  vault: VaultClient,
  namespace: string,
  names: ReadonlySet<string>,
  policies: Map<string, string>,
): Promise<ConnectorProblem | undefined> {
  let denied: ConnectorProblem | undefined;
  for (const name of names) {
    if (name === 'root') continue;
    const read = await vault.read(namespace, `sys/policies/acl/${name}`);
    if (!read.ok) denied ??= read.error;
    else policies.set(`${namespace}${name}`, typeof read.value?.policy === 'string' ? read.value.policy : '');
  }
  return denied;
}

/** Identities whose policies may not be read are listed, and what they may do is unread; a server that stops answering has listed nothing. */
function withDenied(scope: MountScope, denied: ConnectorProblem | undefined): MountScope {
  const leans = scope.entities.length + scope.roles.length > 0;
  if (denied === undefined || !leans || scope.outcome === 'failed') return scope;
  if (denied.code !== 'forbidden') return failed(scope.mount, denied);
  return { ...scope, outcome: 'partial', problems: [...scope.problems, denied] };
}
