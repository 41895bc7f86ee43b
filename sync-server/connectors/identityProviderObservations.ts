import { compareCodeUnits, type Json } from '../../shared/base/json.ts';
import { MAX_TEXT } from '../../shared/base/text.ts';
import type { CoverageId, ExternalId } from '../../shared/model/ids.ts';
import type { Observation, ObservedLink } from '../../shared/model/record.ts';
import type { Entitlement } from '../../shared/model/vocabulary.ts';
import type { Application, ApplicationSecret, Group, PartName, ProviderPart, ProviderSnapshot, User } from './identityProvider.ts';

/** Fields that an identity provider's records may have. */
export const PROVIDER_FIELDS = [
  ...['name', 'status', 'boundary', 'memberships', 'created', 'expires', 'lastUsed', 'description', 'access', 'usedBy'],
  ...['owner', 'team', 'vendor', 'partyKind', 'email', 'manager', 'active', 'leftOn'],
];

export const coverageOf = (name: PartName): CoverageId => name as string as CoverageId;
const WORDS: Readonly<Record<PartName, string>> = { clients: 'applications', users: 'people', groups: 'groups' };
export const coverageLabel = (name: PartName, boundary: string): string => `${WORDS[name]} of ${boundary}`;

export const clientId = (id: string): ExternalId => `client/${id}` as ExternalId;
export const userId = (id: string): ExternalId => `user/${id}` as ExternalId;
export const groupId = (id: string): ExternalId => `group/${id}` as ExternalId;
export const secretId = (application: string, id: string): ExternalId => `secret/${application}/${id}` as ExternalId;

const MAX_ACCESS = 1_000;
const MAX_LINKS = 2_000;

export interface ObservedPart {
  readonly part: ProviderPart;
  readonly records: readonly Observation[];
}

/** One observation for each application, each of its secrets, each person and each group. */
export function providerToObservations(snapshot: ProviderSnapshot): ObservedPart[] {
  const reader = new ProviderReader(snapshot);
  return snapshot.parts.map((part) => ({
    part,
    records: [
      ...part.applications.flatMap((application) => reader.application(application)),
      ...part.users.map((user) => reader.user(user)),
      ...part.groups.map((group) => reader.group(group)),
    ],
  }));
}

class ProviderReader {
  readonly #snapshot: ProviderSnapshot;
  readonly #groupsOf = new Map<string, string[]>();
  readonly #membersKnown: boolean;

  constructor(snapshot: ProviderSnapshot) {
    this.#snapshot = snapshot;
    const groups = snapshot.parts.flatMap((part) => part.groups);
    this.#membersKnown =
      snapshot.parts.some(({ name, outcome }) => name === 'groups' && outcome === 'complete') &&
      groups.every(({ members }) => members !== undefined);
    for (const { path, members = [] } of groups)
      for (const member of members) this.#groupsOf.set(member, [...(this.#groupsOf.get(member) ?? []), path]);
  }

  #key(...parts: readonly string[]): string {
    return [this.#snapshot.issuer, ...parts].join('/');
  }

