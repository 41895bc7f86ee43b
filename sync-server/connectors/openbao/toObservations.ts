import { hashText } from '../../../shared/base/hash.ts';
import { compareCodeUnits, type Json } from '../../../shared/base/json.ts';
import { MAX_TEXT } from '../../../shared/base/text.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation, ObservedLink } from '../../../shared/model/record.ts';
import type { Entitlement } from '../../../shared/model/vocabulary.ts';
import { entitlementsOf, type Grant } from './entitlements.ts';
import type { AppRole, Entity, Mount, MountScope, SecretId, SecretMetadata, Snapshot, Token } from './snapshot.ts';

const MAX_ACCESS = 1_000;

export const placeOf = ({ clusterId }: Pick<Snapshot, 'clusterId'>): string => `vault:${clusterId}`;

export function coverageOf({ namespace, path }: Pick<Mount, 'namespace' | 'path'>): CoverageId {
  const id = `mount:${namespace}${path}`;
  return (id.length <= 512 ? id : `mount:${hashText(id)}`) as CoverageId;
}
const WORDS: Readonly<Record<string, string>> = {
  identity: 'entities of',
  approle: 'AppRoles of',
  token: 'tokens of',
  kv: 'secrets (metadata) of',
  generic: 'secrets (metadata) of',
};
export const coverageLabel = ({ namespace, path, type }: Mount): string =>
  `${WORDS[type.replace(/^ns_/, '')] ?? 'mounts:'} ${namespace}${path}`;

const entityId = (id: string): ExternalId => `entity/${id}` as ExternalId;
const roleId = (mount: Mount, id: string): ExternalId => `approle/${mount.uuid}/${id}` as ExternalId;

/**
 * By mount and path, and by when it was created: metadata that was deleted and written again under the same path is another secret. The
 * moment stands last, so that the path can be read back.
 */
export const secretId = ({ uuid }: Pick<Mount, 'uuid'>, { path, created }: Pick<SecretMetadata, 'path' | 'created'>): ExternalId => {
  const id = `kv/${uuid}/${path}@${created}`;
  return (id.length <= 2_048 ? id : `kv/${uuid}/${hashText(path)}@${created}`) as ExternalId;
};

/** Keys of custom metadata, and of an entity's metadata, that mean a governed field. No other key is ever read. */
export const METADATA_FIELDS = ['owner', 'team', 'purpose', 'application'] as const;

export interface ObservedMount {
  readonly scope: MountScope;
  readonly records: readonly Observation[];
}

export function toObservations(snapshot: Snapshot): ObservedMount[] {
  const reader = new SnapshotReader(snapshot);
  return snapshot.scopes.map((scope) => ({ scope, records: reader.recordsOf(scope) }));
}

