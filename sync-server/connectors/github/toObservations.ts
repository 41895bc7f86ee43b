import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Instant } from '../../../shared/base/time.ts';
import { subjectName } from '../../../shared/model/globalName.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation } from '../../../shared/model/record.ts';
import type { deployKey, Installation, Repository, Secret, TokenGrant } from './answers.ts';
import { entitlements, splitPermissions } from './levels.ts';
import type { Subject } from './subjects.ts';

/** Whose records these are. */
export interface Place {
  readonly host: string;
  readonly organization: { readonly id: number; readonly login: string };
  /** Of tokens of workflow jobs. */
  readonly issuer: string;
}

export type Part = 'repositories' | 'apps' | 'deploy keys' | 'tokens' | 'organisation secrets' | 'repository secrets' | 'subjects';

export const placeOf = ({ host, organization }: Place): string => `github:${host}/organization/${organization.id}`;
const boundaryOf = ({ host, organization }: Place): string => `GitHub ${host === 'github.com' ? '' : `${host} `}${organization.login}`;
const keyOf = ({ host }: Place, rest: string): string => `github:${host}/${rest}`;
const external = (text: string): ExternalId => text.slice(0, 2_048) as ExternalId;

/** External ids, from what GitHub never gives out twice. A re-read takes them apart again. */
export const ids = {
  repository: (repository: Pick<Repository, 'id'>) => external(`repository/${repository.id}`),
  installation: (id: number) => external(`installation/${id}`),
  deployKey: (repository: number, id: number) => external(`deploy-key/${repository}/${id}`),
  token: (id: number) => external(`token/${id}`),
  /** A secret has no id: one that was deleted and made again is told by when it was made. */
  secret: (of: string, name: string, created: Instant) => external(`secret/${of}/${created}/${name}`),
  subject: (repository: number, context: string) => external(`subject/${repository}/${context}`),
};

const day = (moment: Instant): string => moment.slice(0, 10);

export function repositoryToObservation(repository: Repository, place: Place, coverage: CoverageId): Observation {
  return {
    type: 'resource',
    kind: 'repository',
    subtype: 'github.repository',
    externalId: ids.repository(repository),
    coverage,
    keys: [keyOf(place, `repository/${repository.id}`)],
    aliases: [repository.full_name],
    fields: { name: repository.full_name, boundary: boundaryOf(place), ...(repository.archived ? { status: 'disabled' } : {}) },
  };
}

export function installationToObservation(installed: Installation, place: Place, coverage: CoverageId): Observation {
  const { organization, repository } = splitPermissions(installed.permissions);
  const { login } = place.organization;
  const all = installed.repository_selection === 'all';
  const boundary = boundaryOf(place);
  return {
    type: 'identity',
    kind: 'application',
    subtype: 'github.app',
    externalId: ids.installation(installed.id),
    coverage,
    keys: [keyOf(place, `app/${installed.app_id}/installation/${installed.id}`)],
    aliases: [installed.app_slug],
    fields: {
      name: installed.app_slug,
      boundary,
      created: installed.created_at,
      status: installed.suspended_at === null ? 'enabled' : 'disabled',
    },
    access: [
      ...entitlements(organization, { on: `organisation ${login}`, boundary, certainty: 'exact' }),
      ...entitlements(repository, {
        on: all ? `all repositories of ${login}` : `selected repositories of ${login}`,
        boundary,
        certainty: all ? 'exact' : 'upper bound',
      }),
    ],
    unread: ['lastUsed'],
  };
}

/** As OpenSSH shows it (RFC 4253, 6.6: the hash is over the key's own encoding). */
function fingerprintOf(key: string): { fingerprint?: string; algorithm?: string } {
  const [algorithm, blob] = key.trim().split(/\s+/);
  if (algorithm === undefined || blob === undefined || !/^[A-Za-z0-9+/]+=*$/.test(blob)) return {};
  const hash = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '');
  return { fingerprint: `SHA256:${hash}`, algorithm };
}

export type DeployKey = Omit<z.infer<typeof deployKey>, 'key'> & { readonly fingerprint?: string; readonly algorithm?: string };

/** The key itself is not kept: its fingerprint says as much. */
export function withFingerprint({ key, ...rest }: z.infer<typeof deployKey>): DeployKey {
  return { ...rest, ...fingerprintOf(key) };
}

export function deployKeyToObservation(key: DeployKey, repository: Repository, place: Place, coverage: CoverageId): Observation {
  const { fingerprint, algorithm, added_by: addedBy, last_used: lastUsed } = key;
  const boundary = boundaryOf(place);
  const unread = [...(fingerprint === undefined ? ['fingerprint'] : []), ...(lastUsed === undefined ? ['lastUsed'] : [])];
  return {
    type: 'credential',
    kind: 'SSH key',
    subtype: 'github.deploy-key',
    externalId: ids.deployKey(repository.id, key.id),
    coverage,
    keys: [keyOf(place, `key/${key.id}`)],
    aliases: [key.title].filter((title) => title !== ''),
    fields: {
      name: key.title === '' ? `deploy key ${key.id}` : key.title,
      boundary,
      created: key.created_at,
      status: key.enabled === false ? 'disabled' : 'enabled',
      location: repository.full_name,
      description: key.read_only ? 'Deploy key, read-only' : 'Deploy key, may write',
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(algorithm === undefined ? {} : { algorithm }),
      ...(lastUsed ? { lastUsed: day(lastUsed) } : {}),
    },
    access: [
      {
        level: key.read_only ? 'read' : 'write',
        on: repository.full_name,
        boundary,
        native: key.read_only ? 'read_only: true' : 'read_only: false',
        certainty: 'exact',
      },
    ],
    links: [
      {
        relation: 'can-access',
        to: { externalId: ids.repository(repository) },
        certainty: 'exact',
        note: key.read_only ? 'read' : 'write',
      },
      ...(addedBy ? [{ relation: 'created-by' as const, to: { alias: addedBy }, certainty: 'exact' as const }] : []),
    ],
    ...(unread.length > 0 ? { unread } : {}),
  };
}

