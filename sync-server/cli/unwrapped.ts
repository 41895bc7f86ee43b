import type { Result } from '../../shared/base/result.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { CommandError } from './commandError.ts';

/** What was asked for cannot be: the asker's to mend. Anything else failed on the way. */
const BAD_USE: ReadonlySet<string> = new Set(['bad settings', 'bad request', 'no such source', 'source exists', 'unknown source']);

/** @throws CommandError that carries the server's sentence and way out. */
export function unwrapped<T>(result: Result<T, ApiError>): T {
  if (result.ok) return result.value;
  const { code, message, wayOut } = result.error;
  throw new CommandError(wayOut === undefined ? message : message.replace(/[.]?$/, '.'), { exitCode: BAD_USE.has(code) ? 2 : 1, wayOut });
}
