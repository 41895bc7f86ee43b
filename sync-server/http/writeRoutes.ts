import type { FastifyInstance } from 'fastify';
import { mayDo } from '../../shared/ledger/permissions.ts';
import { type SourceId, sourceId } from '../../shared/model/ids.ts';
import { writePlanRequest } from '../../shared/wire/http.ts';
import { planProposal } from '../core/planProposal.ts';
import { type HttpContext, requires } from './context.ts';
import { apiFailure, FORBIDDEN, sendError, sendResult } from './errors.ts';
import { parseWith } from './parse.ts';

const UNKNOWN_SOURCE = apiFailure('unknown source', 'There is no source of this name.');

/** What would be sent to a source. Whoever may propose it may ask: a steward within their remit, an owner for their own identities. */
export function writeRoutes(app: FastifyInstance, context: HttpContext): void {
  const { core, runner } = context;
  app.post(
    '/api/sources/:id/writes/plan',
    requires(context, 'reader', async (request, reply, principal) => {
      if (!mayDo(principal.role, 'propose').may) return sendError(reply, FORBIDDEN);
      const id = parseWith(sourceId, (request.params as { id: string }).id);
      const body = parseWith(writePlanRequest, request.body);
      if (!id.ok || !core.mayReadSource(principal, id.value)) return sendError(reply, UNKNOWN_SOURCE);
      if (!body.ok) return sendError(reply, body.error);
      if (!core.mayEdit(principal, body.value.identity)) return sendError(reply, FORBIDDEN);
      const { register, ledger, sources } = core;
      const isPrivate = (source: SourceId): boolean => sources.visibility(source) === 'private';
      return sendResult(reply, await planProposal({ register, runner, isPrivate, fields: ledger.writeBack.fields }, id.value, body.value));
    }),
  );
}
