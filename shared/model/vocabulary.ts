import * as z from 'zod';

/** DOMAIN A. */
export const recordType = z.enum(['identity', 'credential', 'workload', 'application', 'resource', 'party']);
export type RecordType = z.infer<typeof recordType>;

/** DOMAIN B: the kinds of identity, with the subtypes that connectors report. */
export const identityKind = z.enum([
  'service account',
  'assumable role',
  'application',
  'workload identity',
  'automation',
  'agent',
  'host',
  'unknown',
]);
export type IdentityKind = z.infer<typeof identityKind>;

/** What proves an identity. */
export const credentialKind = z.enum(['key', 'token', 'secret', 'password', 'certificate', 'SSH key', 'federated trust']);
export type CredentialKind = z.infer<typeof credentialKind>;

export const partyKind = z.enum(['person', 'team', 'vendor']);
export type PartyKind = z.infer<typeof partyKind>;

/** DOMAIN D. */
export const environment = z.enum([
  'production',
  'staging',
  'test',
  'development',
  'sandbox',
  'disaster recovery',
  'shared platform',
  'workstation',
  'unknown',
]);
export type Environment = z.infer<typeof environment>;

export const criticality = z.enum(['critical', 'high', 'medium', 'low']);
export const usedBy = z.enum(['machine', 'person', 'both', 'unknown']);

/** DOMAIN E: the normalised entitlement, weakest first. */
export const accessLevel = z.enum(['read', 'write', 'run', 'secrets', 'grant', 'full']);
export type AccessLevel = z.infer<typeof accessLevel>;

export const entitlement = z.object({
  level: accessLevel,
  /** What is reached, as the source names it; `*` is everything within the boundary. */
  on: z.string().max(1_024),
  /** The account, cluster, realm or database that the right stops at. */
  boundary: z.string().max(512).optional(),
  /** The groups, roles and bindings that the right came through. */
  via: z.array(z.string().max(512)).max(64).optional(),
  /** The right verbatim, in the source's own words. */
  native: z.string().max(2_048),
  certainty: z.enum(['exact', 'upper bound', 'unread']),
});
export type Entitlement = z.infer<typeof entitlement>;

/** DOMAIN F. */
export const linkRelation = z.enum([
  'has-credential',
  'issued-by',
  'stored-in',
  'presented-at',
  'runs-as',
  'uses-credential',
  'can-assume',
  'acts-for',
  'calls-tool',
  'can-access',
  'member-of',
  'part-of',
  'supplied-by',
  'created-by',
  'succeeds',
  'same-as',
]);
export type LinkRelation = z.infer<typeof linkRelation>;

/** DOMAIN G, the governed axis: a steward's act. */
export const lifecycle = z.enum(['requested', 'unregistered', 'active', 'retiring', 'retired', 'excluded']);
export type Lifecycle = z.infer<typeof lifecycle>;

export const exclusionReason = z.enum(['not a machine identity', 'vendor managed', 'duplicate', 'out of scope']);

/** DOMAIN G, the observed axis: a source's fact. `missing` is computed from `missingSince`. */
export const observedState = z.enum(['enabled', 'disabled', 'expired', 'missing', 'unread', 'never seen']);
export type ObservedState = z.infer<typeof observedState>;

/** DESIGN 12. */
export const role = z.enum(['reader', 'owner', 'steward', 'approver', 'admin', 'connector']);
export type Role = z.infer<typeof role>;

export const freshnessLevel = z.enum(['fresh', 'stale', 'unknown']);
export type FreshnessLevel = z.infer<typeof freshnessLevel>;
