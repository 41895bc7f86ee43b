import * as z from 'zod';
import type { Instant } from '../../../shared/base/time.ts';
import type { AppRole, Entity, Group, Mount, SecretId, SecretMetadata, Token } from './snapshot.ts';

const text = z.string().catch('');
const texts = z.array(z.string()).nullish().catch([]);
const pairs = z.record(z.string(), z.string()).nullish().catch({});

/** RFC 3339 with up to nine decimals and any zone; Go's zero time stands for none. */
export function instantIn(value: unknown): Instant | undefined {
  if (typeof value !== 'string' || value === '' || value.startsWith('0001-')) return undefined;
  const millis = Date.parse(value);
  return Number.isNaN(millis) ? undefined : (new Date(millis).toISOString() as Instant);
}

const mount = z.object({
  type: z.string(),
  uuid: z.string(),
  accessor: z.string(),
  options: z.object({ version: z.string().optional() }).nullish().catch(null),
});

export function mountsIn(data: Record<string, unknown> | undefined, namespace: string, auth: boolean): Mount[] {
  return Object.entries(data ?? {}).flatMap(([path, value]) => {
    const parsed = mount.safeParse(value);
    if (!parsed.success) return [];
    const { type, uuid, accessor, options } = parsed.data;
    return [{ namespace, path: auth ? `auth/${path}` : path, type, uuid, accessor, version: options?.version, auth }];
  });
}

const entity = z.object({
  id: z.string().min(1),
  name: text,
  disabled: z.boolean().catch(false),
  creation_time: z.unknown(),
  policies: texts,
  group_ids: texts,
  metadata: pairs,
  aliases: z.array(z.object({ name: z.string(), mount_type: text, mount_accessor: text })).nullish(),
});

export function entityIn(data: unknown): Entity | undefined {
  const parsed = entity.safeParse(data);
  if (!parsed.success) return undefined;
  const { id, name, disabled, creation_time, policies, group_ids, metadata, aliases } = parsed.data;
  return {
    id,
    name,
    disabled,
    created: instantIn(creation_time),
    policies: policies ?? [],
    groups: group_ids ?? [],
    metadata: metadata ?? {},
    aliases: (aliases ?? []).map((one) => ({ name: one.name, mountType: one.mount_type, mountAccessor: one.mount_accessor })),
  };
}

const group = z.object({ id: z.string().min(1), name: text, policies: texts });
export function groupIn(data: unknown): Group | undefined {
  const parsed = group.safeParse(data);
  return parsed.success ? { ...parsed.data, policies: parsed.data.policies ?? [] } : undefined;
}

const role = z.object({ token_policies: texts, policies: texts, token_no_default_policy: z.boolean().catch(false) });
export function roleIn(name: string, data: unknown, id: unknown): AppRole | undefined {
  const [parsed, named] = [role.safeParse(data), z.object({ role_id: z.string().min(1) }).safeParse(id)];
  if (!parsed.success || !named.success) return undefined;
  const { token_policies, policies, token_no_default_policy: withoutDefaultPolicy } = parsed.data;
  return { name, roleId: named.data.role_id, policies: token_policies ?? policies ?? [], withoutDefaultPolicy };
}

const secretId = z.object({
  secret_id_accessor: z.string().min(1),
  creation_time: z.unknown(),
  expiration_time: z.unknown(),
  secret_id_num_uses: z.number().catch(0),
});
export function secretIdIn(name: string, data: unknown): SecretId | undefined {
  const parsed = secretId.safeParse(data);
  if (!parsed.success) return undefined;
  const { secret_id_accessor: accessor, creation_time, expiration_time, secret_id_num_uses: uses } = parsed.data;
  return {
    accessor,
    role: name,
    created: instantIn(creation_time),
    expires: instantIn(expiration_time),
    uses: uses > 0 ? uses : undefined,
  };
}

const token = z.object({
  accessor: z.string().min(1),
  display_name: text,
  type: text,
  entity_id: text,
  policies: texts,
  identity_policies: texts,
  creation_time: z.number().catch(0),
  issue_time: z.unknown(),
  expire_time: z.unknown(),
  renewable: z.boolean().catch(false),
});
export function tokenIn(data: unknown): Token | undefined {
  const parsed = token.safeParse(data);
  if (!parsed.success) return undefined;
  const { accessor, display_name, type, entity_id, policies, identity_policies, creation_time, issue_time, expire_time, renewable } =
    parsed.data;
  const created = instantIn(issue_time) ?? (creation_time > 0 ? (new Date(creation_time * 1_000).toISOString() as Instant) : undefined);
  return {
    accessor,
    displayName: display_name,
    type,
    entity: entity_id === '' ? undefined : entity_id,
    policies: [...new Set([...(policies ?? []), ...(identity_policies ?? [])])].sort(),
    created,
    expires: instantIn(expire_time),
    renewable,
  };
}

const metadata = z.object({
  created_time: z.unknown(),
  current_version: z.number().int().min(0),
  custom_metadata: pairs,
  versions: z
    .record(z.string(), z.object({ created_time: z.unknown(), deletion_time: z.unknown(), destroyed: z.boolean().catch(false) }))
    .nullish(),
});
export function metadataIn(path: string, data: unknown): SecretMetadata | undefined {
  const parsed = metadata.safeParse(data);
  const created = parsed.success ? instantIn(parsed.data.created_time) : undefined;
  if (!parsed.success || created === undefined) return undefined;
  const versions = Object.entries(parsed.data.versions ?? {}).flatMap(([number, { created_time, deletion_time, destroyed }]) => {
    const at = instantIn(created_time);
    return at === undefined ? [] : [{ number: Number(number), created: at, deleted: instantIn(deletion_time), destroyed }];
  });
  return {
    path,
    created,
    current: parsed.data.current_version,
    versions: versions.sort((a, b) => a.number - b.number),
    custom: parsed.data.custom_metadata ?? {},
  };
}
