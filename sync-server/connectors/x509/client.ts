import { constants } from 'node:fs';
import { glob, open, readdir, stat } from 'node:fs/promises';
import { isIP, type Socket } from 'node:net';
import { basename, join, resolve } from 'node:path';
import { connect } from 'node:tls';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import type { Network } from '../../network/network.ts';
import { problem } from '../connector.ts';
import { fileProblem } from '../fileProblem.ts';

const MAX_FILE = 4 * 1024 * 1024;
const MAX_FILES = 20_000;
const CERTIFICATE_NAME = /\.(pem|crt|cer|cert|der)$/i;
const IS_GLOB = /[*?[\]{}]/;

export const isGlob = (path: string): boolean => IS_GLOB.test(path);
/** The folder that a pattern stays within: what to watch, and what must exist for "no match" to mean none. */
export function globBase(pattern: string): string {
  const parts = pattern.split('/');
  const fixed = parts.slice(
    0,
    parts.findIndex((part) => IS_GLOB.test(part)),
  );
  return resolve(fixed.join('/') || (pattern.startsWith('/') ? '/' : '.'));
}

export interface Files {
  readonly paths: readonly string[];
  readonly problems: readonly ConnectorProblem[];
}

/** The files that a setting names: one file, a folder's certificates, or the matches of a pattern. */
export async function filesOf(path: string, depth: number): Promise<Result<Files, ConnectorProblem>> {
  try {
    if (isGlob(path)) return ok(await globFiles(path));
    const found = await stat(path);
    if (!found.isDirectory()) return ok({ paths: [resolve(path)], problems: [] });
    const problems: ConnectorProblem[] = [];
    const paths: string[] = [];
    await walk(resolve(path), depth, paths, problems);
    return ok({ paths: paths.sort(), problems });
  } catch (error) {
    return err(fileProblem(error, path));
  }
}

async function globFiles(pattern: string): Promise<Files> {
  await stat(globBase(pattern));
  const paths: string[] = [];
  for await (const match of glob(pattern)) {
    if (paths.length >= MAX_FILES) return { paths: paths.sort(), problems: [tooMany(pattern)] };
    const found = await stat(match).catch(() => undefined);
    if (found?.isFile()) paths.push(resolve(match));
  }
  return { paths: paths.sort(), problems: [] };
}

const tooMany = (path: string): ConnectorProblem =>
  problem('too large', `${path}: more than 20,000 files; the rest was not read`, false, 'Name smaller folders.');

async function walk(folder: string, depth: number, paths: string[], problems: ConnectorProblem[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    problems.push(fileProblem(error, folder));
    return [];
  });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (paths.length >= MAX_FILES) {
      if (problems.at(-1)?.code !== 'too large') problems.push(tooMany(folder));
      return;
    }
    // Links to files are followed (certbot's `live` is made of them), links to folders are not: they may form a ring.
    if (entry.isDirectory() && depth > 0) await walk(path, depth - 1, paths, problems);
    else if (CERTIFICATE_NAME.test(entry.name) && !entry.isDirectory()) paths.push(path);
  }
}

/** @returns undefined for what is no regular file: a pipe or a device may block for ever. */
export async function readSmallFile(path: string): Promise<Result<Uint8Array | undefined, ConnectorProblem>> {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = await file.stat();
      if (!found.isFile()) return ok(undefined);
      if (found.size > MAX_FILE)
        return err(problem('too large', `${basename(path)} is larger than 4 MB`, false, 'Leave it out of the paths.'));
      return ok(await file.readFile());
    } finally {
      await file.close();
    }
  } catch (error) {
    return err(fileProblem(error, path));
  }
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `host`, `host:port` or `[::1]:port`; 443 when no port is given. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? 443);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

const REACH_MS = 10_000;

/** The certificate that an endpoint presents, as DER. It is not verified: an expired or private one is exactly what is looked for. */
export async function presentedBy(
  endpoint: Endpoint,
  network: Network,
  signal: AbortSignal,
): Promise<Result<Uint8Array, ConnectorProblem>> {
  const reached = await network.socketTo(endpoint, signal);
  return reached.ok ? presentedOn(reached.value, endpoint, signal) : reached;
}

function presentedOn(reached: Socket, { host, port }: Endpoint, signal: AbortSignal): Promise<Result<Uint8Array, ConnectorProblem>> {
  return new Promise((settle) => {
    const socket = connect({ socket: reached, rejectUnauthorized: false, ...(isIP(host) ? {} : { servername: host }) });
    const end = (result: Result<Uint8Array, ConnectorProblem>): void => {
      signal.removeEventListener('abort', stop);
      clearTimeout(late);
      socket.destroy();
      reached.destroy();
      settle(result);
    };
    const stop = (): void => end(err(problem('timed out', `${host}:${port}: given up`, true)));
    const tooLate = problem('timed out', `${host}:${port} did not answer in 10 s`, true, 'Check the address and the firewall.');
    const late = setTimeout(() => end(err(tooLate)), REACH_MS);
    const failed = (error: Error): void => end(err(endpointProblem(error, `${host}:${port}`)));
    signal.addEventListener('abort', stop);
    reached.on('error', failed);
    socket.on('error', failed);
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      end(certificate ? ok(certificate.raw) : err(problem('malformed', `${host}:${port} presents no certificate`, false)));
    });
  });
}

function endpointProblem(error: Error, name: string): ConnectorProblem {
  const code = 'code' in error ? String(error.code) : '';
  if (/^(ERR_SSL|EPROTO)/.test(code)) return problem('malformed', `${name} does not speak TLS`, false, 'Check the port.');
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return problem('unreachable', `${name}: the name is not known`, true, 'Check the host name and DNS.');
  return problem('unreachable', `${name} cannot be reached`, true, 'Check that it runs and that the firewall lets this computer in.');
}
