import * as z from 'zod';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import type { PlannedWrite, WriteOutcome, WriteWish } from '../writeBack.ts';
import { ApiFailure, type Client } from './client.ts';
import { type Context, reach } from './list.ts';
import { ANNOTATION } from './objects.ts';
import { serverProblem } from './problems.ts';
import { objectPath, type Resource, viewsOf } from './resources.ts';

/** Governed fields that an annotation of ours holds. */
const ANNOTATIONS: ReadonlyMap<string, string> = new Map(
  (['owner', 'team', 'application', 'purpose', 'technicalContact', 'environment'] as const).map((field) => [field, ANNOTATION[field][0]]),
);
export const WRITES: readonly string[] = [...ANNOTATIONS.keys()];

/** Who the API server says wrote the annotation (server-side apply). */
const MANAGER = 'muster';
/** The most that the annotations of an object hold together is 256 KiB. */
const LONGEST = 1_024;
/** Others change the object for their own reasons (a controller its status): between reading and writing, a few times. */
const MOST_TRIES = 4;

const held = z.object({
  metadata: z.object({
    uid: z.string(),
    name: z.string(),
    namespace: z.string(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).nullish(),
    managedFields: z
      .array(z.object({ manager: z.string().optional(), operation: z.string().optional(), fieldsV1: z.unknown().optional() }))
      .nullish(),
  }),
});
type Held = z.infer<typeof held>['metadata'] & { readonly resource: Resource };

/** Reads the object and says what its annotation would become. Sends nothing. */
export async function planWrite(context: Context, wish: WriteWish): Promise<Result<PlannedWrite, ConnectorProblem>> {
  const annotation = ANNOTATIONS.get(wish.field);
  if (annotation === undefined) return err(problem('misconfigured', 'an object has no place for this field', false));
  const { value } = wish;
  if (value !== null && (typeof value !== 'string' || value === '' || value.length > LONGEST || !value.isWellFormed()))
    return err(problem('malformed', `an annotation holds texts of 1 to ${LONGEST} characters`, false, 'Shorten the value.'));
  const found = await reached(context, (client) => find(client, context, wish.externalId));
  return found.ok ? ok(planned(found.value, wish, annotation)) : found;
}

function planned(object: Held, { externalId, field, value }: WriteWish, annotation: string): PlannedWrite {
  const { namespace, name, resourceVersion, resource } = object;
  const to = value as string | null;
  return {
    externalId,
    field,
    target: `annotation ${annotation} of ${resource.plural} ${namespace}/${name}`,
    from: object.annotations?.[annotation] ?? null,
    to,
    version: resourceVersion,
    statement: statementOf(object, annotation, to),
  };
}

/** The path and the body as they are sent, but for the version that is read just before. */
function statementOf(object: Held, annotation: string, to: string | null): string {
  const takenFrom = managersOf(object, annotation).filter((manager) => manager !== MANAGER);
  const taken = takenFrom.length === 0 ? '' : ` # taken over from ${takenFrom.join(', ')}`;
  return `PATCH ${pathOf(object)}?fieldManager=${MANAGER}&force=true ${JSON.stringify({ [annotation]: to })}${taken}`;
}

/**
 * Sends exactly what was planned, by server-side apply on the version that was just read: the server refuses (409) when the object changed
 * in between. What decides is the annotation: an object whose status moved on is still the one that people approved.
 */
export async function write(context: Context, plan: PlannedWrite): Promise<WriteOutcome> {
  const annotation = ANNOTATIONS.get(plan.field);
  if (annotation === undefined)
    return { kind: 'refused', problem: problem('misconfigured', 'an object has no place for this field', false) };
  const outcome = await reached(context, async (client) => {
    for (let attempt = 1; ; attempt++) {
      const object = await find(client, context, plan.externalId);
      if (!object.ok) return ok<WriteOutcome>({ kind: 'refused', problem: object.error });
      const settled = standing(object.value, annotation, plan) ?? (await send(client, object.value, annotation, plan));
      if (settled !== 'again') return ok(settled);
      if (attempt >= MOST_TRIES)
        return ok<WriteOutcome>({ kind: 'refused', problem: problem('rate limited', 'the object changes all the time', true) });
    }
  });
  return outcome.ok ? outcome.value : { kind: 'refused', problem: outcome.error };
}

