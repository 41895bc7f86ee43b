import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['shared', 'renderer', 'electron', 'sync-server', 'test'];

/** Every TypeScript file of the project, relative to its root, with forward slashes. */
export function sourceFiles(root: string): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|tsx)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/').replace(/^\//, '')),
  ).sort();
}
