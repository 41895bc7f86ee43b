import { compareCodeUnits, type Json } from '../../../shared/base/json.ts';
import { databaseRoleName } from '../../../shared/model/globalName.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation } from '../../../shared/model/record.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import type { ReadSnapshot } from './client.ts';
import { parseComment } from './comment.ts';
import { RightsReader } from './entitlements.ts';
import type { RoleRow, Snapshot } from './snapshot.ts';

/** Roles belong to the whole cluster, whichever database is asked. */
export const COVERAGE = 'roles' as CoverageId;

/** The cluster by its identifier; where that may not be read, by address and database, which says less. */
export const placeOf = ({ systemId, server, databaseOid }: Pick<Snapshot, 'systemId' | 'server' | 'databaseOid'>): string =>
  `postgres:${systemId ?? `${server}/${databaseOid}`}`;

/** By object id: a role dropped and created again under the same name is another role (DOMAIN C). */
export const roleId = (oid: string): ExternalId => `role/${oid}` as ExternalId;

/**
 * PostgreSQL has one kind of role. One that may log in is an account. One that may not is a group when it has members,
 * and otherwise an account that somebody disabled: `NOLOGIN` is how that is done.
 */
const isGroup = (role: RoleRow, hasMembers: ReadonlySet<string>): boolean => !role.login && hasMembers.has(role.oid);

function statusOf(role: RoleRow, asOf: string): 'enabled' | 'disabled' | 'expired' {
  if (!role.login) return 'disabled';
  return role.validUntil !== null && role.validUntil <= asOf ? 'expired' : 'enabled';
}

/** People's own text is the description; what the last line holds are the source's values of those fields. */
function commentFields(comment: string | null): Record<string, Json> {
  const { text, fields } = parseComment(comment);
  return { ...(text === '' ? {} : { description: text.toWellFormed().slice(0, 4_096) }), ...fields };
}

function fieldsOf(role: RoleRow, snapshot: Snapshot, memberships: readonly string[]): Record<string, Json> {
  return {
    name: role.name,
    status: statusOf(role, snapshot.asOf),
    boundary: `PostgreSQL ${snapshot.server}`,
    memberships: [...memberships].sort(compareCodeUnits),
    ...(role.validUntil === null ? {} : { expires: role.validUntil }),
    ...commentFields(role.comment),
  };
}

/** What a vault that issues for this role may call it, whichever source says so. */
function addressOf({ name }: RoleRow, { server }: Snapshot): string[] {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(server) ?? [];
  const address = databaseRoleName(host, port, name);
  return address === undefined ? [] : [address];
}

function common(role: RoleRow, snapshot: Snapshot, rights: RightsReader, listed: ReadonlySet<string>) {
  const links = rights.groupsOf(role.oid).map((oid) => ({
    relation: 'member-of' as const,
    to: listed.has(oid) ? { externalId: roleId(oid) } : { alias: rights.nameOf(oid) },
    certainty: 'exact' as const,
  }));
  return {
    subtype: 'db.role',
    externalId: roleId(role.oid),
    coverage: COVERAGE,
    keys: [`${placeOf(snapshot)}/${role.oid}`],
    aliases: [role.name, ...addressOf(role, snapshot)],
    links: links.slice(0, 2_000),
  };
}

function accountToObservation(role: RoleRow, snapshot: Snapshot, rights: RightsReader, listed: ReadonlySet<string>): Observation {
  const memberships = rights.groupsOf(role.oid).map((oid) => rights.nameOf(oid));
  return {
    ...common(role, snapshot, rights, listed),
    type: 'identity',
    kind: 'service account',
    fields: fieldsOf(role, snapshot, memberships),
    access: [...rights.rightsOf(role.oid).access],
    unread: ['lastUsed'],
  };
}

function groupToObservation(role: RoleRow, snapshot: Snapshot, rights: RightsReader, listed: ReadonlySet<string>): Observation {
  const { name, boundary, description } = fieldsOf(role, snapshot, []);
  return {
    ...common(role, snapshot, rights, listed),
    type: 'resource',
    kind: 'group',
    fields: { name: name ?? role.name, boundary: boundary ?? '', ...(description === undefined ? {} : { description }) },
  };
}

export interface Observed {
  readonly records: readonly Observation[];
  readonly problems: readonly ConnectorProblem[];
}

export function toObservations({ snapshot, builtIn, problems }: ReadSnapshot): Observed {
  const rights = new RightsReader(snapshot, builtIn);
  const hasMembers = new Set(snapshot.memberships.map(({ group }) => group));
  const listed = new Set(snapshot.roles.map((role) => role.oid));
  const records = snapshot.roles.map((role) =>
    isGroup(role, hasMembers) ? groupToObservation(role, snapshot, rights, listed) : accountToObservation(role, snapshot, rights, listed),
  );
  const cut = snapshot.roles.filter((role) => rights.rightsOf(role.oid).cut).map((role) => role.name);
  return { records, problems: [...problems, ...cutProblem(cut)] };
}

const cutProblem = (names: readonly string[]): ConnectorProblem[] =>
  names.length === 0 ? [] : [problem('too large', `${names.length} role(s) hold more than 1,000 rights; the rest was left out`, false)];
