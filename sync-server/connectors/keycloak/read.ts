import type * as z from 'zod';
import { ok, type Result } from '../../../shared/base/result.ts';
import type { Instant } from '../../../shared/base/time.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import type { Application, Group, ProviderPart, ProviderSnapshot, User } from '../identityProvider.ts';
import { eachOf } from '../restClient.ts';
import {
  type ClientAnswer,
  clientAnswer,
  consentAnswer,
  type GroupAnswer,
  groupAnswer,
  idAnswer,
  listOf,
  mappedRoles,
  type RoleAnswer,
  roleAnswer,
  userAnswer,
} from './answers.ts';
import type { KeycloakClient, ManagementRole } from './client.ts';
import type { ReachedRole } from './roles.ts';
import type { KeycloakSettings } from './settings.ts';
import { clientToApplication, groupToTeam, isBuiltIn, userToPerson } from './toProvider.ts';

const AT_ONCE = 6;

/** What one part has read, and what was refused on the way. */
class Reading {
  readonly problems: ConnectorProblem[] = [];
  broken = false;

  take<T>(result: Result<T, ConnectorProblem>): T | undefined {
    if (result.ok) return result.value;
    this.note(result.error);
    if (result.error.code !== 'forbidden') this.broken = true;
    return undefined;
  }
  note(found: ConnectorProblem): void {
    if (!this.problems.some(({ message }) => message === found.message)) this.problems.push(found);
  }

  /** A part whose own list was refused has failed; one that lacks a detail is partial. */
  part(name: ProviderPart['name'], kept: Partial<Pick<ProviderPart, 'applications' | 'users' | 'groups'>> | undefined): ProviderPart {
    const nothing = { applications: [], users: [], groups: [] };
    if (this.broken || kept === undefined) return { name, outcome: 'failed', problems: this.problems.slice(-20), ...nothing };
    return {
      name,
      outcome: this.problems.length === 0 ? 'complete' : 'partial',
      problems: this.problems.slice(0, 20),
      ...nothing,
      ...kept,
    };
  }
}

/** Reads a realm, a part at a time or one thing of it. What roles consist of is asked for once. */
export class RealmReader {
  readonly #keycloak: KeycloakClient;
  readonly #settings: KeycloakSettings;
  readonly #composites = new Map<string, Promise<Result<RoleAnswer[], ConnectorProblem>>>();
  readonly #groupRoles = new Map<string, Promise<Result<ReachedRole[] | undefined, ConnectorProblem>>>();
  /** clientId by id: roles name the client that they belong to by its id. */
  readonly #clientNames = new Map<string, string>();

