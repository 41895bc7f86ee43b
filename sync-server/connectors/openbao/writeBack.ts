import * as z from 'zod';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { looksLikeSecret } from '../../../shared/observed/redact.ts';
import { problem } from '../connector.ts';
import type { PlannedWrite, WriteOutcome, WriteWish } from '../writeBack.ts';
import { instantIn } from './answers.ts';
import { type Context, openVault, statusProblem, type VaultClient } from './client.ts';
import { mountsOf, namespacesOf } from './read.ts';
import type { Mount } from './snapshot.ts';
import { METADATA_FIELDS, secretId } from './toObservations.ts';

export const WRITES: readonly string[] = METADATA_FIELDS;
/** Of a value of custom metadata (OpenBao, "KV secrets engine"). */
const LONGEST = 512;

const held = z.object({
  created_time: z.unknown(),
  updated_time: z.string(),
  current_metadata_version: z.number().int().optional(),
  custom_metadata: z.record(z.string(), z.string()).nullish(),
});

/** One key of one secret's custom metadata, as it is now. */
interface Place {
  readonly namespace: string;
  readonly path: string;
  readonly field: string;
  readonly now: string | null;
  /** metadata_cas where the server has it; otherwise when the metadata last changed, which it does not compare itself. */
  readonly cas: number | undefined;
  readonly version: string;
}

const bodyOf = ({ field, cas }: Place, to: string | null): string =>
  JSON.stringify({ custom_metadata: { [field]: to }, ...(cas === undefined ? {} : { metadata_cas: cas }) });
const statementOf = (place: Place, to: string | null): string => `PATCH /v1/${place.namespace}${place.path} ${bodyOf(place, to)}`;

async function placeOf(
  vault: VaultClient,
  context: Context,
  { externalId, field }: Pick<WriteWish, 'externalId' | 'field'>,
): Promise<Result<Place, ConnectorProblem>> {
  const [, uuid, path] = /^kv\/([^/]+)\/(.+)@[^@]+$/s.exec(externalId) ?? [];
  if (uuid === undefined || path === undefined || !WRITES.includes(field))
    return err(problem('misconfigured', `there is no place for ${field} of this record`, false));
  const mount = await mountNamed(vault, context, uuid);
  if (!mount.ok) return mount;
  const target = `${mount.value.path}metadata/${path}`;
  const read = await vault.read(mount.value.namespace, target);
  if (!read.ok) return read;
  const parsed = held.safeParse(read.value);
  const created = parsed.success ? instantIn(parsed.data.created_time) : undefined;
  if (!parsed.success || created === undefined || secretId(mount.value, { path, created }) !== externalId)
    return err(problem('not found', `${target} is not the secret that was planned on, or is there no more`, false));
  const { current_metadata_version: cas, custom_metadata, updated_time } = parsed.data;
  const version = cas === undefined ? updated_time : String(cas);
  return ok({ namespace: mount.value.namespace, path: target, field, now: custom_metadata?.[field] ?? null, cas, version });
}

async function mountNamed(vault: VaultClient, context: Context, uuid: string): Promise<Result<Mount, ConnectorProblem>> {
  for (const namespace of namespacesOf(context.settings)) {
    const mounts = await mountsOf(vault, namespace);
    if (!mounts.ok) return mounts;
    const found = mounts.value.find((mount) => mount.uuid === uuid);
    if (found) return ok(found);
  }
  return err(problem('not found', 'the engine of this secret is not mounted any more', false));
}

async function withVault<T>(context: Context, use: (vault: VaultClient) => Promise<T>): Promise<Result<T, ConnectorProblem>> {
  const opened = await openVault(context);
  if (!opened.ok) return opened;
  try {
    return ok(await use(opened.value));
  } finally {
    opened.value.close();
  }
}

/** Reads the metadata and says which patch would be sent. Never reads a value. */
export async function planWrite(context: Context, wish: WriteWish): Promise<Result<PlannedWrite, ConnectorProblem>> {
  const { externalId, field, value } = wish;
  if (value !== null && (typeof value !== 'string' || value === '' || Buffer.byteLength(value) > LONGEST))
    return err(problem('misconfigured', `custom metadata holds texts of 1 to ${LONGEST} bytes`, false, 'Shorten the value.'));
  const planned = await withVault(context, async (vault): Promise<Result<PlannedWrite, ConnectorProblem>> => {
    const found = await placeOf(vault, context, wish);
    if (!found.ok) return found;
    const place = found.value;
    if ([place.now, value].some((text) => text !== null && looksLikeSecret(text) !== undefined))
      return err(problem('misconfigured', `${field} holds, or would hold, what looks like a secret`, false, 'Take it out first.'));
    const target = `custom_metadata.${field} of ${place.namespace}${place.path.replace('metadata/', '')}`;
    return ok({ externalId, field, target, from: place.now, to: value, version: place.version, statement: statementOf(place, value) });
  });
  return planned.ok ? planned.value : planned;
}

/** Compares, then sends one patch that the server itself compares again (metadata_cas). */
export async function write(context: Context, planned: PlannedWrite): Promise<WriteOutcome> {
  const done = await withVault(context, async (vault): Promise<WriteOutcome> => {
    const found = await placeOf(vault, context, planned);
    if (!found.ok) return { kind: 'refused', problem: found.error };
    const place = found.value;
    if (place.now === planned.to) return { kind: 'already' };
    if (place.now !== planned.from || place.version !== planned.version) return { kind: 'changed', now: place.now, version: place.version };
    if (statementOf(place, planned.to) !== planned.statement)
      return { kind: 'refused', problem: problem('malformed', 'the approved request is not what would be sent', false) };
    return await sent(vault, context, place, planned);
  });
  return done.ok ? done.value : { kind: 'refused', problem: done.error };
}

async function sent(vault: VaultClient, context: Context, place: Place, planned: PlannedWrite): Promise<WriteOutcome> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  const answered = await vault.send(place.namespace, {
    method: 'PATCH',
    path: `/v1/${place.path}`,
    headers,
    body: bodyOf(place, planned.to),
  });
  if (!answered.ok) return { kind: answered.error.sent ? 'unknown' : 'refused', problem: answered.error.problem };
  const { status } = answered.value;
  const after = await placeOf(vault, context, planned);
  if (status >= 200 && status < 300) return { kind: 'applied', version: after.ok ? after.value.version : planned.version };
  if (status >= 500) return { kind: 'unknown', problem: statusProblem(status, vault.server, { capability: 'patch', path: place.path }) };
  // What does not fit metadata_cas is a bad request like any other: that something moved says which it was.
  if (status === 400 && after.ok && after.value.version !== planned.version)
    return { kind: 'changed', now: after.value.now, version: after.value.version };
  return { kind: 'refused', problem: statusProblem(status, vault.server, { capability: 'patch', path: place.path }) };
}
