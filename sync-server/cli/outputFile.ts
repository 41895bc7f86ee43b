import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError } from './commandError.ts';

/** The path is wrong; anything else is the disk's doing. */
const PATH_PROBLEMS: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG']);

/** Before long work is begun for it. */
export async function refuseUnwritable(path: string): Promise<void> {
  const folder = await stat(dirname(path)).catch((error: NodeJS.ErrnoException) => {
    throw notWritten(path, error);
  });
  if (!folder.isDirectory()) throw notWritten(path, { code: 'ENOTDIR' });
}

/**
 * What `write` puts into the path that it is given takes the place of `path` when it is whole. Until then a file of that name stays as it is;
 * what was begun is deleted, also when the process ends in between.
 */
export async function replaceWhole(path: string, write: (beside: string) => Promise<void>): Promise<void> {
  const beside = `${path}.${randomBytes(4).toString('hex')}.part`;
  const ended = (): void => rmSync(beside, { force: true });
  process.once('exit', ended);
  try {
    await write(beside);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error instanceof CommandError ? error : notWritten(path, error as NodeJS.ErrnoException);
  } finally {
    process.removeListener('exit', ended);
  }
}

/** One line about a path or a disk that does not take a file. */
export const notWritten = (path: string, { code = 'unknown' }: { readonly code?: string | undefined }): CommandError =>
  new CommandError(`"${path.slice(-120)}" cannot be written (${code}).`, { exitCode: PATH_PROBLEMS.has(code) ? 2 : 1 });
