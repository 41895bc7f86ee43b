import * as z from 'zod';
import type { Part } from './resources.ts';

const text = z.string().max(16_384);
const texts = z.array(text).nullish();
const labels = z.record(z.string(), text).nullish();

const metadata = z.object({
  uid: text,
  name: text,
  namespace: text.optional(),
  resourceVersion: text,
  creationTimestamp: text.nullish(),
  deletionTimestamp: text.nullish(),
  labels,
  // An annotation may be anything, and some hold a whole Secret: only known ones are looked at.
  annotations: z.record(z.string(), z.string()).nullish(),
  ownerReferences: z.array(z.object({ apiVersion: text, kind: text, name: text, controller: z.boolean().optional() })).nullish(),
  managedFields: z
    .array(z.object({ manager: text.optional(), time: text.optional(), fieldsV1: z.record(z.string(), z.unknown()).optional() }))
    .nullish(),
});
const anyObject = z.object({ metadata });

const rule = z.object({ verbs: texts, apiGroups: texts, resources: texts, resourceNames: texts, nonResourceURLs: texts });
export type Rule = z.infer<typeof rule>;
const requirement = z.object({ key: text, operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: texts });
const selector = z.object({ matchLabels: labels, matchExpressions: z.array(requirement).nullish() });
export type LabelSelector = z.infer<typeof selector>;
const subject = z.object({ kind: text, name: text, namespace: text.optional() });
export type BindingSubject = z.infer<typeof subject>;

const serviceAccount = anyObject.extend({
  secrets: z.array(z.object({ name: text.optional() })).nullish(),
  imagePullSecrets: z.array(z.object({ name: text.optional() })).nullish(),
});
const role = anyObject.extend({
  rules: z.array(rule).nullish(),
  aggregationRule: z.object({ clusterRoleSelectors: z.array(selector).nullish() }).nullish(),
});
const binding = anyObject.extend({ roleRef: z.object({ kind: text, name: text }), subjects: z.array(subject).nullish() });

const named = z.object({ name: text.optional() }).nullish();
const container = z.object({
  image: text.optional(),
  env: z.array(z.object({ valueFrom: z.object({ secretKeyRef: named }).nullish() })).nullish(),
  envFrom: z.array(z.object({ secretRef: named })).nullish(),
});
const secretName = z.object({ secretName: text.optional() }).nullish();
const volume = z.object({
  secret: secretName,
  projected: z.object({ sources: z.array(z.object({ secret: named })).nullish() }).nullish(),
  csi: z.object({ nodePublishSecretRef: named }).nullish(),
});
const podSpec = z.object({
  serviceAccountName: text.optional(),
  containers: z.array(container).nullish(),
  initContainers: z.array(container).nullish(),
  volumes: z.array(volume).nullish(),
  imagePullSecrets: z.array(z.object({ name: text.optional() })).nullish(),
});
type PodSpec = z.infer<typeof podSpec>;
const template = z.object({ spec: podSpec });
const controller = anyObject.extend({ spec: z.object({ template }) });
const cronJob = anyObject.extend({
  spec: z.object({ schedule: text.optional(), suspend: z.boolean().nullish(), jobTemplate: z.object({ spec: z.object({ template }) }) }),
});
const pod = anyObject.extend({ spec: podSpec });
const certificate = anyObject.extend({
  spec: z.object({
    secretName: text.optional(),
    commonName: text.optional(),
    dnsNames: texts,
    uris: texts,
    issuerRef: z.object({ name: text, kind: text.optional() }).optional(),
  }),
  status: z.object({ notBefore: text.optional(), notAfter: text.optional() }).nullish(),
});

/** What of an object's metadata is kept. */
export interface Meta {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly version: string;
  readonly created: string | undefined;
  /** When somebody last changed it, as far as its managers are recorded: of an object that was made without fields they never are. Whole seconds. */
  readonly changed: string | undefined;
  /** When the data of a Secret was last changed; `unknown` where the same change may have been to something else. */
  readonly rotated: string | 'unknown' | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly owners: readonly { readonly kind: string; readonly name: string; readonly group: string; readonly controller: boolean }[];
}

