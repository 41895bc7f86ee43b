import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { contentSecurityPolicy, NONCE_PLACEHOLDER } from '../../shared/wire/contentSecurityPolicy.ts';
import { apiFailure, sendError } from './errors.ts';
import type { AllowedOrigins } from './origin.ts';

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Muster</title>
<h1>The app is not built yet</h1><p>The server runs. Build the app with <code>npm run build</code>, then reload this page.</p></html>`;

/** Page routes that the app itself resolves: no file has such a name. */
const isPageRoute = (path: string): boolean => !path.startsWith('/api/') && !path.startsWith('/sync/') && !/\.[a-z0-9]+$/i.test(path);

function sendPage(reply: FastifyReply, assets: string | undefined): FastifyReply {
  const index = assets && join(assets, 'index.html');
  const nonce = randomBytes(16).toString('base64');
  const built = index !== undefined && index !== '' && existsSync(index);
  const html = built ? readFileSync(index, 'utf8').replaceAll(NONCE_PLACEHOLDER, nonce) : NOT_BUILT;
  return reply
    .code(built ? 200 : 503)
    .header('content-security-policy', contentSecurityPolicy(nonce))
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(html);
}

/** The device key and the offline data belong to one origin, so `localhost` goes to 127.0.0.1. The fragment survives a redirect. */
function sendPageOrRedirect(
  request: FastifyRequest,
  reply: FastifyReply,
  assets: string | undefined,
  origins: AllowedOrigins,
): FastifyReply {
  const host = request.headers.host ?? '';
  // A certificate may name localhost and not 127.0.0.1, and a proxy's localhost is not ours.
  const isOther = origins.scheme === 'http' && host.startsWith('localhost:') && origins.isOwnName(host);
  if (isOther) return reply.redirect(`http://${host.replace('localhost', '127.0.0.1')}${request.url}`, 307);
  return sendPage(reply, assets);
}

export function serveApp(app: FastifyInstance, assets: string | undefined, origins: AllowedOrigins): void {
  const page = (request: FastifyRequest, reply: FastifyReply) => sendPageOrRedirect(request, reply, assets, origins);
  app.get('/', page);
  app.get('/index.html', page);
  if (assets !== undefined && existsSync(assets)) {
    const hashed = join(assets, 'assets');
    // Names under /assets/ carry a hash of their content; the service worker and the manifest do not.
    const setHeaders = (reply: { header(name: string, value: string): unknown }, path: string): void => {
      reply.header('cache-control', path.startsWith(hashed) ? 'public, max-age=31536000, immutable' : 'no-cache');
    };
    app.register(fastifyStatic, { root: assets, index: false, cacheControl: false, setHeaders });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    if (request.method === 'GET' && isPageRoute(path)) return page(request, reply);
    return sendError(reply, apiFailure('not found', 'There is nothing at this address.'));
  });
}
