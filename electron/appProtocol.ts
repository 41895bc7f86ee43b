import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { contentSecurityPolicy, NONCE_PLACEHOLDER } from '../shared/wire/contentSecurityPolicy.ts';
import type { SchemeReply } from './facade.ts';
import { APP_ORIGIN } from './guards.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** @returns the path inside `assets`, or undefined for anything that would leave it. */
export function assetPath(assets: string, url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  if (`${parsed.protocol}//${parsed.host}` !== APP_ORIGIN) return undefined;
  let name: string;
  try {
    name = decodeURIComponent(parsed.pathname);
  } catch {
    return undefined;
  }
  if (name.includes('\0') || name.includes('\\')) return undefined;
  const path = normalize(join(assets, name === '/' ? 'index.html' : name));
  return path.startsWith(assets + sep) ? path : undefined;
}

const refused = (status: number): SchemeReply => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body: status === 404 ? 'Not found' : 'Refused',
});

/** Serves the built page over the app's own scheme, each page with a fresh nonce. */
export async function serveAsset(assets: string, url: string, server: string): Promise<SchemeReply> {
  const path = assetPath(assets, url);
  if (path === undefined) return refused(403);
  const type = TYPES[extname(path)];
  if (type === undefined) return refused(404);
  try {
    const bytes = await readFile(path);
    const nonce = randomBytes(16).toString('base64');
    const headers = {
      'content-type': type,
      // The server of the register that is open is the only other origin that the page may talk to.
      'content-security-policy': contentSecurityPolicy(nonce, [server, server.replace(/^http/, 'ws')]),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    };
    const body = extname(path) === '.html' ? bytes.toString('utf8').replaceAll(NONCE_PLACEHOLDER, nonce) : new Uint8Array(bytes);
    return { status: 200, headers, body };
  } catch {
    return refused(404);
  }
}
