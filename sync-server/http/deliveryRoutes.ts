import type { FastifyInstance } from 'fastify';
import { sourceId } from '../../shared/model/ids.ts';
import type { DeliveryOutcome } from '../runner/deliveries.ts';
import type { HttpContext } from './context.ts';
import { apiFailure, sendError } from './errors.ts';

export const DELIVERY_ROUTE = '/hooks/:source';
const BODY_LIMIT = 1024 * 1024;

const NO_SOURCE = apiFailure('not found', 'No source takes deliveries here.', 'Name a secret for it in its settings.');
const FAILURES: Readonly<Partial<Record<DeliveryOutcome, ReturnType<typeof apiFailure>>>> = {
  'no such source': NO_SOURCE,
  'no secret': apiFailure('failed', 'The secret of this source cannot be read.', 'See the settings of the source.', true),
  'not signed': apiFailure('not signed in', 'The signature is missing or is not that of the secret.'),
  malformed: apiFailure('bad request', 'The delivery is not understood.'),
};

/** Where sources tell that something changed. The signature is the ticket: without a secret in a source's settings nothing is here. */
export function deliveryRoutes(app: FastifyInstance, { runner, core }: HttpContext): void {
  app.register(async (scope) => {
    // The signature is over the bytes as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
      done(null, body),
    );
    scope.post<{ Params: { source: string } }>(DELIVERY_ROUTE, async (request, reply) => {
      const id = sourceId.safeParse(request.params.source);
      if (!id.success || typeof request.body !== 'string') return sendError(reply, NO_SOURCE);
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
      );
      const outcome = await runner.deliver(id.data, { headers, body: request.body });
      const failure = FAILURES[outcome];
      if (outcome === 'not signed') core.metrics.refusal('delivery not signed');
      return failure ? sendError(reply, failure) : reply.code(202).send({ outcome });
    });
  });
}
