import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { hash, type SourceId, sourceId } from '../../shared/model/ids.ts';
import { applyRequest, rereadRequest } from '../../shared/wire/http.ts';
import { atLevel, type Principal } from '../core/principal.ts';
import { type HttpContext, requires } from './context.ts';
import { apiFailure, FORBIDDEN, sendError, sendResult } from './errors.ts';
import { parseWith } from './parse.ts';

const UNKNOWN_SOURCE = apiFailure('unknown source', 'There is no source of this name.');
const dryRunOptions = z.object({ mode: z.enum(['list only', 'read']).optional() });
const uploadedFile = z.looseObject({ kind: z.literal('file'), path: z.string().regex(/^upload:[0-9a-f]{24}(\.[a-z]+)?$/) });
const addOptions = z.object({ run: z.enum(['true', 'false']).optional() });

type SourceHandler = (
  source: SourceId,
  request: FastifyRequest,
  reply: FastifyReply,
  principal: Principal,
) => FastifyReply | Promise<FastifyReply>;

/** Sources: configure, try, run. The runner does all of it; here is who may ask. */
export function sourceRoutes(app: FastifyInstance, context: HttpContext): void {
  const { runner } = context;
  app.get(
    '/api/sources',
    requires(context, 'steward', (_request, reply, principal) => {
      const mayConfigure = atLevel(principal, 'admin');
      const visible = runner.list().filter(({ id }) => context.core.mayReadSource(principal, id));
      return reply.send({ sources: mayConfigure ? visible : visible.map(({ id, kind, label }) => ({ id, kind, label })) });
    }),
  );
  app.get(
    '/api/sources/:id',
    withSource(context, 'admin', (id, _request, reply) => sendSettings(context, id, reply)),
  );
  app.post(
    '/api/sources',
    requires(context, 'admin', async (request, reply) => {
      const options = parseWith(addOptions, request.query ?? {});
      const run = !options.ok || options.value.run !== 'false';
      return sendResult(reply, await runner.add(request.body, { run }), 201);
    }),
  );
  app.put(
    '/api/sources/:id',
    withSource(context, 'admin', async (id, request, reply) => sendResult(reply, await runner.update(id, request.body))),
  );
  app.delete(
    '/api/sources/:id',
    withSource(context, 'admin', async (id, _request, reply) => sendResult(reply, await runner.remove(id))),
  );
  runRoutes(app, context);
  planRoutes(app, context);
}

function runRoutes(app: FastifyInstance, context: HttpContext): void {
  const { runner, core } = context;
  app.post(
    '/api/sources/:id/run',
    withSource(context, 'steward', (id, _request, reply) => {
      // The result is in the source's status; whoever asked is not kept waiting.
      runner.run(id, 'person').catch((error: unknown) => core.log.error({ source: id, problem: String(error) }, 'run failed'));
      return reply.code(202).send({ source: id });
    }),
  );
  app.delete(
    '/api/sources/:id/run',
    withSource(context, 'steward', (id, _request, reply) => {
      runner.cancel(id);
      return reply.code(202).send({ source: id });
    }),
  );
  const reread = withSource(context, 'steward', async (id, request, reply) => {
    const body = parseWith(rereadRequest, request.body);
    if (!body.ok) return sendError(reply, body.error);
    const result = await runner.reread(id, body.value.externalId);
    return result.ok ? reply.code(202).send({ outcome: result.value }) : sendError(reply, result.error);
  });
  app.post('/api/sources/:id/reread', reread);
}

function planRoutes(app: FastifyInstance, context: HttpContext): void {
  const { runner } = context;
  app.post(
    '/api/sources/dry-run',
    requires(context, 'steward', async (request, reply, principal) => {
      if (!atLevel(principal, 'admin') && !isForStewards(context, request.body)) return sendError(reply, FORBIDDEN);
      const options = parseWith(dryRunOptions, request.query ?? {});
      if (!options.ok) return sendError(reply, options.error);
      const { mode } = options.value;
      return sendResult(reply, await runner.dryRun(request.body, mode === undefined ? {} : { mode }));
    }),
  );
  app.get(
    '/api/plans/:digest',
    requires(context, 'steward', (request, reply) => {
      const digest = parseWith(hash, (request.params as { digest: string }).digest);
      const plan = digest.ok ? runner.plan(digest.value) : undefined;
      return plan ? reply.send(plan) : sendError(reply, apiFailure('not found', 'This plan is gone.', 'Run the preview again.'));
    }),
  );
  app.post(
    '/api/plans/:digest/apply',
    requires(context, 'steward', async (request, reply) => {
      const digest = parseWith(hash, (request.params as { digest: string }).digest);
      const body = parseWith(applyRequest, request.body ?? {});
      if (!digest.ok) return sendError(reply, digest.error);
      if (!body.ok) return sendError(reply, body.error);
      return sendResult(reply, await runner.apply(digest.value, body.value.only));
    }),
  );
}

/**
 * A steward may preview an uploaded file and what an administrator configured. Other settings of their own could read any file
 * that the server can.
 */
function isForStewards({ runner }: HttpContext, settings: unknown): boolean {
  if (uploadedFile.safeParse(settings).success) return true;
  return runner.list().some((known) => JSON.stringify(known) === JSON.stringify(settings));
}

function sendSettings({ runner }: HttpContext, id: SourceId, reply: FastifyReply): FastifyReply {
  const settings = runner.list().find((one) => one.id === id);
  return settings ? reply.send({ settings, status: runner.status(id) }) : sendError(reply, UNKNOWN_SOURCE);
}

/** A private source of somebody else does not exist for the caller. */
function withSource(context: HttpContext, level: 'steward' | 'admin', handler: SourceHandler) {
  return requires(context, level, (request, reply, principal) => {
    const id = parseWith(sourceId, (request.params as { id: string }).id);
    if (!id.ok || !context.core.mayReadSource(principal, id.value)) return sendError(reply, UNKNOWN_SOURCE);
    if (!context.runner.list().some((one) => one.id === id.value)) return sendError(reply, UNKNOWN_SOURCE);
    return handler(id.value, request, reply, principal);
  });
}
