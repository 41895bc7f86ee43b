import type { AccessLevel, Entitlement } from '../../../shared/model/vocabulary.ts';
import type { GrantRow, RoleRow, Snapshot } from './snapshot.ts';

const MAX_ENTITLEMENTS = 1_000;

/** How a role comes to hold another's rights: the groups on the way, and whether it holds them without SET ROLE. */
interface Path {
  readonly role: string;
  readonly via: readonly string[];
  readonly inherits: boolean;
}

export interface Rights {
  readonly access: readonly Entitlement[];
  /** Some were left out: there are more than anyone reads. */
  readonly cut: boolean;
}

/** PostgreSQL's own roles and what membership in them allows (PostgreSQL, "Predefined Roles"). */
const PREDEFINED: Readonly<Record<string, AccessLevel>> = {
  pg_execute_server_program: 'full',
  pg_write_server_files: 'full',
  pg_read_server_files: 'secrets',
  pg_read_all_data: 'read',
  pg_write_all_data: 'write',
  pg_signal_backend: 'run',
  pg_maintain: 'write',
  pg_checkpoint: 'run',
  pg_create_subscription: 'write',
  pg_use_reserved_connections: 'run',
};

const WRITES = new Set(['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN', 'CREATE']);
const levelOf = (privilege: string): AccessLevel => (privilege === 'EXECUTE' ? 'run' : WRITES.has(privilege) ? 'write' : 'read');

/** DOMAIN E. Attributes belong to the role itself and are never inherited; a member gains them by SET ROLE. */
function attributes(role: RoleRow): { readonly level: AccessLevel; readonly on: string; readonly native: string }[] {
  return [
    ...(role.superuser ? [{ level: 'full' as const, on: '*', native: 'SUPERUSER' }] : []),
    ...(role.createRole ? [{ level: 'grant' as const, on: 'roles', native: 'CREATEROLE' }] : []),
    ...(role.createDatabase ? [{ level: 'write' as const, on: 'databases', native: 'CREATEDB' }] : []),
    // A replica receives every byte of the cluster, password verifiers included.
    ...(role.replication ? [{ level: 'secrets' as const, on: '*', native: 'REPLICATION' }] : []),
    ...(role.bypassRowSecurity ? [{ level: 'read' as const, on: 'rows hidden by policies', native: 'BYPASSRLS' }] : []),
  ];
}

function objectsOf(grant: GrantRow, database: string): string {
  if (grant.on === 'database') return `database ${database}`;
  if (grant.on === 'schema') return `schema ${grant.schema}`;
  if (grant.objects === grant.total && grant.on === 'table') return `${grant.schema}.*`;
  const more = grant.objects - grant.examples.length;
  return `${grant.examples.map((name) => `${grant.schema}.${name}`).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function nativeOf(grant: GrantRow, database: string): string {
  const verb = grant.owned ? 'OWNER' : 'GRANT';
  const what =
    grant.on === 'table' || grant.on === 'function' ? `${grant.objects} ${grant.on}(s) in ${grant.schema}` : objectsOf(grant, database);
  return `${verb} ${grant.privilege} ON ${what}${grant.grantable && !grant.owned ? ' WITH GRANT OPTION' : ''}`;
}

const isGrantedOn = (grant: GrantRow): boolean => grant.grantable && !grant.owned;

/** Everything that this snapshot says about one role, from itself, its groups and PUBLIC. */
export class RightsReader {
  readonly #snapshot: Snapshot;
  readonly #roles: ReadonlyMap<string, RoleRow>;
  readonly #names: ReadonlyMap<string, string>;
  readonly #groups = new Map<string, { group: string; admin: boolean; inherits: boolean }[]>();
  readonly #grants = new Map<string, GrantRow[]>();
  readonly #boundary: string;

  constructor(snapshot: Snapshot, builtIn: ReadonlyMap<string, string>) {
    this.#snapshot = snapshot;
    this.#roles = new Map(snapshot.roles.map((role) => [role.oid, role]));
    this.#names = new Map([...builtIn, ...snapshot.roles.map((role): [string, string] => [role.oid, role.name])]);
    this.#boundary = `${snapshot.server}/${snapshot.database}`;
    for (const { group, member, admin, inherits } of snapshot.memberships) {
      const passesOn = inherits ?? this.#roles.get(member)?.inherit ?? true;
      this.#groups.set(member, [...(this.#groups.get(member) ?? []), { group, admin, inherits: passesOn }]);
    }
    for (const grant of snapshot.grants) this.#grants.set(grant.grantee, [...(this.#grants.get(grant.grantee) ?? []), grant]);
  }

  /** Oids of the groups that a role is a direct member of. */
  groupsOf(oid: string): readonly string[] {
    return (this.#groups.get(oid) ?? []).map(({ group }) => group);
  }

  nameOf(oid: string): string {
    return this.#names.get(oid) ?? `role ${oid}`;
  }

  /** The role itself, then its groups breadth first, each by its shortest path; without endless loops. */
  #paths(oid: string): Path[] {
    const paths: Path[] = [{ role: oid, via: [], inherits: true }];
    const seen = new Set([oid]);
    for (const path of paths) {
      for (const { group, inherits } of this.#groups.get(path.role) ?? []) {
        if (seen.has(group)) continue;
        seen.add(group);
        paths.push({ role: group, via: [...path.via, this.nameOf(group)].slice(0, 64), inherits: path.inherits && inherits });
      }
    }
    return paths;
  }

  rightsOf(oid: string): Rights {
    const access = this.#paths(oid).flatMap((path) => this.#along(path));
    access.push(...this.#granted({ role: '0', via: ['PUBLIC'], inherits: true }));
    return { access: access.slice(0, MAX_ENTITLEMENTS), cut: access.length > MAX_ENTITLEMENTS };
  }

  #along(path: Path): Entitlement[] {
    const role = this.#roles.get(path.role);
    const own = role ? attributes(role).map((one) => this.#entitlement(one, path, path.via.length === 0)) : [];
    const level = PREDEFINED[this.nameOf(path.role)];
    const predefined = level ? [this.#entitlement({ level, on: '*', native: this.nameOf(path.role) }, path, path.inherits)] : [];
    return [...own, ...predefined, ...this.#adminOver(path), ...this.#granted(path)];
  }

  #adminOver(path: Path): Entitlement[] {
    return (this.#groups.get(path.role) ?? [])
      .filter(({ admin }) => admin)
      .map(({ group }) => {
        const name = this.nameOf(group);
        return this.#entitlement(
          { level: 'grant', on: `role ${name}`, native: `MEMBER OF ${name} WITH ADMIN OPTION` },
          path,
          path.inherits,
        );
      });
  }

  #granted(path: Path): Entitlement[] {
    const { database } = this.#snapshot;
    return (this.#grants.get(path.role) ?? []).map((grant) => {
      const level = isGrantedOn(grant) ? 'grant' : levelOf(grant.privilege);
      const said = { level, on: objectsOf(grant, database), native: nativeOf(grant, database) };
      return { ...this.#entitlement(said, path, path.inherits), boundary: this.#boundary };
    });
  }

  #entitlement(said: { level: AccessLevel; on: string; native: string }, path: Path, exact: boolean): Entitlement {
    return {
      level: said.level,
      on: said.on.slice(0, 1_024),
      boundary: this.#snapshot.server,
      ...(path.via.length > 0 ? { via: [...path.via] } : {}),
      native: said.native.slice(0, 2_048),
      certainty: exact ? 'exact' : 'upper bound',
    };
  }
}
