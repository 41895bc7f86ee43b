import type { Entitlement } from '../../../shared/model/vocabulary.ts';
import type { Binding, ClusterObject, Role, Secret, ServiceAccount, Workload } from './objects.ts';
import { RightsReader } from './rbac.ts';

/** Which cluster this is, and what people call it. */
export interface ClusterName {
  /** The UID of the namespace kube-system, which lives as long as the cluster; its address where that may not be read. */
  readonly uid: string;
  readonly cluster: string;
  /** Who signs the tokens of its ServiceAccounts; undefined where that may not be read. */
  readonly issuer?: string;
}

/**
 * What is known of a cluster, by uid and by name: enough to say of one object what Muster says of it. Rights are worked out again only
 * after a role or a binding changed.
 */
export class ClusterState {
  readonly name: ClusterName;
  /** Roles and bindings were all read; otherwise nobody's rights are known. */
  readonly rightsRead: boolean;
  readonly #objects = new Map<string, ClusterObject>();
  readonly #accounts = new Map<string, ServiceAccount>();
  readonly #secrets = new Map<string, Secret>();
  #rights: RightsReader | undefined;

  constructor(name: ClusterName, rightsRead: boolean) {
    this.name = name;
    this.rightsRead = rightsRead;
  }

  get(uid: string): ClusterObject | undefined {
    return this.#objects.get(uid);
  }
  all(): IterableIterator<ClusterObject> {
    return this.#objects.values();
  }
  account(namespace: string | undefined, name: string): ServiceAccount | undefined {
    return this.#accounts.get(`${namespace}/${name}`);
  }
  secret(namespace: string | undefined, name: string): Secret | undefined {
    return this.#secrets.get(`${namespace}/${name}`);
  }

  put(object: ClusterObject): void {
    const { uid } = object.meta;
    this.#objects.set(uid, object);
    if (object.part === 'serviceaccount') this.#accounts.set(nameOf(object), object);
    else if (isSecret(object)) this.#secrets.set(nameOf(object), object);
    else if (isRbac(object)) this.#rights = undefined;
  }

  remove(uid: string): void {
    const object = this.#objects.get(uid);
    if (!object) return;
    this.#objects.delete(uid);
    // The name may have been taken by another object already.
    if (object.part === 'serviceaccount' && this.#accounts.get(nameOf(object))?.meta.uid === uid) this.#accounts.delete(nameOf(object));
    else if (isSecret(object) && this.#secrets.get(nameOf(object))?.meta.uid === uid) this.#secrets.delete(nameOf(object));
    else if (isRbac(object)) this.#rights = undefined;
  }

  rightsOf(account: ServiceAccount): readonly Entitlement[] {
    return this.#reader().serviceAccount(account.meta.namespace ?? '', account.meta.name);
  }
  rightsOfUser(name: string): readonly Entitlement[] {
    return this.#reader().user(name);
  }

  /** Users that bindings name. Components of the cluster itself (`system:`) are left to the cluster. */
  users(): readonly string[] {
    const names = new Set<string>();
    for (const object of this.#objects.values()) {
      if (object.part !== 'rolebinding' && object.part !== 'clusterrolebinding') continue;
      for (const { kind, name } of object.subjects) if (kind === 'User' && !name.startsWith('system:')) names.add(name);
    }
    return [...names].sort();
  }

  /** Objects of which something else is said once this one is there, is another, or is gone. */
  *around(object: ClusterObject): Generator<ClusterObject> {
    if (isRbac(object)) {
      for (const account of this.#accounts.values()) yield account;
    } else if (object.part === 'serviceaccount') {
      for (const other of this.#namespace(object)) if (isWorkload(other) && other.serviceAccount === object.meta.name) yield other;
    } else if (isSecret(object)) {
      const { name } = object.meta;
      for (const other of this.#namespace(object)) {
        if (isWorkload(other) && other.secrets.includes(name)) yield other;
        else if (other.part === 'certificate' && other.secret === name) yield other;
        else if (other.part === 'serviceaccount' && object.part === 'token') yield other;
      }
    }
  }

  *#namespace({ meta }: ClusterObject): Generator<ClusterObject> {
    for (const other of this.#objects.values()) if (other.meta.namespace === meta.namespace && other.meta.uid !== meta.uid) yield other;
  }

  #reader(): RightsReader {
    if (!this.#rights) {
      const roles: Role[] = [];
      const bindings: Binding[] = [];
      for (const object of this.#objects.values()) {
        if (object.part === 'role' || object.part === 'clusterrole') roles.push(object);
        else if (object.part === 'rolebinding' || object.part === 'clusterrolebinding') bindings.push(object);
      }
      this.#rights = new RightsReader({ roles, bindings }, this.name.cluster);
    }
    return this.#rights;
  }
}

const nameOf = ({ meta }: ClusterObject): string => `${meta.namespace}/${meta.name}`;
export const isSecret = (object: ClusterObject): object is Secret => ['token', 'tls', 'registry', 'secret'].includes(object.part);
export const isRbac = (object: ClusterObject): object is Role | Binding =>
  ['role', 'clusterrole', 'rolebinding', 'clusterrolebinding'].includes(object.part);
export const isWorkload = (object: ClusterObject): object is Workload =>
  ['deployment', 'statefulset', 'daemonset', 'job', 'cronjob', 'pod'].includes(object.part);
