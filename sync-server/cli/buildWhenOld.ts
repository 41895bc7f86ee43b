import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Something that is built from the sources of a checkout. Paths are relative to its root. */
export interface Built {
  /** The file whose age counts. */
  readonly path: string;
  /** Folders and files that it is made from. */
  readonly sources: readonly string[];
}

export function isOld(root: string, { path, sources }: Built): boolean {
  const built = join(root, path);
  const age = existsSync(built) ? statSync(built).mtimeMs : 0;
  return age <= Math.max(...sources.map((source) => newest(join(root, source))));
}

/** @param command of Node: a script and its arguments. @returns whether there is nothing old any more. */
export function buildWhenOld(root: string, built: Built, command: readonly string[], quiet = false): boolean {
  if (!isOld(root, built)) return true;
  const output = quiet ? 'ignore' : 'inherit';
  // What a test runner calls its environment is no business of a build.
  const env = { ...process.env, NODE_ENV: 'production' };
  return spawnSync(process.execPath, command, { cwd: root, env, stdio: ['ignore', output, output] }).status === 0;
}

function newest(path: string): number {
  if (!existsSync(path)) return 0;
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs;
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}
