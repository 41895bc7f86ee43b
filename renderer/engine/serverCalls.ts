import * as z from 'zod';
import { ok, type Result } from '../../shared/base/result.ts';
import type { EngineApi } from '../../shared/bridge/engine.ts';
import { sourceId } from '../../shared/model/ids.ts';
import {
  type ApiError,
  applyReply,
  dryRunReply,
  historyReply,
  snapshotJob,
  sourceSettings,
  uploadReply,
  writePlanReply,
} from '../../shared/wire/http.ts';
import { rekeyReply, teamReply } from '../../shared/wire/team.ts';
import { webhookStatus } from '../../shared/wire/webhook.ts';
import { type Answer, type Call, interpreted, isUnauthorised, type ServerClient } from './serverClient.ts';
import type { Tickets } from './tickets.ts';

export type ServerCalls = Pick<
  EngineApi,
  | 'addSource'
  | 'updateSource'
  | 'removeSource'
  | 'configuredSources'
  | 'dryRun'
  | 'plan'
  | 'applyPlan'
  | 'runSource'
  | 'reread'
  | 'planWrite'
  | 'upload'
  | 'recordHistory'
  | 'teamSeen'
  | 'prepareRekey'
  | 'webhook'
  | 'setWebhook'
  | 'sample'
  | 'createSnapshot'
  | 'snapshotJob'
  | 'cancelSnapshot'
  | 'snapshotFile'
>;

const addedReply = z.object({ id: sourceId });
const listReply = z.object({ sources: z.array(sourceSettings) });
const sampleReply = z.object({ url: z.string().optional() });
const anything = z.unknown();

export type Ask = <T>(call: Call, schema: z.ZodType<T>) => Promise<Result<T, ApiError>>;

/** Calls with this device's ticket. A ticket that ended meanwhile is replaced once, unseen. */
export function ticketed(client: ServerClient, tickets: Tickets): Ask {
  const attempt = async (call: Call, last: boolean): Promise<Result<Answer, ApiError>> => {
    const given = await tickets.get();
    if (!given.ok) return given;
    const { ticket } = given.value;
    const answer = await client.send({ ...call, ticket });
    if (last || !answer.ok || !isUnauthorised(answer.value.status)) return answer;
    tickets.drop(ticket);
    return attempt(call, true);
  };
  return async (call, schema) => {
    const answer = await attempt(call, false);
    return answer.ok ? interpreted(answer.value, schema) : answer;
  };
}

/** The parts of the engine's interface that are the server's. */
export function serverCalls(ask: Ask): ServerCalls {
  return { ...sourceCalls(ask), ...planCalls(ask), ...recordCalls(ask), ...peopleCalls(ask), ...snapshotCalls(ask) };
}

const at = (...parts: readonly string[]): string => `/api/${parts.map(encodeURIComponent).join('/')}`;
const nothing = (result: Result<unknown, ApiError>): Result<null, ApiError> => (result.ok ? ok(null) : result);

type SourceCalls = Pick<ServerCalls, 'addSource' | 'updateSource' | 'removeSource' | 'configuredSources' | 'runSource'>;
const sourceCalls = (ask: Ask): SourceCalls => ({
  addSource: async (settings) => named(settings, await ask({ method: 'POST', path: at('sources'), json: settings }, anything)),
  updateSource: async (settings) =>
    named(settings, await ask({ method: 'PUT', path: at('sources', settings.id), json: settings }, anything)),
  removeSource: async (id) => nothing(await ask({ method: 'DELETE', path: at('sources', id) }, anything)),
  configuredSources: async () => {
    const list = await ask({ method: 'GET', path: at('sources') }, listReply);
    return list.ok ? ok(list.value.sources) : list;
  },
  runSource: async (id) => nothing(await ask({ method: 'POST', path: at('sources', id, 'run') }, anything)),
});

/** The server may have chosen another id; what it does not name is the one that was sent. */
function named(settings: z.infer<typeof sourceSettings>, result: Result<unknown, ApiError>): Result<z.infer<typeof addedReply>, ApiError> {
  if (!result.ok) return result;
  const reply = addedReply.safeParse(result.value);
  return ok({ id: reply.success ? reply.data.id : settings.id });
}

const planCalls = (ask: Ask): Pick<ServerCalls, 'dryRun' | 'plan' | 'applyPlan' | 'planWrite'> => ({
  planWrite: (source, request) => ask({ method: 'POST', path: at('sources', source, 'writes', 'plan'), json: request }, writePlanReply),
  dryRun: (settings) => ask({ method: 'POST', path: at('sources', 'dry-run'), json: settings }, dryRunReply),
  plan: (digest) => ask({ method: 'GET', path: at('plans', digest) }, dryRunReply),
  applyPlan: async (digest, only) => {
    const json = only === undefined ? {} : { only };
    const applied = await ask({ method: 'POST', path: at('plans', digest, 'apply'), json }, applyReply);
    return applied.ok ? ok({ source: applied.value.source }) : applied;
  },
});

const recordCalls = (ask: Ask): Pick<ServerCalls, 'reread' | 'upload' | 'recordHistory'> => ({
  reread: async (source, externalId) =>
    nothing(await ask({ method: 'POST', path: at('sources', source, 'reread'), json: { externalId } }, anything)),
  upload: async (name, bytes, modified) => {
    const query = new URLSearchParams({ name, ...(modified === undefined ? {} : { modified }) });
    const kept = await ask({ method: 'POST', path: `/api/uploads?${query}`, bytes }, uploadReply);
    return kept.ok ? ok({ upload: kept.value.upload }) : kept;
  },
  recordHistory: async (source, externalId) => {
    const history = await ask({ method: 'GET', path: at('history', source, externalId) }, historyReply);
    return history.ok ? ok(history.value.versions) : history;
  },
});

const peopleCalls = (ask: Ask): Pick<ServerCalls, 'teamSeen' | 'prepareRekey' | 'webhook' | 'setWebhook' | 'sample'> => ({
  webhook: () => ask({ method: 'GET', path: at('webhook') }, webhookStatus),
  setWebhook: (request) =>
    ask(request ? { method: 'PUT', path: at('webhook'), json: request } : { method: 'DELETE', path: at('webhook') }, webhookStatus),
  teamSeen: () => ask({ method: 'GET', path: at('team') }, teamReply),
  prepareRekey: async () => {
    const prepared = await ask({ method: 'POST', path: at('rekey') }, rekeyReply);
    return prepared.ok ? ok(prepared.value.succession) : prepared;
  },
  sample: async (action) => {
    const done = await ask({ method: action === 'start' ? 'POST' : 'DELETE', path: at('sample') }, sampleReply);
    if (!done.ok) return done;
    return ok(done.value.url === undefined ? {} : { address: done.value.url });
  },
});

const fileBytes = z.instanceof(Uint8Array) as z.ZodType<Uint8Array<ArrayBuffer>>;

const snapshotCalls = (ask: Ask): Pick<ServerCalls, 'createSnapshot' | 'snapshotJob' | 'cancelSnapshot' | 'snapshotFile'> => ({
  createSnapshot: (request) => ask({ method: 'POST', path: at('snapshots'), json: request }, snapshotJob),
  snapshotJob: (id) => ask({ method: 'GET', path: at('snapshots', id) }, snapshotJob),
  cancelSnapshot: async (id) => nothing(await ask({ method: 'DELETE', path: at('snapshots', id) }, anything)),
  snapshotFile: (id) => ask({ method: 'GET', path: at('snapshots', id, 'file'), file: true }, fileBytes),
});
