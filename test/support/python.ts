import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Unavailable } from '../servers/postgres.ts';

const ENVIRONMENT = fileURLToPath(new URL('../../node_modules/.cache/muster/python', import.meta.url));
const CHECK = 'import sys, cryptography; sys.exit(sys.version_info < (3, 11))';

const runs = (program: string, args: readonly string[], timeout = 60_000): boolean =>
  spawnSync(program, [...args], { stdio: 'ignore', timeout }).status === 0;

/**
 * A Python 3.11 or later that has `cryptography`: the machine's own, else one in an environment of its own beside the other caches.
 * @returns its path, or in one line why there is none.
 */
export function findPython(): { readonly path: string } | Unavailable {
  const own = join(ENVIRONMENT, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python3');
  for (const path of ['python3', own]) if (runs(path, ['-c', CHECK])) return { path };
  const made = runs('python3', ['-m', 'venv', ENVIRONMENT]) && runs(own, ['-m', 'pip', 'install', '--quiet', 'cryptography'], 180_000);
  if (made && runs(own, ['-c', CHECK])) return { path: own };
  return { unavailable: 'skipped: no Python 3.11 with the package cryptography on this machine, and it cannot be installed' };
}
