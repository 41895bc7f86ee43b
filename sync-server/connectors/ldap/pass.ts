import { AndFilter, type Filter, NotFilter, PresenceFilter } from 'ldapts';
import type { Instant } from '../../../shared/base/time.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import { attributesFor, MAY_BE_HIDDEN, optionalFor } from './attributes.ts';
import type { Directory, Found, Root } from './client.ts';
import type { Purpose, Scope, Snapshot } from './directory.ts';
import { hasAttribute, type LdapEntry, textOf, uuidOf } from './entry.ts';
import { basesFor, filterFor, idFilter, levelsOf } from './scopes.ts';
import type { Context } from './session.ts';

export const PURPOSES: readonly Purpose[] = ['groups', 'people', 'accounts'];
/** Below what servers allow at most by default: 500 for OpenLDAP, 1,000 for Active Directory. */
const PAGE = 400;

/** One pass over a directory: what it says of itself, then each base of each purpose. */
export class Pass {
  readonly #context: Context;
  readonly #directory: Directory;
  readonly root: Root;
  readonly #only: string | undefined;

  constructor(context: Context, directory: Directory, root: Root, only: string | undefined) {
    [this.#context, this.#directory, this.root, this.#only] = [context, directory, root, only];
  }

  async snapshot(asOf: Instant): Promise<Snapshot> {
    const { settings } = this.#context;
    const known = await this.#directory.schema(this.root.subschema);
    const scopes: Scope[] = [];
    for (const purpose of PURPOSES)
      for (const base of basesFor(purpose, settings, this.root)) scopes.push(await this.#scope(purpose, base, known));
    return {
      flavour: this.root.flavour,
      asOf,
      server: this.#directory.server,
      known,
      scopes,
      ownerAttribute: settings.ownerAttribute,
      purposeAttribute: settings.purposeAttribute,
      levels: levelsOf(settings),
    };
  }

  async #scope(purpose: Purpose, base: string, known: ReadonlySet<string> | undefined): Promise<Scope> {
    const { settings } = this.#context;
    const { flavour } = this.root;
    const own = filterFor(purpose, settings, flavour);
    const narrowed = this.#only !== undefined && purpose !== 'groups' ? [idFilter(this.#only, flavour), own] : [own];
    const hidden = await this.#hidden(base);
    if (hidden !== undefined) return { purpose, base, outcome: 'failed', entries: [], absent: [], problems: [hidden] };
    const attributes = attributesFor(flavour, purpose, [settings.ownerAttribute, settings.purposeAttribute]);
    const filter = narrowed.length === 1 ? own : new AndFilter({ filters: narrowed });
    const found = await this.#directory.search(base, 'sub', filter, attributes, settings.pageSize ?? PAGE);
    const nothing = found.entries.length === 0 && found.problem === undefined ? await this.#unseen(base) : undefined;
    const absent =
      found.problem === undefined ? await this.#absent(purpose, base, filter, found.entries, known) : { absent: [], problems: [] };
    const { outcome, problems } = outcomeOf(found, [...(nothing === undefined ? [] : [nothing]), ...absent.problems]);
    return { purpose, base, entries: found.entries, absent: absent.absent, outcome, problems };
  }

  /**
   * Whether an attribute that no entry shows is absent or hidden. A filter over an attribute that this user may not search is neither true
   * nor false (RFC 4511, 4.5.1.7): where "has it not" finds an entry, absence is a fact.
   */
  async #absent(
    purpose: Purpose,
    base: string,
    filter: Filter,
    entries: readonly LdapEntry[],
    known: ReadonlySet<string> | undefined,
  ): Promise<{ absent: string[]; problems: ConnectorProblem[] }> {
    const isKept = (name: string): boolean => known === undefined || known.has(name.toLowerCase());
    const asked = optionalFor(purpose, this.#context.settings.ownerAttribute);
    const unseen = asked.filter((name) => isKept(name) && !entries.some((entry) => hasAttribute(entry, name)));
    if (entries.length === 0 || this.root.flavour !== 'openldap') return { absent: [], problems: [] };
    const absent: string[] = [];
    const denied: string[] = [];
    for (const name of unseen) {
      const without = new NotFilter({ filter: new PresenceFilter({ attribute: name }) });
      if (await this.#directory.matches(base, new AndFilter({ filters: [filter, without] }))) absent.push(name.toLowerCase());
      else if (known !== undefined && !MAY_BE_HIDDEN.has(name)) denied.push(name);
    }
    return { absent, problems: denied.length === 0 ? [] : [deniedProblem(denied, base, this.#directory.server)] };
  }

  /** A base that this user may not see looks like one that is not there: neither is an empty one. */
  async #hidden(base: string): Promise<ConnectorProblem | undefined> {
    const found = await this.#directory.search(base, 'base', '(objectClass=*)', ['entryUUID', 'objectGUID'], 10);
    if (found.problem !== undefined) return found.problem;
    if (found.entries[0] !== undefined) return undefined;
    return problem(
      'forbidden',
      `${this.#directory.server}: ${base} itself may not be read, so nobody can say whether what lies below it is everything`,
      false,
      'Give the user that Muster binds as the rights of "rights needed".',
    );
  }

  /** The base says that entries lie below it, and none of them is shown. */
  async #unseen(base: string): Promise<ConnectorProblem | undefined> {
    if (this.#only !== undefined || this.root.flavour !== 'openldap') return undefined;
    const self = await this.#directory.search(base, 'base', '(objectClass=*)', ['hasSubordinates'], 10);
    const [entry] = self.entries;
    if (!entry || textOf(entry, 'hasSubordinates') !== 'TRUE') return self.problem;
    const below = await this.#directory.search(base, 'one', '(objectClass=*)', ['1.1'], this.#context.settings.pageSize ?? PAGE);
    if (below.problem !== undefined || below.entries.length > 0) return below.problem;
    return problem(
      'forbidden',
      `${this.#directory.server}: entries lie below ${base}, and none of them may be read`,
      false,
      'Give the user that Muster binds as the rights of "rights needed".',
    );
  }

  /** The id of the first base: a directory that was set up again under the same names is another one. */
  async place(): Promise<string | undefined> {
    const [base] = basesFor('accounts', this.#context.settings, this.root);
    if (base === undefined) return undefined;
    const { entries } = await this.#directory.search(base, 'base', '(objectClass=*)', ['entryUUID', 'objectGUID'], 10);
    const uuid = entries[0] && uuidOf(entries[0]);
    return uuid === undefined ? undefined : `ldap:${uuid}`;
  }
}

const deniedProblem = (names: readonly string[], base: string, server: string): ConnectorProblem =>
  problem(
    'forbidden',
    `${server}: the right to read ${names.join(', ')} below ${base} is missing`,
    false,
    'Give the user that Muster binds as the rights of "rights needed".',
  );

function outcomeOf({ problem: ended }: Found, problems: readonly ConnectorProblem[]): Pick<Scope, 'outcome' | 'problems'> {
  if (ended === undefined) return { outcome: problems.length === 0 ? 'complete' : 'partial', problems };
  return { outcome: ended.code === 'too large' ? 'partial' : 'failed', problems: [ended] };
}
