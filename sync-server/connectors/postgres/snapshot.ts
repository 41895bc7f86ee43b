import type { Instant } from '../../../shared/base/time.ts';

/** What one read-only transaction saw. Plain rows, so that everything after it is pure. */
export interface Snapshot {
  /** The database's own clock when the snapshot was taken. */
  readonly asOf: Instant;
  /** The cluster's identifier, written by initdb. Absent: reading it was refused. */
  readonly systemId: string | undefined;
  /** `host:port` as configured: a name, for people only. */
  readonly server: string;
  readonly database: string;
  readonly databaseOid: string;
  readonly version: number;
  readonly roles: readonly RoleRow[];
  readonly memberships: readonly MembershipRow[];
  readonly grants: readonly GrantRow[];
}

export interface RoleRow {
  readonly oid: string;
  readonly name: string;
  readonly login: boolean;
  readonly superuser: boolean;
  readonly createRole: boolean;
  readonly createDatabase: boolean;
  readonly replication: boolean;
  readonly bypassRowSecurity: boolean;
  readonly inherit: boolean;
  /** VALID UNTIL: after it the password is refused; other ways to sign in are not. Null: for ever. */
  readonly validUntil: Instant | null;
  readonly comment: string | null;
}

export interface MembershipRow {
  readonly group: string;
  readonly member: string;
  readonly admin: boolean;
  /** PostgreSQL 16 decides per membership; before, the member's INHERIT does. */
  readonly inherits: boolean | null;
}

/** Rights of one grantee of one kind on the objects of one schema, or on the database or schema itself. */
export interface GrantRow {
  /** `0` is PUBLIC: every role. */
  readonly grantee: string;
  readonly on: 'table' | 'schema' | 'database' | 'function';
  readonly schema: string | null;
  readonly privilege: string;
  readonly grantable: boolean;
  readonly objects: number;
  /** Objects of that kind in the schema, whoever may use them. */
  readonly total: number;
  /** The first few by name. */
  readonly examples: readonly string[];
  /** The grantee owns them: nobody granted it, and it can grant it on. */
  readonly owned: boolean;
}
