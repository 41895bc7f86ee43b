import type { Json } from '../../../shared/base/json.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { subjectName } from '../../../shared/model/globalName.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation, ObservedLink } from '../../../shared/model/record.ts';
import { type CredentialKind, environment } from '../../../shared/model/vocabulary.ts';
import type { ClusterState } from './clusterState.ts';
import {
  ANNOTATION,
  type Certificate,
  CLOUD_ANNOTATIONS,
  type ClusterObject,
  type Meta,
  type Secret,
  type ServiceAccount,
  TOKEN_OF,
  type Workload,
} from './objects.ts';
import { groupsOf } from './rbac.ts';
import { coverageOf, type Part, resourceOf } from './resources.ts';

/** A role or a binding is no record: it is what somebody may do. */
const RECORDS: ReadonlySet<Part> = new Set<Part>([
  'serviceaccount',
  'token',
  'tls',
  'registry',
  'secret',
  'deployment',
  'statefulset',
  'daemonset',
  'job',
  'cronjob',
  'pod',
  'certificate',
]);

export const placeOf = (uid: string): string => `kubernetes:${uid}`;

/** By the object's UID: one that was deleted and made again under its name is another (DOMAIN C). */
export const externalIdOf = ({ part, meta }: ClusterObject): ExternalId => `${idPart(part)}/${meta.uid}` as ExternalId;

const idPart = (part: Part): Part => (part === 'token' || part === 'tls' || part === 'registry' ? 'secret' : part);
export const isRecord = ({ part }: ClusterObject): boolean => RECORDS.has(part);

/** Where the cluster is read namespace by namespace, each has its coverages. */
export interface Scope {
  readonly namespaced: boolean;
}

export const coverageIn = (part: Part, namespace: string | undefined, { namespaced }: Scope): CoverageId =>
  coverageOf(resourceOf(part).coverage, namespaced ? namespace : undefined);

/** What Muster says of one object. @returns undefined for a role or binding. */
export function toObservation(object: ClusterObject, state: ClusterState, scope: Scope): Observation | undefined {
  switch (object.part) {
    case 'serviceaccount':
      return accountToObservation(object, state, scope);
    case 'token':
    case 'tls':
    case 'registry':
    case 'secret':
      return secretToObservation(object, state, scope);
    case 'certificate':
      return certificateToObservation(object, state, scope);
    case 'role':
    case 'clusterrole':
    case 'rolebinding':
    case 'clusterrolebinding':
      return undefined;
    default:
      return workloadToObservation(object, state, scope);
  }
}

function common(object: ClusterObject, { name }: ClusterState, scope: Scope) {
  const { meta } = object;
  return {
    subtype: `k8s.${subtypeOf(object.part)}`,
    externalId: externalIdOf(object),
    coverage: coverageIn(object.part, meta.namespace, scope),
    keys: [`kubernetes:${name.uid}/${meta.uid}`],
    aliases: [aliasOf(object.part, meta)],
  };
}

/** A Secret and a Certificate may share a name, and are not each other's successors: their kind is part of what they are called. */
const aliasOf = (part: Part, { namespace, name }: Meta): string =>
  part === 'serviceaccount' ? `${namespace}/${name}` : `${KIND_NAME[part]} ${namespace}/${name}`;

/** As the API calls it. */
export const KIND_NAME: Readonly<Record<Part, string>> = {
  serviceaccount: 'ServiceAccount',
  role: 'Role',
  clusterrole: 'ClusterRole',
  rolebinding: 'RoleBinding',
  clusterrolebinding: 'ClusterRoleBinding',
  token: 'Secret',
  tls: 'Secret',
  registry: 'Secret',
  secret: 'Secret',
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  daemonset: 'DaemonSet',
  job: 'Job',
  cronjob: 'CronJob',
  pod: 'Pod',
  certificate: 'Certificate',
};

const subtypeOf = (part: Part): string =>
  part === 'token' ? 'secret-token' : part === 'tls' || part === 'registry' ? `${part}-secret` : part;

/** The namespace is where rights end and environments begin. */
export const boundaryOf = (cluster: string, namespace: string | undefined): string =>
  namespace === undefined ? cluster : `${cluster}/${namespace}`;

function fieldsOf(meta: Meta, { name }: ClusterState): Record<string, Json> {
  const said = (names: readonly string[]): string | undefined => names.map((one) => meta.annotations[one]).find((value) => value);
  const team = said(ANNOTATION.team) ?? meta.labels.team;
  const application = said(ANNOTATION.application) ?? meta.labels['app.kubernetes.io/part-of'];
  const fields = {
    name: meta.name,
    boundary: boundaryOf(name.cluster, meta.namespace),
    namespace: meta.namespace,
    created: instantOf(meta.created),
    owner: said(ANNOTATION.owner) ?? meta.labels.owner,
    team,
    application,
    purpose: said(ANNOTATION.purpose),
    technicalContact: said(ANNOTATION.technicalContact),
    // Any text can be written into an annotation: only a known environment is one.
    environment: environment.safeParse(said(ANNOTATION.environment)).data,
    description: said(ANNOTATION.description),
  };
  return given(fields);
}

const given = (fields: Readonly<Record<string, Json | undefined>>): Record<string, Json> =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined && entry[1] !== ''));

/** RFC 3339 as the API writes it, in the form of the register. */
function instantOf(text: string | undefined): string | undefined {
  const millis = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(millis) ? undefined : toInstant(millis);
}

const exact = (relation: ObservedLink['relation'], to: ObservedLink['to'], note?: string): ObservedLink => ({
  relation,
  to,
  certainty: 'exact',
  ...(note === undefined ? {} : { note }),
});

