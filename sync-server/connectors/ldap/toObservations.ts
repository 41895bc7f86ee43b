import { hashText } from '../../../shared/base/hash.ts';
import { compareCodeUnits, type Json } from '../../../shared/base/json.ts';
import { MAX_TEXT } from '../../../shared/base/text.ts';
import { parseTime } from '../../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation, ObservedLink } from '../../../shared/model/record.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import type { Entitlement } from '../../../shared/model/vocabulary.ts';
import { problem } from '../connector.ts';
import {
  type Around,
  accountEnds,
  createdOf,
  FLAGS,
  flagsOf,
  hasPassword,
  lastUsedOf,
  type PasswordAge,
  passwordAge,
  passwordEnds,
  statusOf,
  type Visible,
} from './account.ts';
import type { Purpose, Scope, Snapshot } from './directory.ts';
import { firstValue, isDn, normalDn } from './dn.ts';
import { hasAttribute, isOf, type LdapEntry, sidOf, textOf, textsOf, uuidOf } from './entry.ts';
import { Groups } from './groups.ts';
import { instantOf } from './values.ts';

const MAX_ACCESS = 1_000;
const MAX_ALIASES = 64;

export const entryId = (uuid: string): ExternalId => `entry/${uuid}` as ExternalId;
const passwordId = (uuid: string): ExternalId => `password/${uuid}` as ExternalId;

/** One base of one purpose is listed completely or not. */
export function coverageOf({ purpose, base }: Pick<Scope, 'purpose' | 'base'>): CoverageId {
  const id = `${purpose}:${normalDn(base)}`;
  return (id.length <= 512 ? id : `${purpose}:${hashText(id)}`) as CoverageId;
}

const WORDS: Readonly<Record<Purpose, string>> = { groups: 'groups', people: 'people', accounts: 'service accounts' };
export const coverageLabel = ({ purpose, base }: Pick<Scope, 'purpose' | 'base'>): string => `${WORDS[purpose]} below ${base}`;

/** `dc=example,dc=org` is example.org to people. */
function boundaryOf(base: string): string {
  const parts = normalDn(base)
    .split(',')
    .filter((part) => part.startsWith('dc='));
  return parts.length === 0 ? base : parts.map((part) => part.slice(3)).join('.');
}

export interface ObservedScope {
  readonly scope: Scope;
  readonly records: readonly Observation[];
  readonly problems: readonly ConnectorProblem[];
}

/** One observation for each entry, and one for the password of each account that has one. */
export function toObservations(snapshot: Snapshot): ObservedScope[] {
  const reader = new SnapshotReader(snapshot);
  const seen = new Set<ExternalId>();
  return snapshot.scopes.map((scope) => {
    const coverage = coverageOf(scope);
    const nameless = scope.entries.filter((entry) => uuidOf(entry) === undefined).length;
    const around = reader.around(scope);
    const records = scope.entries.flatMap((entry) => reader.observe(entry, scope, coverage, around));
    const fresh = records.filter(({ externalId }) => !seen.has(externalId));
    for (const { externalId } of fresh) seen.add(externalId);
    return { scope, records: fresh, problems: [...scope.problems, ...namelessProblem(nameless, scope, snapshot)] };
  });
}

function namelessProblem(count: number, { base }: Scope, { flavour }: Snapshot): ConnectorProblem[] {
  if (count === 0) return [];
  const attribute = flavour === 'openldap' ? 'entryUUID' : 'objectGUID';
  const message = `${attribute} of ${count} entr${count === 1 ? 'y' : 'ies'} below ${base} may not be read; they were left out`;
  return [problem('forbidden', message, false, `Give the user that Muster binds as the right to read ${attribute}.`)];
}