export type Secret = { readonly part: 'token' | 'tls' | 'registry' | 'secret'; readonly meta: Meta };
export interface ServiceAccount {
  readonly part: 'serviceaccount';
  readonly meta: Meta;
  readonly secrets: readonly string[];
}
export interface Role {
  readonly part: 'role' | 'clusterrole';
  readonly meta: Meta;
  readonly rules: readonly Rule[];
  readonly aggregates: readonly LabelSelector[];
}
export interface Binding {
  readonly part: 'rolebinding' | 'clusterrolebinding';
  readonly meta: Meta;
  readonly role: { readonly kind: string; readonly name: string };
  readonly subjects: readonly BindingSubject[];
}
export interface Workload {
  readonly part: 'deployment' | 'statefulset' | 'daemonset' | 'job' | 'cronjob' | 'pod';
  readonly meta: Meta;
  readonly serviceAccount: string;
  readonly images: readonly string[];
  /** Names of the Secrets that it is given, in its namespace. */
  readonly secrets: readonly string[];
  readonly suspended: boolean;
}
export interface Certificate {
  readonly part: 'certificate';
  readonly meta: Meta;
  readonly secret: string | undefined;
  readonly names: readonly string[];
  readonly issuer: string | undefined;
  readonly notBefore: string | undefined;
  readonly notAfter: string | undefined;
}
export type ClusterObject = Secret | ServiceAccount | Role | Binding | Workload | Certificate;

/** Names under which owners and purposes are written on objects. Ours first. */
export const ANNOTATION = {
  owner: ['muster.dev/owner', 'a8r.io/owner'],
  team: ['muster.dev/team'],
  application: ['muster.dev/application'],
  purpose: ['muster.dev/purpose'],
  technicalContact: ['muster.dev/technical-contact'],
  environment: ['muster.dev/environment'],
  description: ['kubernetes.io/description', 'a8r.io/description'],
} as const;
export const CLOUD_ANNOTATIONS = [
  'eks.amazonaws.com/role-arn',
  'iam.gke.io/gcp-service-account',
  'azure.workload.identity/client-id',
] as const;
export const TOKEN_OF = 'kubernetes.io/service-account.name';
const KNOWN_ANNOTATIONS: ReadonlySet<string> = new Set<string>([...Object.values(ANNOTATION).flat(), ...CLOUD_ANNOTATIONS, TOKEN_OF]);
/** Labels that say whose it is (kubernetes.io, "Recommended Labels"). */
const KNOWN_LABELS: ReadonlySet<string> = new Set(['app.kubernetes.io/part-of', 'app.kubernetes.io/name', 'app', 'team', 'owner']);

/**
 * @returns undefined for what is not such an object; of a Pod or Job that another object controls too: it comes and goes with that one,
 * which is listed itself.
 */
export function readObject(part: Part, value: unknown): ClusterObject | undefined {
  switch (part) {
    case 'serviceaccount':
      return read(serviceAccount, value, (object) => ({ part, meta: metaOf(object.metadata), secrets: namesOf(object.secrets) }));
    case 'role':
    case 'clusterrole':
      return read(role, value, (object) => ({
        part,
        meta: { ...metaOf(object.metadata), labels: object.metadata.labels ?? {} },
        rules: object.rules ?? [],
        aggregates: object.aggregationRule?.clusterRoleSelectors ?? [],
      }));
    case 'rolebinding':
    case 'clusterrolebinding':
      return read(binding, value, (object) => ({
        part,
        meta: metaOf(object.metadata),
        role: object.roleRef,
        subjects: object.subjects ?? [],
      }));
    case 'token':
    case 'tls':
    case 'registry':
    case 'secret':
      return read(anyObject, value, (object) => ({ part, meta: metaOf(object.metadata) }));
    case 'deployment':
    case 'statefulset':
    case 'daemonset':
      return read(controller, value, (object) => workload(part, metaOf(object.metadata), object.spec.template.spec));
    case 'cronjob':
      return read(cronJob, value, ({ metadata: meta, spec }) =>
        workload(part, metaOf(meta), spec.jobTemplate.spec.template.spec, spec.suspend === true),
      );
    case 'job':
      return read(controller, value, (object) => alone(workload(part, metaOf(object.metadata), object.spec.template.spec)));
    case 'pod':
      return read(pod, value, (object) => alone(workload(part, metaOf(object.metadata), object.spec)));
    case 'certificate':
      return read(certificate, value, ({ metadata: meta, spec, status }) => ({
        part,
        meta: metaOf(meta),
        secret: spec.secretName,
        names: [...new Set([spec.commonName, ...(spec.dnsNames ?? []), ...(spec.uris ?? [])].flatMap((name) => name ?? []))],
        issuer: spec.issuerRef && `${spec.issuerRef.kind ?? 'Issuer'} ${spec.issuerRef.name}`,
        notBefore: status?.notBefore,
        notAfter: status?.notAfter,
      }));
  }
}

