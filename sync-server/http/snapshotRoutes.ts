import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { MEDIA_TYPE } from '../../shared/snapshot/format.ts';
import { snapshotRequest } from '../../shared/wire/http.ts';
import type { Principal } from '../core/principal.ts';
import type { Asker } from '../snapshot/snapshots.ts';
import { type HttpContext, requires } from './context.ts';
import { apiFailure, FORBIDDEN, sendError, sendResult } from './errors.ts';
import { parseWith } from './parse.ts';

const jobId = z.string().regex(/^[0-9a-f]{32}$/);
const GONE = apiFailure('not found', 'This snapshot is not there any more.', 'Make it again: files are kept for an hour.');
const NOT_READY = apiFailure('conflict', 'This snapshot is not ready.', 'Ask again when it is.', true);

type JobHandler = (id: string, asker: Asker, reply: FastifyReply) => FastifyReply | Promise<FastifyReply>;

/** Snapshots: every person who may read the register may take it along. What is made is there for who asked alone. */
export function snapshotRoutes(app: FastifyInstance, context: HttpContext): void {
  const { snapshots } = context;
  app.post(
    '/api/snapshots',
    withAsker(context, (asker, request, reply) => {
      const body = parseWith(snapshotRequest, request.body ?? {});
      return body.ok ? sendResult(reply, snapshots.create(body.value, asker), 202) : sendError(reply, body.error);
    }),
  );
  app.get(
    '/api/snapshots/:id',
    withJob(context, (id, asker, reply) => {
      const job = snapshots.job(id, asker);
      return job ? reply.send(job) : sendError(reply, GONE);
    }),
  );
  app.get(
    '/api/snapshots/:id/file',
    withJob(context, (id, asker, reply) => sendFile(context, id, asker, reply)),
  );
  app.delete(
    '/api/snapshots/:id',
    withJob(context, async (id, asker, reply) => ((await snapshots.remove(id, asker)) ? reply.send({}) : sendError(reply, GONE))),
  );
}

function sendFile({ snapshots }: HttpContext, id: string, asker: Asker, reply: FastifyReply): FastifyReply {
  const file = snapshots.file(id, asker);
  if (!file) return sendError(reply, snapshots.job(id, asker) ? NOT_READY : GONE);
  return (
    reply
      .header('content-disposition', `attachment; filename="${file.name}"`)
      .header('content-length', file.bytes)
      // A report that was opened in the server's own origin would be a page of it: it is always saved first.
      .type(file.format === 'report' ? 'application/octet-stream' : MEDIA_TYPE)
      .send(createReadStream(file.path))
  );
}

/** A snapshot names who asked for it: a person, also behind a token of the command line. */
function withAsker(
  context: HttpContext,
  handler: (asker: Asker, request: FastifyRequest, reply: FastifyReply) => FastifyReply | Promise<FastifyReply>,
) {
  return requires(context, 'reader', (request, reply, principal) => {
    const asker = askerOf(context, principal);
    return asker ? handler(asker, request, reply) : sendError(reply, FORBIDDEN);
  });
}

function askerOf({ core }: HttpContext, { person, local }: Principal): Asker | undefined {
  if (person === undefined) return undefined;
  return { person, name: core.ledger.persons().get(person)?.name ?? '', local };
}

function withJob(context: HttpContext, handler: JobHandler) {
  return withAsker(context, (asker, request, reply) => {
    const id = parseWith(jobId, (request.params as { id: string }).id);
    return id.ok ? handler(id.value, asker, reply) : sendError(reply, GONE);
  });
}
