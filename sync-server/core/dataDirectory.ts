import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { takeLock } from './lock.ts';

/** Where things are in a data directory. */
export const dataPaths = (data: string) => ({
  store: join(data, 'store.sqlite'),
  lock: join(data, 'lock'),
  server: join(data, 'server.json'),
  serverKey: join(data, 'server-key.pem'),
  nextServerKey: join(data, 'server-key.next.pem'),
  localKey: join(data, 'local-device-key.pem'),
  settings: join(data, 'sources.json'),
  signIn: join(data, 'sign-in.json'),
  webhook: join(data, 'webhook.json'),
  uploads: join(data, 'uploads'),
  snapshots: join(data, 'snapshots'),
  space: join(data, 'space'),
  /** Is there while a restore is under way: what it left when it was cut off is no space. */
  unfinished: join(data, 'restore-unfinished'),
});

/** What the command line needs to speak to the running server. The file is readable by its user alone. */
export interface ServerFile {
  readonly pid: number;
  readonly port: number;
  readonly address: string;
  readonly secret: string;
  /** SHA-256 of the certificate, when the address is https. */
  readonly fingerprint?: string;
}

export interface HeldDataDirectory {
  readonly paths: ReturnType<typeof dataPaths>;
  writeServerFile(file: ServerFile): void;
  /** The space that was here before; undefined in a new directory. */
  knownSpace(): string | undefined;
  rememberSpace(space: string): void;
  release(): void;
}

/**
 * Creates the directory for its user alone and takes its lock.
 * @returns the reason in one line: another process holds it (which one), or it cannot be used.
 */
export function holdDataDirectory(data: string): Result<HeldDataDirectory, string> {
  try {
    return hold(data);
  } catch (error) {
    return err(`The data directory ${data.slice(-200)} cannot be used: ${directoryProblem(error)}. Choose another one with --data.`);
  }
}

function hold(data: string): Result<HeldDataDirectory, string> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chmodSync(data, 0o700);
  const paths = dataPaths(data);
  if (existsSync(paths.unfinished))
    return err(`A restore into ${data.slice(-200)} was cut off before its end. Delete that directory and restore the backup again.`);
  mkdirSync(paths.uploads, { recursive: true, mode: 0o700 });
  const holder = takeLock(paths.lock);
  if (holder !== undefined)
    return err(`Another Muster (process ${holder}) already uses ${data}. Stop it, or choose another --data directory.`);
  const release = (): void => {
    rmSync(paths.server, { force: true });
    rmSync(paths.lock, { force: true });
  };
  try {
    createForUserAlone(paths.store);
  } catch (error) {
    release();
    throw error;
  }
  return ok({
    paths,
    writeServerFile: (file) => writeWhole(paths.server, JSON.stringify(file)),
    knownSpace: () => (existsSync(paths.space) ? readFileSync(paths.space, 'utf8').trim() : undefined),
    rememberSpace: (space) => writeWhole(paths.space, `${space}\n`),
    release,
  });
}

const PROBLEMS: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file, not a directory',
  ENOTDIR: 'a part of its path is a file, not a directory',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it is on a file system that can only be read',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOENT: 'a part of its path cannot be created',
  ENAMETOOLONG: 'its name is too long',
  EISDIR: 'its store is a directory',
};

function directoryProblem(error: unknown): string {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  return PROBLEMS[code] ?? `the system says ${code}`;
}

/** SQLite would create its file for the group to read; the journal files take the mode of the file. */
function createForUserAlone(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

function writeWhole(path: string, text: string): void {
  const next = `${path}.next`;
  writeFileSync(next, text, { mode: 0o600 });
  renameSync(next, path);
}
