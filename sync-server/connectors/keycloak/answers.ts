import * as z from 'zod';

/**
 * What is taken of the answers, by name; everything else is dropped where it is parsed. A client's representation holds its secret for
 * whoever may view clients, and its attributes the former one.
 */
const texts = z.array(z.string()).nullish().catch([]);

/** Attributes of a client that are read. `client.secret.rotated` is a secret and is none of them. */
const clientAttributes = z
  .object({
    'client.secret.creation.time': z.string().optional(),
    'client.secret.expiration.time': z.string().optional(),
    'client.secret.rotated.creation.time': z.string().optional(),
    'client.secret.rotated.expiration.time': z.string().optional(),
    'use.jwks.url': z.string().optional(),
    owner: z.string().optional(),
    team: z.string().optional(),
    vendor: z.string().optional(),
  })
  .catch({});

export const clientAnswer = z.object({
  id: z.string().min(1),
  clientId: z.string(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  enabled: z.boolean().catch(true),
  protocol: z.string().nullish(),
  publicClient: z.boolean().catch(false),
  bearerOnly: z.boolean().catch(false),
  serviceAccountsEnabled: z.boolean().catch(false),
  standardFlowEnabled: z.boolean().catch(false),
  implicitFlowEnabled: z.boolean().catch(false),
  directAccessGrantsEnabled: z.boolean().catch(false),
  consentRequired: z.boolean().catch(false),
  fullScopeAllowed: z.boolean().catch(false),
  clientAuthenticatorType: z.string().nullish(),
  attributes: clientAttributes.nullish(),
});
export type ClientAnswer = z.infer<typeof clientAnswer>;

export const roleAnswer = z.object({
  id: z.string().min(1),
  name: z.string(),
  composite: z.boolean().catch(false),
  clientRole: z.boolean().catch(false),
  containerId: z.string().catch(''),
});
export type RoleAnswer = z.infer<typeof roleAnswer>;

const mappings = z.object({
  realmMappings: z.array(roleAnswer).nullish(),
  clientMappings: z.record(z.string(), z.object({ mappings: z.array(roleAnswer) })).nullish(),
});
/** Roles that were given to a user or a group themselves. */
export function mappedRoles(data: unknown): RoleAnswer[] | undefined {
  const parsed = mappings.safeParse(data);
  if (!parsed.success) return undefined;
  const { realmMappings, clientMappings } = parsed.data;
  return [...(realmMappings ?? []), ...Object.values(clientMappings ?? {}).flatMap((client) => client.mappings)];
}

export const userAnswer = z.object({
  id: z.string().min(1),
  username: z.string(),
  firstName: z.string().nullish(),
  lastName: z.string().nullish(),
  email: z.string().nullish(),
  enabled: z.boolean().catch(true),
  federationLink: z.string().nullish(),
  serviceAccountClientId: z.string().nullish(),
  attributes: z.object({ manager: texts, LDAP_ID: texts }).nullish().catch(null),
});
export type UserAnswer = z.infer<typeof userAnswer>;

export const groupAnswer = z.object({
  id: z.string().min(1),
  name: z.string(),
  path: z.string().catch(''),
  subGroupCount: z.number().int().catch(0),
  attributes: z.object({ mail: texts, email: texts }).nullish().catch(null),
});
export type GroupAnswer = z.infer<typeof groupAnswer>;

export const idAnswer = z.object({ id: z.string().min(1) });
export const consentAnswer = z.object({ clientId: z.string(), grantedClientScopes: texts });

export const eventAnswer = z.object({
  id: z.string().nullish(),
  time: z.number().int(),
  operationType: z.string(),
  resourceType: z.string(),
  resourcePath: z.string().nullish(),
});
export type EventAnswer = z.infer<typeof eventAnswer>;

/** Those of a list that are what they should be. */
export function listOf<T>(schema: z.ZodType<T>, data: unknown): T[] {
  if (!Array.isArray(data)) return [];
  return data.flatMap((one: unknown) => {
    const parsed = schema.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
}
