import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Electron's own program. The npm package fetches it from outside the registry at its first start; requiring the package
 * where that cannot be would try again, so its files are looked at instead.
 * @returns undefined where it is not.
 */
export function electronProgram(root: string, environment: NodeJS.ProcessEnv): string | undefined {
  const name = join(root, 'node_modules', 'electron', 'path.txt');
  if (!existsSync(name)) return undefined;
  const folder = environment.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules', 'electron', 'dist');
  const path = join(folder, readFileSync(name, 'utf8').trim());
  return existsSync(path) ? path : undefined;
}