  application(application: Application): Observation[] {
    const { provider, boundary } = this.#snapshot;
    const { id, rights, groups } = application;
    const identity: Observation = {
      type: 'identity',
      kind: 'application',
      subtype: `${provider}.${application.type}`,
      externalId: clientId(id),
      coverage: coverageOf('clients'),
      keys: [this.#key('client', id)],
      aliases: named(application.aliases),
      fields: {
        name: application.name.slice(0, MAX_TEXT),
        status: application.enabled ? 'enabled' : 'disabled',
        boundary,
        ...optional('created', application.created),
        ...optional('description', application.description?.slice(0, MAX_TEXT)),
        ...optional('usedBy', application.usedBy),
        ...optional('owner', application.owner),
        ...optional('team', application.team),
        ...optional('vendor', application.vendor),
        ...(groups === undefined ? {} : { memberships: groups.map(({ path }) => path).sort(compareCodeUnits) }),
      },
      access: (rights ?? []).slice(0, MAX_ACCESS).map((right): Entitlement => ({ ...right, via: [...right.via], boundary })),
      links: this.#linksOf(application),
      unread: [
        'lastUsed',
        ...(application.created === undefined ? ['created'] : []),
        ...(rights === undefined ? ['access'] : []),
        ...(groups === undefined ? ['memberships'] : []),
        // Of links only all or none can be said to be unread.
        ...(application.actsFor === undefined ? ['links'] : []),
      ],
    };
    return [identity, ...application.secrets.map((secret) => this.#secret(secret, application))];
  }

  #linksOf({ id, secrets, groups = [], actsFor = [] }: Application): ObservedLink[] {
    const link = (relation: ObservedLink['relation'], externalId: ExternalId, note?: string): ObservedLink => ({
      relation,
      to: { externalId },
      certainty: 'exact',
      ...(note === undefined ? {} : { note: note.slice(0, MAX_TEXT) }),
    });
    return [
      ...secrets.map((secret) => link('has-credential', secretId(id, secret.id))),
      ...groups.map((group) => link('member-of', groupId(group.id))),
      ...actsFor.map(({ user, scopes }) => link('acts-for', userId(user), scopes.join(' '))),
    ].slice(0, MAX_LINKS);
  }

  #secret(secret: ApplicationSecret, { id, enabled, type }: Application): Observation {
    const { provider, boundary, asOf } = this.#snapshot;
    const ended = secret.expires !== undefined && secret.expires <= asOf;
    return {
      type: 'credential',
      kind: secret.kind,
      subtype: `${provider}.${type}.${secret.kind.replace(' ', '-')}`,
      externalId: secretId(id, secret.id),
      coverage: coverageOf('clients'),
      keys: [this.#key('client', id, 'secret', secret.id)],
      aliases: [],
      fields: {
        name: secret.name.slice(0, MAX_TEXT),
        boundary,
        status: ended ? 'expired' : enabled ? 'enabled' : 'disabled',
        ...optional('created', secret.created),
        ...optional('expires', secret.expires),
        ...optional('description', secret.description?.slice(0, MAX_TEXT)),
      },
      ...(secret.created === undefined ? { unread: ['created'] } : {}),
    };
  }

  user(user: User): Observation {
    const { provider } = this.#snapshot;
    return {
      type: 'party',
      kind: 'person',
      subtype: `${provider}.user`,
      externalId: userId(user.id),
      coverage: coverageOf('users'),
      // The same person in the directory that the provider took them over from is one person.
      keys: [this.#key('user', user.id), ...(user.directoryId === undefined ? [] : [`ldap:${user.directoryId.toLowerCase()}`])],
      aliases: named([user.name, ...user.aliases, ...(user.email === undefined ? [] : [user.email])]),
      fields: {
        name: user.name.slice(0, MAX_TEXT),
        partyKind: 'person',
        active: user.enabled && user.leftOn === undefined,
        ...optional('email', user.email),
        ...optional('manager', user.manager),
        ...optional('leftOn', user.leftOn),
        ...(this.#membersKnown ? { memberships: [...(this.#groupsOf.get(user.id) ?? [])].sort(compareCodeUnits).slice(0, 1_000) } : {}),
      },
      ...(this.#membersKnown ? {} : { unread: ['memberships'] }),
    };
  }

  group(group: Group): Observation {
    const { provider } = this.#snapshot;
    return {
      type: 'party',
      kind: 'team',
      subtype: `${provider}.group`,
      externalId: groupId(group.id),
      coverage: coverageOf('groups'),
      keys: [this.#key('group', group.id)],
      aliases: named([group.path, group.name, ...(group.email === undefined ? [] : [group.email])]),
      fields: { name: group.name.slice(0, MAX_TEXT), partyKind: 'team', active: true, ...optional('email', group.email) },
    };
  }
}

const named = (names: readonly string[]): string[] =>
  [...new Set(names)]
    .filter((name) => name !== '')
    .map((name) => name.slice(0, MAX_TEXT))
    .slice(0, 64);

const optional = (name: string, value: Json | undefined): Record<string, Json> => (value === undefined ? {} : { [name]: value });
