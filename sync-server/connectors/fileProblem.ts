import type { ConnectorProblem } from '../../shared/model/status.ts';
import { problem } from './connector.ts';

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** What an error of the file system means to the person who named the file. The text of the error is not passed on. */
export function fileProblem(error: unknown, path: string): ConnectorProblem {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return problem('not found', `${path}: there is no such file`, false, 'Check the path in the settings of this source.');
    case 'EACCES':
    case 'EPERM':
      return problem('forbidden', `${path}: this user may not read it`, false, 'Give the user that runs Muster the right to read it.');
    case 'ELOOP':
      return problem('forbidden', `${path}: a link that is not followed`, false, 'Name the file itself.');
    case 'EISDIR':
      return problem('misconfigured', `${path}: a folder, where a file is needed`, false, 'Name a file in it.');
    default:
      return problem('malformed', `${path}: it could not be read (${codeOf(error) || 'unknown error'})`, true);
  }
}

export const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error));