class SnapshotReader {
  readonly #snapshot: Snapshot;
  readonly #groupPolicies: ReadonlyMap<string, { readonly name: string; readonly policies: readonly string[] }>;
  /** Entities by the mount and name of each alias: an AppRole signs in under its role ID. */
  readonly #byAlias = new Map<string, Entity>();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#groupPolicies = new Map(snapshot.scopes.flatMap(({ groups }) => groups.map((group) => [group.id, group] as const)));
    for (const { entities } of snapshot.scopes)
      for (const entity of entities) for (const alias of entity.aliases) this.#byAlias.set(`${alias.mountAccessor} ${alias.name}`, entity);
  }

  recordsOf(scope: MountScope): Observation[] {
    const { mount } = scope;
    const rolesByName = new Map(scope.roles.map((role) => [role.name, role]));
    return [
      ...scope.entities.map((entity) => this.#entity(entity, mount)),
      ...scope.roles.map((role) => this.#role(role, mount, scope)),
      ...scope.secretIds.map((id) => this.#secretId(id, mount, rolesByName)),
      ...scope.tokens.flatMap((token) => this.#token(token, mount)),
      ...scope.secrets.map((secret) => this.#secret(secret, mount)),
    ].sort((a, b) => compareCodeUnits(a.externalId, b.externalId));
  }

  #boundary({ namespace }: Mount): string {
    return `${this.#snapshot.server}${namespace === '' ? '' : `/${namespace.replace(/\/$/, '')}`}`;
  }
  #key(...parts: readonly string[]): string {
    return [placeOf(this.#snapshot), ...parts].join('/');
  }

  #access(grants: readonly Grant[], mount: Mount): Entitlement[] {
    const { policies, mounts } = this.#snapshot;
    const own = mounts.filter(({ namespace }) => namespace === mount.namespace);
    const found = entitlementsOf(grants, (name) => policies.get(`${mount.namespace}${name}`), own, this.#boundary(mount));
    return found.slice(0, MAX_ACCESS);
  }

  #entity(entity: Entity, mount: Mount): Observation {
    const groups = entity.groups.flatMap((id) => this.#groupPolicies.get(id) ?? []);
    const access = this.#access(
      [
        ...entity.policies.map((policy) => ({ policy, via: [] })),
        ...groups.flatMap(({ name, policies }) => policies.map((policy) => ({ policy, via: [name] }))),
      ],
      mount,
    );
    return {
      type: 'identity',
      kind: 'assumable role',
      subtype: 'vault.entity',
      externalId: entityId(entity.id),
      coverage: coverageOf(mount),
      keys: [this.#key('entity', entity.id)],
      aliases: aliases([entity.name, ...entity.aliases.map(({ name }) => name)]),
      fields: {
        name: entity.name.slice(0, MAX_TEXT),
        status: entity.disabled ? 'disabled' : 'enabled',
        boundary: this.#boundary(mount),
        memberships: groups.map(({ name }) => name).sort(compareCodeUnits),
        ...optional('created', entity.created),
        ...optional('usedBy', usedBy(entity)),
        ...governed(entity.metadata),
      },
      access,
      unread: ['lastUsed', ...unreadAccess(access)],
    };
  }

  #role(role: AppRole, mount: Mount, { secretIds }: MountScope): Observation {
    const entity = this.#byAlias.get(`${mount.accessor} ${role.roleId}`);
    const own = role.withoutDefaultPolicy ? role.policies : [...role.policies, 'default'];
    const access = this.#access(
      [...new Set(own)].map((policy) => ({ policy, via: [] })),
      mount,
    );
    const credentials = secretIds.filter((id) => id.role === role.name).map((id) => link('has-credential', accessorId(id.accessor)));
    return {
      type: 'identity',
      kind: 'assumable role',
      subtype: 'vault.approle',
      externalId: roleId(mount, role.roleId),
      coverage: coverageOf(mount),
      keys: [this.#key('role', role.roleId)],
      aliases: aliases([`${mount.namespace}${mount.path}role/${role.name}`, role.name]),
      fields: { name: role.name.slice(0, MAX_TEXT), status: 'enabled', boundary: this.#boundary(mount), usedBy: 'machine' },
      access,
      // A token of this role gets the policies of its entity as well.
      links: [...(entity ? [link('can-assume', entityId(entity.id))] : []), ...credentials].slice(0, 2_000),
      unread: ['lastUsed', 'created', ...unreadAccess(access)],
    };
  }

  #secretId(id: SecretId, mount: Mount, roles: ReadonlyMap<string, AppRole>): Observation {
    const role = roles.get(id.role);
    return {
      type: 'credential',
      kind: 'secret',
      subtype: 'vault.secret-id',
      externalId: accessorId(id.accessor),
      coverage: coverageOf(mount),
      keys: [this.#key('accessor', id.accessor)],
      aliases: [],
      fields: {
        name: `secret ID of ${id.role}`.slice(0, MAX_TEXT),
        boundary: this.#boundary(mount),
        ...this.#life(id),
        ...optional('description', id.uses === undefined ? undefined : `It can be used ${id.uses} more time${id.uses === 1 ? '' : 's'}.`),
      },
      ...(role ? { links: [link('has-credential', roleId(mount, role.roleId))] } : {}),
    };
  }

  #life({ created, expires }: Pick<SecretId, 'created' | 'expires'>): Record<string, Json> {
    const ended = expires !== undefined && expires <= this.#snapshot.asOf;
    return { status: ended ? 'expired' : 'enabled', ...optional('created', created), ...optional('expires', expires) };
  }

  /** One that belongs to no entity and never ends is a principal of its own: nothing else would show what it may do. */
  #token(token: Token, mount: Mount): Observation[] {
    const name = `token ${token.displayName || token.accessor}`.slice(0, MAX_TEXT);
    const principal = token.entity === undefined && token.expires === undefined;
    const owner = token.entity === undefined ? (principal ? holderId(token.accessor) : undefined) : entityId(token.entity);
    const credential: Observation = {
      type: 'credential',
      kind: 'token',
      subtype: `vault.${token.type || 'service'}-token`,
      externalId: accessorId(token.accessor),
      coverage: coverageOf(mount),
      keys: [this.#key('accessor', token.accessor)],
      aliases: [],
      fields: {
        name,
        boundary: this.#boundary(mount),
        ...this.#life(token),
        description: `${token.renewable ? 'Renewable. ' : ''}Policies: ${token.policies.join(', ')}.`.slice(0, MAX_TEXT),
      },
      ...(owner === undefined ? {} : { links: [link('has-credential', owner)] }),
      ...(token.created === undefined ? { unread: ['created'] } : {}),
    };
    return principal ? [this.#holder(token, name, mount), credential] : [credential];
  }

  #holder(token: Token, name: string, mount: Mount): Observation {
    const access = this.#access(
      token.policies.map((policy) => ({ policy, via: [] })),
      mount,
    );
    return {
      type: 'identity',
      kind: 'unknown',
      subtype: 'vault.token',
      externalId: holderId(token.accessor),
      coverage: coverageOf(mount),
      keys: [this.#key('holder', token.accessor)],
      aliases: [],
      fields: { name: `holder of ${name}`, status: 'enabled', boundary: this.#boundary(mount), ...optional('created', token.created) },
      access,
      unread: ['lastUsed', ...unreadAccess(access)],
    };
  }

  #secret(secret: SecretMetadata, mount: Mount): Observation {
    const path = `${mount.namespace}${mount.path}${secret.path}`;
    const id = secretId(mount, secret);
    return {
      type: 'credential',
      kind: 'secret',
      subtype: 'vault.kv',
      externalId: id,
      coverage: coverageOf(mount),
      keys: [this.#key(id)].filter((key) => key.length <= MAX_TEXT),
      aliases: aliases([path]),
      fields: {
        name: path.slice(0, MAX_TEXT),
        location: path.slice(0, MAX_TEXT),
        boundary: this.#boundary(mount),
        created: secret.created,
        ...versionFields(secret, this.#snapshot.asOf),
        ...governed(secret.custom),
      },
    };
  }
}

/**
 * Rotated is what it says only when the old value is gone: while a former version can still be read, the oldest of them is what works, and
 * its age is the age of the secret.
 */
export function versionFields({ versions, current }: SecretMetadata, asOf: string): Record<string, Json> {
  const readable = versions.filter(({ destroyed, deleted }) => !destroyed && (deleted === undefined || deleted > asOf));
  const now = readable.find(({ number }) => number === current);
  const [oldest] = readable;
  if (oldest === undefined || now === undefined)
    return { status: 'disabled', description: versions.length === 0 ? 'It never had a value.' : `Version ${current} is deleted.` };
  const former = readable.filter(({ number }) => number !== current);
  const still = former.map(({ number, created }) => `${number} (${created.slice(0, 10)})`).join(', ');
  const old = former.length === 0 ? '' : ` Can still be read: version${former.length === 1 ? '' : 's'} ${still}.`;
  return {
    status: 'enabled',
    ...(oldest.number > 1 ? { rotated: oldest.created } : {}),
    ...optional('expires', now.deleted),
    description: `Version ${current}, since ${now.created.slice(0, 10)}.${old}`.slice(0, MAX_TEXT),
  };
}

const accessorId = (accessor: string): ExternalId => `accessor/${accessor}` as ExternalId;
const holderId = (accessor: string): ExternalId => `holder/${accessor}` as ExternalId;

const PEOPLE = new Set(['oidc', 'ldap', 'userpass', 'github', 'okta', 'radius', 'saml']);
const MACHINES = new Set(['approle', 'kubernetes', 'cert', 'aws', 'azure', 'gcp', 'alicloud', 'cf', 'oci', 'jwt', 'kerberos']);
function usedBy({ aliases: names }: Entity): string | undefined {
  const person = names.some(({ mountType }) => PEOPLE.has(mountType));
  const machine = names.some(({ mountType }) => MACHINES.has(mountType));
  return person && machine ? 'both' : person ? 'person' : machine ? 'machine' : undefined;
}

const governed = (metadata: Readonly<Record<string, string>>): Record<string, Json> =>
  Object.fromEntries(METADATA_FIELDS.flatMap((name) => (metadata[name] ? [[name, metadata[name].slice(0, MAX_TEXT)]] : [])));

const unreadAccess = (access: readonly Entitlement[]): string[] =>
  access.some(({ certainty }) => certainty === 'unread') ? ['access'] : [];

const aliases = (names: readonly string[]): string[] =>
  [...new Set(names)]
    .filter((name) => name !== '')
    .map((name) => name.slice(0, MAX_TEXT))
    .slice(0, 64);

const link = (relation: ObservedLink['relation'], externalId: ExternalId): ObservedLink => ({
  relation,
  to: { externalId },
  certainty: 'exact',
});

const optional = (name: string, value: Json | undefined): Record<string, Json> => (value === undefined ? {} : { [name]: value });