function accountToObservation(account: ServiceAccount, state: ClusterState, scope: Scope): Observation {
  const { meta } = account;
  const namespace = meta.namespace ?? '';
  const user = `system:serviceaccount:${namespace}:${meta.name}`;
  const base = common(account, state, scope);
  return {
    ...base,
    type: 'identity',
    kind: 'service account',
    aliases: [...base.aliases, user, ...(state.name.issuer === undefined ? [] : [subjectName(state.name.issuer, user)])],
    fields: { ...fieldsOf(meta, state), status: 'enabled', memberships: [...groupsOf(namespace)].sort() },
    ...(state.rightsRead ? { access: [...state.rightsOf(account)] } : {}),
    unread: ['lastUsed', ...(state.rightsRead ? [] : ['access'])],
    links: cloudLinks(meta),
  };
}

/** An annotation is its author's claim: whether the cloud agrees is for the cloud's own trust policy to say. */
const cloudLinks = ({ annotations }: Meta): ObservedLink[] =>
  CLOUD_ANNOTATIONS.flatMap((name) => {
    const target = annotations[name];
    return target ? [{ relation: 'can-assume' as const, to: { alias: target }, certainty: 'asserted' as const, note: name }] : [];
  });

const SECRET_KIND: Readonly<Record<Secret['part'], CredentialKind>> = {
  token: 'token',
  tls: 'certificate',
  registry: 'password',
  secret: 'secret',
};

function secretToObservation(secret: Secret, state: ClusterState, scope: Scope): Observation {
  const { meta, part } = secret;
  const account = part === 'token' ? state.account(meta.namespace, meta.annotations[TOKEN_OF] ?? '') : undefined;
  const rotated = meta.rotated === 'unknown' ? undefined : instantOf(meta.rotated);
  // Its dates and its serial number are in the data, which is not read.
  const unread = [
    ...(part === 'tls' ? ['expires', 'fingerprint', 'serial'] : []),
    ...(meta.rotated === 'unknown' ? ['rotated'] : []),
    'lastUsed',
  ];
  return {
    ...common(secret, state, scope),
    type: 'credential',
    kind: SECRET_KIND[part],
    fields: {
      ...fieldsOf(meta, state),
      status: 'enabled',
      location: `Secret ${meta.namespace}/${meta.name}`,
      ...given({ rotated }),
    },
    unread,
    links: account ? [exact('has-credential', { externalId: externalIdOf(account) })] : [],
  };
}

function certificateToObservation(certificate: Certificate, state: ClusterState, scope: Scope): Observation {
  const { meta } = certificate;
  const secret = certificate.secret === undefined ? undefined : state.secret(meta.namespace, certificate.secret);
  return {
    ...common(certificate, state, scope),
    type: 'credential',
    kind: 'certificate',
    aliases: [aliasOf('certificate', meta), ...certificate.names].slice(0, 64),
    fields: {
      ...fieldsOf(meta, state),
      status: 'enabled',
      ...given({
        issuer: certificate.issuer,
        expires: instantOf(certificate.notAfter),
        rotated: instantOf(certificate.notBefore),
        location: certificate.secret && `Secret ${meta.namespace}/${certificate.secret}`,
      }),
    },
    unread: ['fingerprint', 'serial'],
    links: secret ? [exact('stored-in', { externalId: externalIdOf(secret) })] : [],
  };
}

const WORKLOAD_KIND: Readonly<Record<Workload['part'], string>> = {
  deployment: 'deployment',
  statefulset: 'stateful set',
  daemonset: 'daemon set',
  job: 'job',
  cronjob: 'scheduled job',
  pod: 'pod',
};

function workloadToObservation(workload: Workload, state: ClusterState, scope: Scope): Observation {
  const { meta } = workload;
  const account = state.account(meta.namespace, workload.serviceAccount);
  const fields = fieldsOf(meta, state);
  return {
    ...common(workload, state, scope),
    type: 'workload',
    kind: WORKLOAD_KIND[workload.part],
    fields: {
      ...fields,
      status: workload.suspended ? 'disabled' : 'enabled',
      ...(workload.images.length === 0 ? {} : { images: [...workload.images] }),
      ...(meta.owners.length === 0 ? {} : { ownerReferences: meta.owners.map(ownerText) }),
    },
    links: [
      exact(
        'runs-as',
        account ? { externalId: externalIdOf(account) } : { alias: `system:serviceaccount:${meta.namespace}:${workload.serviceAccount}` },
      ),
      ...workload.secrets.flatMap((name) => {
        const secret = state.secret(meta.namespace, name);
        // One that is not there is used as soon as it is: the name is what the workload asks for.
        return [exact('uses-credential', secret ? { externalId: externalIdOf(secret) } : { alias: `Secret ${meta.namespace}/${name}` })];
      }),
      ...(typeof fields.application === 'string'
        ? [{ relation: 'part-of' as const, to: { alias: fields.application }, certainty: 'asserted' as const }]
        : []),
    ].slice(0, 2_000),
  };
}

const ownerText = ({ kind, name, group }: Meta['owners'][number]): string => `${kind}${group === '' ? '' : `.${group}`} ${name}`;

/** A user that a binding names. The cluster keeps no users, so there is no id that would not be given again. */
export function userToObservation(name: string, state: ClusterState): Observation {
  return {
    type: 'identity',
    kind: 'unknown',
    subtype: 'k8s.user',
    externalId: `user/${name}` as ExternalId,
    coverage: USERS,
    keys: [],
    aliases: [name],
    fields: { name, boundary: state.name.cluster },
    ...(state.rightsRead ? { access: [...state.rightsOfUser(name)] } : {}),
    unread: ['lastUsed', 'memberships', ...(state.rightsRead ? [] : ['access'])],
  };
}

/** Users are found in bindings, wherever those are. */
export const USERS = 'rbac' as CoverageId;