class SnapshotReader {
  readonly #snapshot: Snapshot;
  readonly #groups: Groups;
  readonly #groupsComplete: boolean;
  readonly #byDn: ReadonlyMap<string, LdapEntry>;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    const of = (purpose: Purpose): Scope[] => snapshot.scopes.filter((scope) => scope.purpose === purpose);
    this.#groups = new Groups(
      of('groups').flatMap(({ entries }) => entries),
      snapshot.levels,
    );
    this.#groupsComplete = of('groups').every(({ outcome }) => outcome === 'complete');
    const named = [...of('people'), ...of('groups')].flatMap(({ entries }) => entries);
    this.#byDn = new Map(named.map((entry) => [normalDn(entry.dn), entry]));
  }

  around(scope: Scope): Around {
    const { flavour, asOf, known } = this.#snapshot;
    return { flavour, now: parseTime(asOf) ?? 0, visible: visibleIn(scope, known) };
  }

  observe(entry: LdapEntry, scope: Scope, coverage: CoverageId, around: Around): Observation[] {
    const uuid = uuidOf(entry);
    if (uuid === undefined) return [];
    const common = { externalId: entryId(uuid), coverage, keys: [`ldap:${uuid}`] };
    switch (scope.purpose) {
      case 'people':
        return [{ ...common, ...this.#person(entry, around) }];
      case 'groups':
        return [{ ...common, ...this.#group(entry, boundaryOf(scope.base)) }];
      case 'accounts':
        return this.#account(entry, uuid, common, boundaryOf(scope.base), around);
    }
  }

  #person(entry: LdapEntry, around: Around): Omit<Observation, 'externalId' | 'coverage' | 'keys'> {
    const status = statusOf(entry, around);
    const name = textOf(entry, 'displayName') ?? textOf(entry, 'cn') ?? firstValue(entry.dn);
    const ends = status === 'expired' ? instantOf(accountEnds(entry, around.flavour)) : undefined;
    const manager = textOf(entry, 'manager');
    return {
      type: 'party',
      kind: 'person',
      subtype: around.flavour === 'openldap' ? 'ldap.person' : 'ad.user',
      aliases: aliasesOf(entry, [name, ...namesOf(entry), textOf(entry, 'mail')]),
      fields: {
        name,
        partyKind: 'person',
        ...optional('email', textOf(entry, 'mail')),
        ...optional('manager', manager === undefined ? undefined : this.#personName(manager)),
        ...(status === 'unread' ? {} : { active: status === 'enabled' }),
        ...(ends === undefined ? {} : { leftOn: ends.slice(0, 10) }),
        ...(this.#groupsComplete ? { memberships: this.#memberships(entry) } : {}),
      },
      ...unread([status === 'unread' && 'active', !this.#groupsComplete && 'memberships']),
    };
  }

  #personName(dn: string): string {
    const entry = this.#byDn.get(normalDn(dn));
    return (entry && (textOf(entry, 'displayName') ?? textOf(entry, 'cn'))) ?? firstValue(dn);
  }

  #memberships(entry: LdapEntry): string[] {
    const names = this.#groups.directOf(entry).map((dn) => this.#groups.nameOf(dn).slice(0, MAX_TEXT));
    return [...new Set(names)].sort(compareCodeUnits).slice(0, 1_000);
  }

  /** What Windows itself defines gives rights and is nobody's team; any other group is a team that may answer for something. */
  #group(entry: LdapEntry, boundary: string): Omit<Observation, 'externalId' | 'coverage' | 'keys'> {
    const name = textOf(entry, 'cn') ?? firstValue(entry.dn);
    const aliases = aliasesOf(entry, [name, textOf(entry, 'sAMAccountName'), textOf(entry, 'mail')]);
    const described = optional('description', descriptionOf(entry));
    if (isSystemGroup(entry))
      return { type: 'resource', kind: 'group', subtype: 'ad.group', aliases, fields: { name, boundary, ...described } };
    return {
      type: 'party',
      kind: 'team',
      subtype: this.#snapshot.flavour === 'openldap' ? 'ldap.group' : 'ad.group',
      aliases,
      fields: { name, partyKind: 'team', active: true, ...optional('email', textOf(entry, 'mail')), ...described },
    };
  }

  #account(
    entry: LdapEntry,
    uuid: string,
    common: Pick<Observation, 'externalId' | 'coverage' | 'keys'>,
    boundary: string,
    around: Around,
  ): Observation[] {
    const { flavour } = around;
    const owner = this.#ownerOf(entry);
    const ownerUnread =
      owner === undefined && flavour === 'openldap' && around.visible(this.#snapshot.ownerAttribute ?? 'owner') === 'unknown';
    const age = passwordAge(entry, around);
    const withPassword = hasPassword(entry, flavour);
    const status = statusOf(entry, around);
    const lastUsed = lastUsedOf(entry, around);
    const created = instantOf(createdOf(entry, flavour));
    const rotated = age.kind === 'set' ? instantOf(age.at) : undefined;
    const { purposeAttribute } = this.#snapshot;
    const identity: Observation = {
      ...common,
      type: 'identity',
      kind: 'service account',
      subtype: accountSubtype(entry, flavour),
      aliases: aliasesOf(entry, [...namesOf(entry), ...textsOf(entry, 'servicePrincipalName'), ...textsOf(entry, 'krbPrincipalName')]),
      fields: {
        name: textOf(entry, 'displayName') ?? textOf(entry, 'cn') ?? textOf(entry, 'uid') ?? firstValue(entry.dn),
        boundary,
        ...(status === 'unread' ? {} : { status }),
        ...optional('created', created),
        ...optional('expires', instantOf(accountEnds(entry, flavour))),
        ...optional('rotated', rotated),
        ...(lastUsed === 'unread' ? {} : optional('lastUsed', lastUsed)),
        ...optional('description', descriptionOf(entry)),
        ...optional('purpose', purposeAttribute === undefined ? undefined : textOf(entry, purposeAttribute)?.slice(0, MAX_TEXT)),
        ...optional('owner', owner),
        ...(this.#groupsComplete ? { memberships: this.#memberships(entry) } : {}),
      },
      access: this.#accessOf(entry, boundary),
      links: [...this.#memberLinks(entry), ...(withPassword ? [link('has-credential', passwordId(uuid))] : [])].slice(0, 2_000),
      ...unread([
        status === 'unread' && 'status',
        created === undefined && 'created',
        lastUsed === 'unread' && 'lastUsed',
        ownerUnread && 'owner',
        ...(this.#groupsComplete ? [] : (['access', 'memberships'] as const)),
      ]),
    };
    return withPassword ? [identity, this.#password(entry, uuid, identity, age)] : [identity];
  }

  #password(entry: LdapEntry, uuid: string, account: Observation, age: PasswordAge): Observation {
    const { name, status, created, rotated, boundary } = account.fields;
    const managed = hasAttribute(entry, 'msDS-ManagedPasswordInterval');
    const ends = instantOf(passwordEnds(entry));
    const note =
      age.kind === 'must be changed'
        ? 'It must be changed at the next sign-in.'
        : managed
          ? `The directory changes it every ${textOf(entry, 'msDS-ManagedPasswordInterval')} days.`
          : undefined;
    return {
      type: 'credential',
      kind: 'password',
      subtype: `${account.subtype}.password`,
      externalId: passwordId(uuid),
      coverage: account.coverage,
      keys: [`ldap:${uuid}/password`],
      aliases: [],
      fields: {
        name: `password of ${name}`.slice(0, MAX_TEXT),
        boundary: boundary ?? '',
        ...(status === undefined ? {} : { status }),
        // One that was never changed is as old as its account; so, at least, is one that must be changed.
        ...(age.kind === 'unread' || created === undefined ? {} : { created }),
        ...(rotated === undefined ? {} : { rotated }),
        ...optional('expires', ends),
        ...optional('description', note),
      },
      ...unread([age.kind === 'unread' && 'rotated', status === undefined && 'status']),
    };
  }

  #memberLinks(entry: LdapEntry): ObservedLink[] {
    return this.#groups.directOf(entry).map((dn) => {
      const listed = this.#groups.get(dn);
      const uuid = listed && uuidOf(listed.entry);
      const to = uuid === undefined ? { alias: dn.slice(0, MAX_TEXT) } : { externalId: entryId(uuid) };
      return { relation: 'member-of', to, certainty: 'exact' };
    });
  }

  #accessOf(entry: LdapEntry, boundary: string): Entitlement[] {
    return [...this.#groups.accessOf(entry, boundary), ...delegationOf(entry, boundary)].slice(0, MAX_ACCESS);
  }

  /**
   * As the directory writes it: the DN of who answers, which is an alias of that person or team here. Not the address: two entries may
   * share one, and that of somebody who was deleted is known no more.
   */
  #ownerOf(entry: LdapEntry): string | undefined {
    const { ownerAttribute, flavour } = this.#snapshot;
    const usual = flavour === 'openldap' ? ['owner', 'managedBy', 'manager'] : ['managedBy', 'owner', 'manager'];
    const [said] = (ownerAttribute === undefined ? usual : [ownerAttribute]).flatMap((name) => textsOf(entry, name));
    if (said === undefined || !isDn(said)) return said?.slice(0, MAX_TEXT);
    return (this.#byDn.get(normalDn(said))?.dn ?? said).slice(0, MAX_TEXT);
  }
}

/** Whether absence of an attribute says anything: see {@link Visible}. */
function visibleIn({ entries, absent }: Scope, known: Snapshot['known']): (attribute: string) => Visible {
  const seen = new Set(absent);
  for (const { attributes } of entries) for (const [name, values] of attributes) if (values.length > 0) seen.add(name);
  return (attribute) => {
    const name = attribute.toLowerCase();
    if (seen.has(name)) return 'read';
    return known !== undefined && !known.has(name) ? 'not kept' : 'unknown';
  };
}

/** Unconstrained delegation hands out the sign-in of whoever comes; constrained delegation acts as anybody towards the services named. */
function delegationOf(entry: LdapEntry, boundary: string): Entitlement[] {
  const flags = flagsOf(entry) ?? 0;
  const grant = (on: string, native: string): Entitlement => ({
    level: 'grant',
    on: on.slice(0, 1_024),
    boundary,
    native: native.slice(0, 2_048),
    certainty: 'upper bound',
  });
  const anyone = flags & FLAGS.protocolTransition ? ', any protocol' : '';
  return [
    ...(flags & FLAGS.delegation ? [grant('*', 'TRUSTED_FOR_DELEGATION')] : []),
    ...textsOf(entry, 'msDS-AllowedToDelegateTo').map((name) => grant(name, `msDS-AllowedToDelegateTo ${name}${anyone}`)),
  ];
}

function accountSubtype(entry: LdapEntry, flavour: Snapshot['flavour']): string {
  if (flavour === 'openldap') return 'ldap.account';
  if (isOf(entry, 'msDS-GroupManagedServiceAccount')) return 'ad.gmsa';
  return isOf(entry, 'msDS-ManagedServiceAccount') ? 'ad.msa' : 'ad.user';
}

function isSystemGroup(entry: LdapEntry): boolean {
  const sid = sidOf(entry);
  if (sid === undefined) return false;
  return (
    sid.startsWith('S-1-5-32-') || Number(sid.slice(sid.lastIndexOf('-') + 1)) < 1_000 || textOf(entry, 'isCriticalSystemObject') === 'TRUE'
  );
}

const namesOf = (entry: LdapEntry): (string | undefined)[] => [
  ...textsOf(entry, 'cn'),
  ...textsOf(entry, 'uid'),
  textOf(entry, 'sAMAccountName'),
  textOf(entry, 'userPrincipalName'),
];

const aliasesOf = (entry: LdapEntry, names: readonly (string | undefined)[]): string[] =>
  [...new Set([entry.dn, ...names])]
    .flatMap((name) => (name === undefined || name === '' ? [] : [name.slice(0, MAX_TEXT)]))
    .slice(0, MAX_ALIASES);

const descriptionOf = (entry: LdapEntry): string | undefined => {
  const said = textsOf(entry, 'description').join('\n').toWellFormed().slice(0, MAX_TEXT);
  return said === '' ? undefined : said;
};

const link = (relation: ObservedLink['relation'], externalId: ExternalId): ObservedLink => ({
  relation,
  to: { externalId },
  certainty: 'exact',
});

const optional = (name: string, value: Json | undefined): Record<string, Json> => (value === undefined ? {} : { [name]: value });

const unread = (names: readonly (string | false)[]): { unread?: string[] } => {
  const said = names.filter((name) => name !== false);
  return said.length === 0 ? {} : { unread: said };
};
