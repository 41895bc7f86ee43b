import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiError } from '../../shared/wire/http.ts';
import { type HttpContext, requires } from './context.ts';
import { apiFailure, FORBIDDEN, sendError } from './errors.ts';

/** An import of a whole register is one command. */
const LOCAL_LIMIT = 512 * 1024 * 1024;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

export const isLoopback = (address: string | undefined): boolean => address !== undefined && /^(127\.|::1$|::ffff:127\.)/.test(address);

/** A connection whose two ends have one address began on this computer, also where the server listens on that address alone. */
const isOfThisComputer = ({ remoteAddress, localAddress }: FastifyRequest['socket']): boolean =>
  isLoopback(remoteAddress) || (remoteAddress !== undefined && remoteAddress === localAddress);

/** What only this computer may ask: the command line's commands, the sample estate, operations. */
export function localRoutes(app: FastifyInstance, context: HttpContext): void {
  app.post(
    '/api/local/:command',
    { bodyLimit: LOCAL_LIMIT, onRequest: (request, reply) => proveLocal(context, request, reply) },
    (request, reply) => local(context, request, reply),
  );
  app.post(
    '/api/sample',
    requires(context, 'admin', async (_request, reply, { local: isLocal }) => {
      if (!isLocal) return sendError(reply, FORBIDDEN);
      const start = context.sampleHooks?.start;
      return start ? reply.send({ url: (await start()).address }) : sendError(reply, NO_SAMPLE);
    }),
  );
  app.delete(
    '/api/sample',
    requires(context, 'admin', async (_request, reply, { local: isLocal }) => {
      if (!isLocal) return sendError(reply, FORBIDDEN);
      if (!context.sampleHooks) return sendError(reply, NO_SAMPLE);
      await context.sampleHooks.stop();
      return reply.send({});
    }),
  );
  app.get('/metrics', async (request, reply) => {
    // A request that a proxy on this computer passed on comes from loopback too, but under the proxy's name.
    if (!isOfThisComputer(request.socket) || !context.origins.isOwnName(request.headers.host)) return sendError(reply, FORBIDDEN);
    const { metrics } = context.core;
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

const NO_SAMPLE = apiFailure('unavailable', 'This server cannot start the sample estate.', 'Run `npm start -- --sample`.');

/** Before the body is read: only who holds the secret may send a large one. */
async function proveLocal({ secret }: HttpContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const said = request.headers['x-muster-secret'];
  const isProved = typeof said === 'string' && sameSecret(said, secret) && isOfThisComputer(request.socket);
  return isProved ? undefined : sendError(reply, FORBIDDEN);
}

async function local(context: HttpContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { command } = request.params as { command: string };
  const run = Object.hasOwn(context.localCommands, command) ? context.localCommands[command] : undefined;
  if (!run) return sendError(reply, apiFailure('not found', 'This server does not know that command.', 'Update Muster.'));
  try {
    return reply.send((await run(request.body)) ?? null);
  } catch (error) {
    return sendError(reply, commandFailure(error));
  }
}

/** The command line's own errors are sentences for a person; anything else is a defect and goes to the log. */
function commandFailure(error: unknown): ApiError {
  const { exitCode, message, wayOut } = error as { exitCode?: 1 | 2; message?: string; wayOut?: string };
  if (exitCode === undefined) throw error;
  return apiFailure(exitCode === 2 ? 'bad use' : 'refused', message ?? '', wayOut);
}