function read<T>(schema: z.ZodType<T>, value: unknown, take: (object: T) => ClusterObject | undefined): ClusterObject | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? take(parsed.data) : undefined;
}

const alone = (object: Workload): Workload | undefined => (object.meta.owners.some(({ controller: is }) => is) ? undefined : object);

function workload(part: Workload['part'], meta: Meta, spec: PodSpec, suspended = false): Workload {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const volumes = spec.volumes ?? [];
  const secrets = [
    ...containers.flatMap((one) => [
      ...(one.env ?? []).map((variable) => variable.valueFrom?.secretKeyRef?.name),
      ...(one.envFrom ?? []).map((source) => source.secretRef?.name),
    ]),
    ...volumes.flatMap((one) => [
      one.secret?.secretName,
      one.csi?.nodePublishSecretRef?.name,
      ...(one.projected?.sources ?? []).map((source) => source.secret?.name),
    ]),
    ...namesOf(spec.imagePullSecrets),
  ];
  return {
    part,
    meta,
    serviceAccount: spec.serviceAccountName || 'default',
    images: unique(containers.map((one) => one.image)),
    secrets: unique(secrets),
    suspended,
  };
}

const unique = (names: readonly (string | undefined)[]): string[] => [...new Set(names.flatMap((name) => name || []))].sort();
const namesOf = (references: readonly { readonly name?: string | undefined }[] | null | undefined): string[] =>
  unique((references ?? []).map(({ name }) => name));

function metaOf(meta: z.infer<typeof metadata>): Meta {
  const managed = meta.managedFields ?? [];
  const times = managed.flatMap(({ time }) => time ?? []).sort();
  return {
    uid: meta.uid,
    name: meta.name,
    namespace: meta.namespace,
    version: meta.resourceVersion,
    created: meta.creationTimestamp ?? undefined,
    changed: times.at(-1),
    rotated: rotationOf(managed, meta.creationTimestamp ?? undefined),
    labels: only(meta.labels, KNOWN_LABELS),
    annotations: only(meta.annotations, KNOWN_ANNOTATIONS),
    owners: (meta.ownerReferences ?? []).map(({ kind, name, apiVersion, controller: is }) => ({
      kind,
      name,
      group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '',
      controller: is === true,
    })),
  };
}

function only(all: Readonly<Record<string, string>> | null | undefined, known: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(all ?? {}).filter(([name]) => known.has(name)));
}

type Managed = NonNullable<z.infer<typeof metadata>['managedFields']>;
/** Times of one write are stamped within this, in milliseconds. */
const ONE_WRITE = 2_000;

/**
 * When the data of a Secret was last changed, from the record of its managers: they name the fields that each wrote, never a value. The
 * time of an entry is that of the manager's last change to any of its fields, so an entry with metadata in it proves nothing unless it is
 * as old as the object.
 */
function rotationOf(managed: Managed, created: string | undefined): string | 'unknown' | undefined {
  if (managed.length === 0) return 'unknown';
  const writes = managed.filter(({ fieldsV1 = {} }) => 'f:data' in fieldsV1 || 'f:stringData' in fieldsV1);
  if (writes.length === 0 || created === undefined) return undefined;
  const last = writes.reduce((latest, one) => ((one.time ?? '') > (latest.time ?? '') ? one : latest));
  if (last?.time === undefined) return undefined;
  const untouched = Date.parse(last.time) - Date.parse(created) <= ONE_WRITE;
  return untouched || !('f:metadata' in (last.fieldsV1 ?? {})) ? last.time : 'unknown';
}
