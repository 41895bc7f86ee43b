import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Millis } from '../../shared/base/time.ts';
import { type HttpProxy, parseProxy } from '../network/networkSettings.ts';
import { type Diagnosis, failed, fine } from './diagnosis.ts';

const REACH_MS = 3_000;

/** The proxy that the environment names. Its credentials are used by nobody here, and not shown. */
export async function checkProxy(environment: NodeJS.ProcessEnv): Promise<Diagnosis> {
  const text = environment.HTTPS_PROXY ?? environment.https_proxy ?? '';
  if (text === '') return fine('proxy', 'HTTPS_PROXY is not set: sources are reached directly, unless their own settings say otherwise.');
  const proxy = parseProxy(text, undefined, 'HTTPS_PROXY');
  if (!proxy.ok) return failed('proxy', `${proxy.error.message}.`, proxy.error.wayOut ?? '');
  const where = `${proxy.value.host}:${proxy.value.port}`;
  if (await answers(proxy.value)) return fine('proxy', `The proxy ${where} answers.`);
  return failed('proxy', `The proxy ${where} of HTTPS_PROXY does not answer.`, 'Check its address and the firewall, or unset it.');
}

function answers({ host, port }: HttpProxy): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: REACH_MS });
    const end = (found: boolean): void => {
      socket.destroy();
      resolve(found);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/** Files with authorities that the environment names: Node passes over a bad one in silence, or nearly. */
export function checkAuthorities(environment: NodeJS.ProcessEnv, now: Millis): Diagnosis[] {
  const named = (['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'] as const).flatMap((name) => {
    const path = environment[name] ?? '';
    return path === '' ? [] : [authoritiesIn(name, path, now)];
  });
  return named.length > 0 ? named : [fine('authorities', 'No private authority is named by the environment; Node’s own list is trusted.')];
}

function authoritiesIn(name: string, path: string, now: Millis): Diagnosis {
  const found = certificatesOf(path);
  if (found === undefined)
    return failed('authorities', `${name} names ${path}, which cannot be read.`, 'Check the path and its permissions.');
  if (found.length === 0) return failed('authorities', `${path} of ${name} holds no certificate.`, 'Give a PEM file.');
  const over = found.filter(({ validToDate }) => validToDate.getTime() <= now).length;
  const text = `${path} of ${name} holds ${found.length} ${found.length === 1 ? 'authority' : 'authorities'}`;
  if (over === found.length) return failed('authorities', `${text}, all expired.`, 'Replace the file by a current one.');
  // Bundles of a system hold some that have ended: that harms nobody.
  return fine('authorities', over === 0 ? `${text}.` : `${text}; ${over} expired.`);
}

function certificatesOf(path: string): X509Certificate[] | undefined {
  try {
    const blocks = readFileSync(path, 'utf8').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
    return blocks.map((pem) => new X509Certificate(pem));
  } catch {
    return undefined;
  }
}
