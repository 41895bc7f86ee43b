import type { Day, Instant } from '../../shared/base/time.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';
import type { AccessLevel } from '../../shared/model/vocabulary.ts';

/**
 * What identity providers have in common, whatever they call it: applications that sign in, what they were given, people and groups.
 * A connector reads its provider into this; everything after it is the same for all of them.
 */
export interface ProviderSnapshot {
  /** Of subtypes: `keycloak.client`. */
  readonly provider: string;
  /** What makes its ids unique in the world (OpenID Connect Discovery, `issuer`), or the tenant. */
  readonly issuer: string;
  /** For people: a realm, a tenant. */
  readonly boundary: string;
  readonly asOf: Instant;
  readonly parts: readonly ProviderPart[];
}

export type PartName = 'clients' | 'users' | 'groups';

/** One kind of thing, listed completely or not. */
export interface ProviderPart {
  readonly name: PartName;
  readonly outcome: 'complete' | 'partial' | 'failed';
  readonly problems: readonly ConnectorProblem[];
  readonly applications: readonly Application[];
  readonly users: readonly User[];
  readonly groups: readonly Group[];
}

export interface Application {
  /** Never given again. */
  readonly id: string;
  /** Clients, service principals, service apps: the provider's own word behind the dot of the subtype. */
  readonly type: string;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly enabled: boolean;
  readonly created: Instant | undefined;
  readonly description: string | undefined;
  readonly usedBy: 'machine' | 'person' | 'both' | undefined;
  readonly owner: string | undefined;
  readonly team: string | undefined;
  readonly vendor: string | undefined;
  readonly secrets: readonly ApplicationSecret[];
  /** Undefined: it may not be read. */
  readonly rights: readonly Right[] | undefined;
  /** Groups that it is a member of; undefined: they may not be read. */
  readonly groups: readonly { readonly id: string; readonly path: string }[] | undefined;
  /** Ids of people for whom it may act, with what they agreed to; undefined: this was not asked. */
  readonly actsFor: readonly { readonly user: string; readonly scopes: readonly string[] }[] | undefined;
}

export interface ApplicationSecret {
  /** Which one it is: a key id, or the moment of its making. */
  readonly id: string;
  readonly kind: 'secret' | 'key' | 'certificate' | 'federated trust';
  readonly name: string;
  readonly created: Instant | undefined;
  readonly expires: Instant | undefined;
  readonly description: string | undefined;
}

export interface Right {
  readonly level: AccessLevel;
  readonly on: string;
  /** Composite roles and groups on the way, the nearest to the application first. */
  readonly via: readonly string[];
  readonly native: string;
  /** `upper bound` where only the name of a role says what it allows. */
  readonly certainty: 'exact' | 'upper bound';
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly email: string | undefined;
  readonly enabled: boolean;
  readonly leftOn: Day | undefined;
  readonly manager: string | undefined;
  /** Of the directory that it was taken over from: entryUUID or objectGUID. */
  readonly directoryId: string | undefined;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly email: string | undefined;
  /** Ids of users; undefined: they may not be read. */
  readonly members: readonly string[] | undefined;
}
