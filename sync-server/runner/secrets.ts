import { readFileSync } from 'node:fs';
import { err, ok, type Result, unreachable } from '../../shared/base/result.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';
import { secretReference } from '../../shared/wire/http.ts';
import { type AskKeychain, noKeychain } from './keychain.ts';

type Secret = Result<string, ConnectorProblem>;

const misconfigured = (message: string, wayOut: string) => err<ConnectorProblem>({ code: 'misconfigured', message, retry: false, wayOut });

/** Resolves a reference in the worker, at the moment it is needed. The value is kept nowhere. */
export async function resolveSecret(reference: unknown, ask: AskKeychain = noKeychain): Promise<Secret> {
  const parsed = secretReference.safeParse(reference);
  if (!parsed.success)
    return misconfigured('A secret must be given by reference', 'Write { env: NAME }, { file: PATH } or { keychain: NAME }.');
  const place = parsed.data;
  if ('env' in place) return fromEnvironment(place.env);
  if ('file' in place) return fromFile(place.file);
  if ('keychain' in place) {
    const kept = await ask(place.keychain);
    return kept.ok ? kept : misconfigured(kept.error.message, kept.error.wayOut);
  }
  return unreachable(place);
}

function fromEnvironment(name: string): Secret {
  const value = process.env[name];
  return value ? ok(value) : misconfigured(`The environment variable ${name} is not set`, 'Set it where the server is started.');
}

function fromFile(path: string): Secret {
  try {
    return ok(readFileSync(path, 'utf8').replace(/\r?\n$/, ''));
  } catch {
    return misconfigured(`The secret file ${path} cannot be read`, 'Check its path and permissions.');
  }
}
