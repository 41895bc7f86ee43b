import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fromUtf8 } from '../../shared/base/bytes.ts';
import type { Json } from '../../shared/base/json.ts';
import { externalId, hash, sourceId } from '../../shared/model/ids.ts';
import type { Principal } from '../core/principal.ts';
import { type HttpContext, requires } from './context.ts';
import { apiFailure, sendError } from './errors.ts';
import { parseWith } from './parse.ts';

const NOT_FOUND = apiFailure('not found', 'There is nothing at this address.');

/** What the documents do not hold, or not as one file: sealed segments, versions, evidence. */
export function recordRoutes(app: FastifyInstance, context: HttpContext): void {
  app.get(
    '/api/ledger/:epoch/:n',
    requires(context, 'reader', (request, reply) => segment(context, request, reply)),
  );
  app.get(
    '/api/history/:source/*',
    requires(context, 'reader', (request, reply, principal) => history(context, request, reply, principal)),
  );
  app.get(
    '/api/evidence/:hash',
    requires(context, 'reader', (request, reply, principal) => evidence(context, request, reply, principal)),
  );
}

/** The encoded Yjs document of a segment: what a joiner would be sent, cacheable once it is sealed. */
async function segment({ core }: HttpContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { epoch, n } = request.params as { epoch: string; n: string };
  const found = core.segments().find((one) => String(one.epoch) === epoch && String(one.n) === n);
  const document = found && (await core.ledgerDocument(found.epoch, found.n));
  if (!found || !document) return sendError(reply, NOT_FOUND);
  const caching = found.sealed ? 'private, max-age=31536000, immutable' : 'no-store';
  return reply
    .header('cache-control', caching)
    .type('application/octet-stream')
    .send(Buffer.from(document.missingIn(Uint8Array.of(0))));
}

async function history({ core }: HttpContext, request: FastifyRequest, reply: FastifyReply, principal: Principal): Promise<FastifyReply> {
  const params = request.params as { source: string; '*': string };
  const source = parseWith(sourceId, params.source);
  const external = parseWith(externalId, params['*']);
  if (!source.ok || !external.ok || !core.mayReadSource(principal, source.value)) return sendError(reply, NOT_FOUND);
  const versions = await core.sources.versions(source.value, external.value);
  return reply.send({ versions: versions.map(({ bytes, ...version }) => ({ ...version, record: JSON.parse(fromUtf8(bytes)) as Json })) });
}

async function evidence({ core }: HttpContext, request: FastifyRequest, reply: FastifyReply, principal: Principal): Promise<FastifyReply> {
  const wanted = parseWith(hash, (request.params as { hash: string }).hash);
  const bytes = wanted.ok && (await core.evidenceFor(principal, wanted.value));
  if (!bytes) return sendError(reply, NOT_FOUND);
  return reply.header('cache-control', 'private, max-age=31536000, immutable').type('application/json').send(Buffer.from(bytes));
}
