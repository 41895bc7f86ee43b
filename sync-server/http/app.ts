import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { TlsIdentity } from '../network/tlsIdentity.ts';
import { type HttpContext, principalOf } from './context.ts';
import { DELIVERY_ROUTE, deliveryRoutes } from './deliveryRoutes.ts';
import { apiFailure, sendError } from './errors.ts';
import { identityRoutes } from './identityRoutes.ts';
import { localRoutes } from './localRoutes.ts';
import { DESKTOP_HEADERS, DESKTOP_ORIGIN } from './origin.ts';
import { recordRoutes } from './recordRoutes.ts';
import { signInRoutes } from './signInRoutes.ts';
import { snapshotRoutes } from './snapshotRoutes.ts';
import { sourceRoutes } from './sourceRoutes.ts';
import { SECURITY_HEADERS, serveApp } from './staticApp.ts';
import { endBadRequest, SERVER_TIMES, type Strangers } from './strangers.ts';
import { teamRoutes } from './teamRoutes.ts';
import { uploadRoutes } from './uploadRoutes.ts';
import { webhookRoutes } from './webhookRoutes.ts';
import { writeRoutes } from './writeRoutes.ts';

const JSON_LIMIT = 4 * 1024 * 1024;

/** A year (RFC 6797). Without subdomains: what else runs there is not ours to decide. */
const ONLY_TLS = 'max-age=31536000';

/** The HTTP interface (DESIGN 12). Logging is our own: addresses may hold tokens, so only routes are logged. */
export function createApp(context: HttpContext, strangers: Strangers, tls?: TlsIdentity): FastifyInstance {
  const { origins } = context;
  const { metrics } = context.core;
  const app = Fastify({
    ...(tls && { https: { cert: tls.cert, key: tls.key } }),
    logger: false,
    ...SERVER_TIMES,
    clientErrorHandler: (error, socket) => endBadRequest(metrics, error, socket),
    bodyLimit: JSON_LIMIT,
    trustProxy: false,
    // An upload that never ends must not keep a server alive that was told to stop.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 4_096 },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (origins.isSecure(request.headers)) reply.header('strict-transport-security', ONLY_TLS);
    // There browsers ignore it, and say so as an error on the console.
    if (!origins.isTrustworthy(request.headers)) reply.removeHeader('cross-origin-opener-policy');
    if (!origins.allowsHost(request.headers)) {
      metrics.refusal('wrong host');
      return sendError(reply, apiFailure('wrong host', 'This server is not reached under that name.', 'Use the address it printed.'));
    }
    if (!origins.allowsOrigin(request.headers)) {
      metrics.refusal('wrong origin');
      return sendError(reply, apiFailure('wrong origin', 'Pages of other sites may not call this server.'));
    }
    if (request.headers.origin !== DESKTOP_ORIGIN) return;
    reply.headers(DESKTOP_HEADERS);
    // A preflight asks before it calls, and has no ticket yet.
    if (request.method === 'OPTIONS') return reply.code(204).send();
  });
  strangers.watch(app.server);
  strangers.guard(app, (request) => isKnown(context, request));
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    context.core.metrics.request(route, reply.statusCode, reply.elapsedTime);
    context.core.log.debug({ method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request');
  });
  handleFailures(app, context);
  for (const routes of [
    identityRoutes,
    teamRoutes,
    signInRoutes,
    recordRoutes,
    sourceRoutes,
    localRoutes,
    uploadRoutes,
    snapshotRoutes,
    writeRoutes,
    webhookRoutes,
    deliveryRoutes,
  ])
    routes(app, context);
  serveApp(app, context.assets, origins);
  return app;
}

/** Shows a ticket, or will be asked for the secret of this computer before its body is read, or for a signature over it. */
const isKnown = (context: HttpContext, request: FastifyRequest): boolean =>
  principalOf(context, request).ok || request.routeOptions.url === '/api/local/:command' || request.routeOptions.url === DELIVERY_ROUTE;

function handleFailures(app: FastifyInstance, { core }: HttpContext): void {
  app.setErrorHandler((error, request, reply) => {
    const { statusCode: status = 500, code } = error as { statusCode?: number; code?: string };
    if (status === 413) return sendError(reply, apiFailure('too large', 'The request is too large.'));
    if (status < 500) return sendError(reply, apiFailure('bad request', 'The request is not understood.'));
    const name = error instanceof Error ? error.name : 'unknown';
    core.log.error({ route: request.routeOptions.url, problem: code ?? name }, 'request failed');
    return sendError(reply, apiFailure('failed', 'The server could not do this.', 'Its log says why.', true));
  });
}