const REACH: Readonly<Record<TokenGrant['repository_selection'], readonly [text: string, certainty: 'exact' | 'upper bound']>> = {
  all: ['all repositories', 'exact'],
  subset: ['selected repositories', 'upper bound'],
  none: ['public repositories', 'exact'],
};

export function tokenToObservation(token: TokenGrant, place: Place, coverage: CoverageId): Observation {
  const { organization = {}, repository = {}, other = {} } = token.permissions;
  const boundary = boundaryOf(place);
  const [reach, certainty] = REACH[token.repository_selection];
  const { login } = place.organization;
  return {
    type: 'credential',
    kind: 'token',
    subtype: 'github.fine-grained-token',
    externalId: ids.token(token.token_id),
    coverage,
    keys: [keyOf(place, `token/${token.token_id}`)],
    aliases: [`${token.owner.login}/${token.token_name}`],
    fields: {
      name: `${token.token_name} of ${token.owner.login}`,
      boundary,
      owner: token.owner.login,
      status: token.token_expired ? 'expired' : 'enabled',
      description: `Granted ${day(token.access_granted_at)}`,
      ...(token.token_expires_at === null ? {} : { expires: token.token_expires_at }),
      ...(token.token_last_used_at === null ? {} : { lastUsed: day(token.token_last_used_at) }),
    },
    access: [
      ...entitlements({ ...organization, ...other }, { on: `organisation ${login}`, boundary, certainty: 'exact' }),
      ...entitlements(repository, { on: `${reach} of ${login}`, boundary, certainty }),
    ],
    links: [{ relation: 'created-by', to: { alias: token.owner.login }, certainty: 'exact' }],
    // GitHub says when the organisation granted it, not when it was made.
    unread: ['created'],
  };
}

export interface SecretHolder {
  /** `organization/1`, `repository/7`, `repository/7/environment/9`: what the id is made of. */
  readonly id: string;
  readonly location: string;
  readonly repository?: Repository;
}

export function secretToObservation(secret: Secret, holder: SecretHolder, place: Place, coverage: CoverageId): Observation {
  const visibility = secret.visibility === undefined ? undefined : `Available to ${VISIBLE_TO[secret.visibility] ?? 'some'} repositories`;
  return {
    type: 'credential',
    kind: 'secret',
    subtype: 'github.actions-secret',
    externalId: ids.secret(holder.id, secret.name, secret.created_at),
    coverage,
    keys: [keyOf(place, `${holder.id}/secret/${secret.created_at}/${secret.name}`)],
    aliases: [`${holder.location} ${secret.name}`],
    fields: {
      name: secret.name,
      boundary: boundaryOf(place),
      created: secret.created_at,
      rotated: secret.updated_at,
      location: holder.location,
      ...(visibility === undefined ? {} : { description: visibility }),
    },
    links: holder.repository ? [{ relation: 'stored-in', to: { externalId: ids.repository(holder.repository) }, certainty: 'exact' }] : [],
    // Who proves what with it, when it expires and when it was used are nowhere: GitHub knows its name alone.
    unread: ['expires', 'lastUsed'],
  };
}

const VISIBLE_TO: Readonly<Record<string, string>> = { all: 'all', private: 'private and internal', selected: 'selected' };

export function subjectToObservation(subject: Subject, repository: Repository, place: Place, coverage: CoverageId): Observation {
  const exact = subject.unknown.length === 0;
  return {
    type: 'identity',
    kind: 'workload identity',
    subtype: 'oidc.subject',
    externalId: ids.subject(repository.id, subject.context),
    coverage,
    keys: [keyOf(place, `repository/${repository.id}/subject/${subject.context}`)],
    // A subject that is known only in part is no name that a trust could be compared with.
    aliases: [subject.text, ...(exact ? [subjectName(place.issuer, subject.text)] : [])],
    fields: {
      name: subject.text,
      boundary: boundaryOf(place),
      status: repository.archived ? 'disabled' : 'enabled',
      description: exact
        ? `Workflow jobs of ${repository.full_name}`
        : `Workflow jobs of ${repository.full_name}; known only when a job runs: ${subject.unknown.join(', ')}`,
      ...(subject.environment ? { created: subject.environment.created_at } : {}),
    },
    links: [{ relation: 'part-of', to: { externalId: ids.repository(repository) }, certainty: 'exact' }],
    unread: [...(exact ? [] : ['links']), 'lastUsed'],
  };
}
