import type { Instant } from '../../../shared/base/time.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';

export interface Mount {
  /** `` for the root namespace, else `team1/`. */
  readonly namespace: string;
  /** With its slash: `secret/`, `auth/approle/`. */
  readonly path: string;
  readonly type: string;
  /** Another one when it was disabled and enabled again at the same path. */
  readonly uuid: string;
  readonly accessor: string;
  /** KV: 1 or 2. */
  readonly version: string | undefined;
  /** From `sys/auth`: it lets callers in. Otherwise a secrets engine. */
  readonly auth: boolean;
}

export interface Alias {
  readonly name: string;
  readonly mountType: string;
  readonly mountAccessor: string;
}
export interface Entity {
  readonly id: string;
  readonly name: string;
  readonly disabled: boolean;
  readonly created: Instant | undefined;
  readonly policies: readonly string[];
  readonly groups: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly aliases: readonly Alias[];
}
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly policies: readonly string[];
}

export interface AppRole {
  readonly name: string;
  readonly roleId: string;
  readonly policies: readonly string[];
  readonly withoutDefaultPolicy: boolean;
}
export interface SecretId {
  readonly accessor: string;
  readonly role: string;
  readonly created: Instant | undefined;
  readonly expires: Instant | undefined;
  /** How often it may still be used; undefined: as often as wanted. */
  readonly uses: number | undefined;
}

export interface Token {
  readonly accessor: string;
  readonly displayName: string;
  readonly type: string;
  readonly entity: string | undefined;
  readonly policies: readonly string[];
  readonly created: Instant | undefined;
  readonly expires: Instant | undefined;
  readonly renewable: boolean;
}

export interface Version {
  readonly number: number;
  readonly created: Instant;
  /** When it was, or will be, deleted; it may be undeleted until it is destroyed. */
  readonly deleted: Instant | undefined;
  readonly destroyed: boolean;
}
/** Of a secret everything but what it is. */
export interface SecretMetadata {
  readonly path: string;
  readonly created: Instant;
  readonly current: number;
  readonly versions: readonly Version[];
  readonly custom: Readonly<Record<string, string>>;
}

/** One mount, read to its end or as far as rights and budget went. */
export interface MountScope {
  readonly mount: Mount;
  readonly outcome: 'complete' | 'partial' | 'failed';
  readonly problems: readonly ConnectorProblem[];
  readonly entities: readonly Entity[];
  readonly groups: readonly Group[];
  readonly roles: readonly AppRole[];
  readonly secretIds: readonly SecretId[];
  readonly tokens: readonly Token[];
  readonly secrets: readonly SecretMetadata[];
}

export interface Snapshot {
  readonly clusterId: string;
  readonly server: string;
  readonly asOf: Instant;
  readonly scopes: readonly MountScope[];
  /** Of the mounts of every namespace, also those that hold no records: what a policy's path leads to. */
  readonly mounts: readonly Mount[];
  /** Text of each policy that could be read, by `namespace` + name. */
  readonly policies: ReadonlyMap<string, string>;
}
