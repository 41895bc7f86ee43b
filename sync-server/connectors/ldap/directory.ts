import type { Instant } from '../../../shared/base/time.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import type { LdapEntry } from './entry.ts';

/** Whose attributes are read. `openldap` stands for every server with the attributes of RFC 4512, 4530 and the password policy draft. */
export type Flavour = 'openldap' | 'active directory';

/** What a search is for. Each with its own bases, so that each is complete or not by itself. */
export type Purpose = 'groups' | 'people' | 'accounts';

/** One base, searched to the end or as far as the server let it. */
export interface Scope {
  readonly purpose: Purpose;
  /** As configured, or the naming context. */
  readonly base: string;
  readonly outcome: 'complete' | 'partial' | 'failed';
  readonly entries: readonly LdapEntry[];
  /** Attributes, in lower case, that no entry has although this user may see them: their absence is a fact. */
  readonly absent: readonly string[];
  readonly problems: readonly ConnectorProblem[];
}

/** Everything that one pass read. Plain data, so that everything after it is pure. */
export interface Snapshot {
  readonly flavour: Flavour;
  readonly asOf: Instant;
  /** `host:port` as configured, for people only. */
  readonly server: string;
  /** Attributes in the server's schema, in lower case; undefined: the schema could not be read. */
  readonly known: ReadonlySet<string> | undefined;
  readonly scopes: readonly Scope[];
  /** The attribute that names who answers for an account; undefined: the usual ones, in their order. */
  readonly ownerAttribute: string | undefined;
  readonly purposeAttribute: string | undefined;
  /** Groups that give rights: a DN or a name in lower case → level. */
  readonly levels: ReadonlyMap<string, string>;
}
