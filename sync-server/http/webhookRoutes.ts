import type { FastifyInstance } from 'fastify';
import { webhookRequest } from '../../shared/wire/webhook.ts';
import { type HttpContext, requires } from './context.ts';
import { sendError, sendResult } from './errors.ts';
import { parseWith } from './parse.ts';

/** Where changes are told: one address for the space, an administrator's to choose. */
export function webhookRoutes(app: FastifyInstance, context: HttpContext): void {
  const { webhook } = context;
  app.get(
    '/api/webhook',
    requires(context, 'admin', (_request, reply) => reply.send(webhook.status())),
  );
  app.put(
    '/api/webhook',
    requires(context, 'admin', async (request, reply) => {
      const body = parseWith(webhookRequest, request.body);
      return body.ok ? sendResult(reply, await webhook.configure(body.value)) : sendError(reply, body.error);
    }),
  );
  app.delete(
    '/api/webhook',
    requires(context, 'admin', async (_request, reply) => sendResult(reply, await webhook.configure(undefined))),
  );
}
