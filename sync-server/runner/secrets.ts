import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../shared/base/result.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';
import { secretReference } from '../../shared/wire/http.ts';

const misconfigured = (message: string, wayOut: string) => err<ConnectorProblem>({ code: 'misconfigured', message, retry: false, wayOut });

/** Resolves `{ env }` or `{ file }` in the worker, at the moment it is needed. The value is kept nowhere. */
export function resolveSecret(reference: unknown): Result<string, ConnectorProblem> {
  const parsed = secretReference.safeParse(reference);
  if (!parsed.success) return misconfigured('A secret must be given by reference', 'Write { env: NAME } or { file: PATH }.');
  if ('env' in parsed.data) {
    const value = process.env[parsed.data.env];
    if (value) return ok(value);
    return misconfigured(`The environment variable ${parsed.data.env} is not set`, 'Set it where the server is started.');
  }
  try {
    return ok(readFileSync(parsed.data.file, 'utf8').replace(/\r?\n$/, ''));
  } catch {
    return misconfigured(`The secret file ${parsed.data.file} cannot be read`, 'Check its path and permissions.');
  }
}
