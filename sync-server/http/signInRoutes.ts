import type { FastifyInstance } from 'fastify';
import { signInFinish, signInRequest } from '../../shared/wire/team.ts';
import type { HttpContext } from './context.ts';
import { sendError, sendResult } from './errors.ts';
import { parseWith } from './parse.ts';

/** People who come in with an identity provider. Nobody has a ticket yet. */
export function signInRoutes(app: FastifyInstance, { signIn, origins }: HttpContext): void {
  app.get('/api/sign-in', () => signIn.info);
  app.post('/api/sign-in', async (request, reply) => {
    const body = parseWith(signInRequest, request.body);
    return body.ok
      ? sendResult(reply, await signIn.begin(body.value, origins.originOf(request.headers)), 201)
      : sendError(reply, body.error);
  });
  app.post('/api/sign-in/:id', async (request, reply) => {
    const body = parseWith(signInFinish, request.body);
    const { id } = request.params as { id: string };
    return body.ok ? sendResult(reply, await signIn.finish(id, body.value.query)) : sendError(reply, body.error);
  });
}