/** What can be said without writing. */
function standing(object: Held, annotation: string, { from, to, statement }: PlannedWrite): WriteOutcome | undefined {
  const now = object.annotations?.[annotation] ?? null;
  if (now === to) return { kind: 'already' };
  if (now !== from) return { kind: 'changed', now, version: object.resourceVersion };
  return statement === statementOf(object, annotation, to)
    ? undefined
    : { kind: 'refused', problem: problem('malformed', 'the approved request is not what would be sent', false, 'Propose it again.') };
}

async function send(client: Client, object: Held, annotation: string, { to }: PlannedWrite): Promise<WriteOutcome | 'again'> {
  try {
    const answer = held.safeParse(await client.apply(pathOf(object), MANAGER, bodyOf(object, annotation, to)));
    return { kind: 'applied', version: answer.success ? answer.data.metadata.resourceVersion : object.resourceVersion };
  } catch (error) {
    const status = error instanceof ApiFailure ? error.status : 0;
    if (status === 409) return 'again';
    if (status === 0 || status >= 500) return { kind: 'unknown', problem: serverProblem(error, client.server) };
    if (status === 403)
      return {
        kind: 'refused',
        problem: problem(
          'forbidden',
          `${client.server}: the right to patch ${object.resource.plural} in namespace ${object.namespace} is missing`,
          false,
        ),
      };
    return { kind: 'refused', problem: serverProblem(error, client.server) };
  }
}

/** What our manager applied before and leaves out now would be taken away: all of it is said again, beside the one that changes. */
function bodyOf(object: Held, annotation: string, to: string | null): unknown {
  const ours = [...ANNOTATIONS.values()].filter((name) => name !== annotation && managersOf(object, name).includes(MANAGER));
  const kept = Object.fromEntries(
    ours.flatMap((name) => (object.annotations?.[name] === undefined ? [] : [[name, object.annotations[name]]])),
  );
  const { group, api } = object.resource;
  return {
    apiVersion: group === '' ? 'v1' : api.replace('/apis/', ''),
    kind: KINDS[object.resource.plural],
    metadata: {
      name: object.name,
      namespace: object.namespace,
      uid: object.uid,
      resourceVersion: object.resourceVersion,
      annotations: to === null ? kept : { ...kept, [annotation]: to },
    },
  };
}

const KINDS: Readonly<Record<string, string>> = {
  serviceaccounts: 'ServiceAccount',
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  cronjobs: 'CronJob',
};

const pathOf = ({ resource, name, namespace }: Held): string => objectPath(resource, name, namespace);

function managersOf({ managedFields }: Held, annotation: string): readonly string[] {
  const holds = (fields: unknown): boolean => {
    const parsed = z.object({ 'f:metadata': z.object({ 'f:annotations': z.record(z.string(), z.unknown()) }) }).safeParse(fields);
    return parsed.success && `f:${annotation}` in parsed.data['f:metadata']['f:annotations'];
  };
  return [
    ...new Set((managedFields ?? []).flatMap(({ manager, fieldsV1 }) => (manager !== undefined && holds(fieldsV1) ? [manager] : []))),
  ].sort();
}

async function reached<T>(
  context: Context,
  work: (client: Client) => Promise<Result<T, ConnectorProblem>>,
): Promise<Result<T, ConnectorProblem>> {
  const answer = await reach(context);
  if ('problem' in answer) return err(answer.problem);
  try {
    return await work(answer.client);
  } catch (error) {
    return err(serverProblem(error, answer.client.server));
  }
}

/** By UID: the object that has its name now may be another. */
async function find(client: Client, context: Context, externalId: string): Promise<Result<Held, ConnectorProblem>> {
  const [part, uid] = externalId.split('/');
  const views = viewsOf(context.settings).filter(({ resource }) => resource.part === part && KINDS[resource.plural] !== undefined);
  for (const { path, resource } of views) {
    let next: string | undefined;
    do {
      const page = await client.page(path, { limit: context.settings.page, ...(next === undefined ? {} : { continue: next }) }, true);
      const item = page.items.find((one) => held.safeParse(one).data?.metadata.uid === uid);
      if (item !== undefined) {
        const { metadata } = held.parse(item);
        return ok({ ...metadata, resource });
      }
      next = page.next;
    } while (next !== undefined);
  }
  return err(problem('not found', `${client.server} has no such object any more, or it holds no annotations of Muster`, false));
}