  constructor(keycloak: KeycloakClient, settings: KeycloakSettings) {
    [this.#keycloak, this.#settings] = [keycloak, settings];
  }

  async snapshot(issuer: string, asOf: Instant): Promise<ProviderSnapshot> {
    const users = await this.#users();
    const parts = [await this.#groups(), users, await this.#clients(users.users)];
    return this.of(issuer, asOf, parts);
  }

  of(issuer: string, asOf: Instant, parts: readonly ProviderPart[]): ProviderSnapshot {
    return { provider: 'keycloak', issuer, boundary: `realm ${this.#settings.realm}`, asOf, parts };
  }

  async #clients(people: readonly User[]): Promise<ProviderPart> {
    const reading = new Reading();
    const listed = await this.#list(reading, '/clients', clientAnswer, 'view-clients');
    if (listed === undefined) return reading.part('clients', undefined);
    for (const { id, clientId } of listed) this.#clientNames.set(id, clientId);
    const consents = await this.#consents(reading, listed, people);
    const applications: Application[] = [];
    await eachOf(
      listed.filter((client) => !isBuiltIn(client)),
      AT_ONCE,
      async (client) => {
        applications.push(await this.#application(reading, client, consents.get(client.clientId) ?? []));
        return !reading.broken;
      },
    );
    return reading.part('clients', { applications: applications.sort((a, b) => (a.id < b.id ? -1 : 1)) });
  }

  /** A whole list, or undefined with the reason noted. A role that the token lacks is said before an empty answer could hide it. */
  async #list<T>(reading: Reading, path: string, schema: z.ZodType<T>, needs: ManagementRole): Promise<T[] | undefined> {
    const lacking = this.#keycloak.lacks(needs);
    if (lacking !== undefined) {
      reading.note(lacking);
      return undefined;
    }
    return reading.take(await this.#keycloak.list(path, schema, needs));
  }

  async #application(reading: Reading, client: ClientAnswer, actsFor: Application['actsFor']): Promise<Application> {
    const { realm } = this.#settings;
    if (!client.serviceAccountsEnabled) return clientToApplication(client, { roles: [], groups: [], actsFor }, realm);
    const lacking = this.#keycloak.lacks('view-users');
    if (lacking !== undefined) reading.note(lacking);
    const account = lacking
      ? undefined
      : idAnswer.safeParse(reading.take(await this.#keycloak.read(`/clients/${client.id}/service-account-user`, 'view-users')));
    if (!account?.success) return clientToApplication(client, { roles: undefined, groups: undefined, actsFor }, realm);
    const groups = reading.take(await this.#keycloak.list(`/users/${account.data.id}/groups`, groupAnswer, 'view-users'));
    const roles = await this.#rolesOfAccount(reading, account.data.id, groups ?? []);
    return clientToApplication(
      client,
      { roles, groups: groups?.map(({ id, path, name }) => ({ id, path: path || name })), actsFor },
      realm,
    );
  }

  /** Its own roles, those of its groups and of the groups above them, and what they are composed of. */
  async #rolesOfAccount(reading: Reading, account: string, groups: readonly GroupAnswer[]): Promise<ReachedRole[] | undefined> {
    const own = reading.take(await this.#keycloak.read(`/users/${account}/role-mappings`, 'view-users'));
    const mapped = mappedRoles(own);
    if (mapped === undefined) return undefined;
    const reached = [...((await this.#expanded(reading, mapped, [])) ?? [])];
    for (const group of groups) {
      const given = reading.take(await this.#rolesOfGroup(group));
      if (given === undefined) return undefined;
      reached.push(...given);
    }
    return reading.broken ? undefined : reached;
  }

  #rolesOfGroup(group: GroupAnswer): Promise<Result<ReachedRole[] | undefined, ConnectorProblem>> {
    const known = this.#groupRoles.get(group.id);
    const asked = known ?? this.#readGroupRoles(group);
    this.#groupRoles.set(group.id, asked);
    return asked;
  }

  async #readGroupRoles({ id, path, name }: GroupAnswer): Promise<Result<ReachedRole[] | undefined, ConnectorProblem>> {
    const read = await this.#keycloak.read(`/groups/${id}/role-mappings`, 'view-users');
    if (!read.ok) return read;
    const reading = new Reading();
    const roles = await this.#expanded(reading, mappedRoles(read.value) ?? [], [path || name]);
    const [first] = reading.problems;
    return first === undefined ? ok(roles) : { ok: false, error: first };
  }

  async #expanded(reading: Reading, roles: readonly RoleAnswer[], via: readonly string[]): Promise<ReachedRole[] | undefined> {
    const reached: ReachedRole[] = [];
    const seen = new Set(roles.map(({ id }) => id));
    const queue = roles.map((role) => ({ role, via }));
    for (const { role, via: through } of queue) {
      reached.push({ name: role.name, client: role.clientRole ? await this.#clientName(role.containerId) : undefined, via: through });
      // Everybody has the roles of that one, and they are over one's own account.
      if (!role.composite || role.name === `default-roles-${this.#settings.realm}`) continue;
      const parts = reading.take(await this.#partsOf(role));
      if (parts === undefined) return undefined;
      for (const part of parts) {
        if (seen.has(part.id)) continue;
        seen.add(part.id);
        queue.push({ role: part, via: [...through, role.name].slice(0, 64) });
      }
    }
    return reached;
  }

  #partsOf({ id }: RoleAnswer): Promise<Result<RoleAnswer[], ConnectorProblem>> {
    const known = this.#composites.get(id);
    const asked = known ?? this.#keycloak.list(`/roles-by-id/${id}/composites`, roleAnswer, 'view-realm');
    this.#composites.set(id, asked);
    return asked;
  }

  async #clientName(id: string): Promise<string> {
    const known = this.#clientNames.get(id);
    if (known !== undefined) return known;
    const read = await this.#keycloak.read(`/clients/${id}`, 'view-clients');
    const parsed = clientAnswer.safeParse(read.ok ? read.value : undefined);
    const name = parsed.success ? parsed.data.clientId : id;
    this.#clientNames.set(id, name);
    return name;
  }

  /** Who agreed that a third party acts for them: one call for each person, as far as the budget goes. */
  async #consents(
    reading: Reading,
    clients: readonly ClientAnswer[],
    people: readonly User[],
  ): Promise<Map<string, { user: string; scopes: string[] }[]>> {
    const given = new Map<string, { user: string; scopes: string[] }[]>();
    const most = this.#settings.consents?.max ?? 0;
    if (most === 0 || !clients.some(({ consentRequired }) => consentRequired)) return given;
    if (people.length > most)
      reading.note(
        problem(
          'too large',
          `consents of ${people.length - most} of ${people.length} people were not looked up`,
          false,
          'Raise `consents.max` in the settings.',
        ),
      );
    await eachOf(people.slice(0, most), AT_ONCE, async ({ id }) => {
      for (const { clientId, grantedClientScopes } of listOf(
        consentAnswer,
        reading.take(await this.#keycloak.read(`/users/${id}/consents`, 'view-users')),
      ))
        given.set(clientId, [...(given.get(clientId) ?? []), { user: id, scopes: [...(grantedClientScopes ?? [])].sort() }]);
      return !reading.broken;
    });
    for (const all of given.values()) all.sort((a, b) => (a.user < b.user ? -1 : 1));
    return given;
  }

  async #users(): Promise<ProviderPart> {
    const reading = new Reading();
    const listed = await this.#list(reading, '/users?briefRepresentation=false', userAnswer, 'view-users');
    const people = listed?.filter(({ serviceAccountClientId }) => !serviceAccountClientId);
    return reading.part('users', people && { users: people.map(userToPerson) });
  }

  async #groups(): Promise<ProviderPart> {
    const reading = new Reading();
    const top = await this.#list(reading, '/groups?briefRepresentation=false', groupAnswer, 'view-users');
    if (top === undefined) return reading.part('groups', undefined);
    const all: GroupAnswer[] = [...top];
    for (const group of all) {
      if (group.subGroupCount === 0 || reading.broken) continue;
      const below = reading.take(
        await this.#keycloak.list(`/groups/${group.id}/children?briefRepresentation=false`, groupAnswer, 'view-users'),
      );
      all.push(...(below ?? []));
    }
    const groups: Group[] = [];
    await eachOf(all, AT_ONCE, async (group) => {
      groups.push(groupToTeam(group, await this.#members(reading, group.id)));
      return !reading.broken;
    });
    return reading.part('groups', { groups: groups.sort((a, b) => (a.id < b.id ? -1 : 1)) });
  }

  async #members(reading: Reading, group: string): Promise<string[] | undefined> {
    const members = reading.take(await this.#keycloak.list(`/groups/${group}/members?briefRepresentation=true`, idAnswer, 'view-users'));
    return members?.map(({ id }) => id);
  }

  /** By the name that tokens know it by. */
  async clientNamed(clientId: string): Promise<ProviderPart> {
    const read = await this.#keycloak.read(`/clients?clientId=${encodeURIComponent(clientId)}`, 'view-clients');
    if (!read.ok) return { ...new Reading().part('clients', undefined), problems: [read.error] };
    return this.#one(new Reading(), listOf(clientAnswer, read.value)[0]);
  }

  /** One client with everything about it; nothing where it is there no more, or is none to list. */
  async client(id: string): Promise<ProviderPart> {
    const reading = new Reading();
    const read = reading.take(await this.#keycloak.read(`/clients/${id}`, 'view-clients'));
    return this.#one(reading, clientAnswer.safeParse(read).data);
  }

  async #one(reading: Reading, client: ClientAnswer | undefined): Promise<ProviderPart> {
    // Whoever agreed to it would have to be asked one by one.
    const asked = client?.consentRequired !== true || (this.#settings.consents?.max ?? 0) === 0;
    const listed = client && !isBuiltIn(client) ? [await this.#application(reading, client, asked ? [] : undefined)] : [];
    return reading.part('clients', { applications: listed });
  }

  /** Whose service account that user is; undefined: a person's, or nobody's. */
  async user(id: string): Promise<{ readonly part: ProviderPart; readonly client: string | undefined }> {
    const reading = new Reading();
    const read = reading.take(await this.#keycloak.read(`/users/${id}`, 'view-users'));
    const parsed = userAnswer.safeParse(read);
    const client = parsed.success && parsed.data.serviceAccountClientId ? parsed.data.serviceAccountClientId : undefined;
    const users = parsed.success && client === undefined ? [userToPerson(parsed.data)] : [];
    return { part: reading.part('users', { users }), client };
  }

  async group(id: string): Promise<ProviderPart> {
    const reading = new Reading();
    const parsed = groupAnswer.safeParse(reading.take(await this.#keycloak.read(`/groups/${id}`, 'view-users')));
    return reading.part('groups', { groups: parsed.success ? [groupToTeam(parsed.data, await this.#members(reading, id))] : [] });
  }
}
