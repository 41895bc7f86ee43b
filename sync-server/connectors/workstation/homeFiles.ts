import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { toInstant } from '../../../shared/base/time.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import { fileProblem, isAbsent } from '../fileProblem.ts';
import type { HomeFile } from './place.ts';

/** No credential file is larger; what is larger is a log or something that was put there to hurt. */
const MAX_FILE = 1024 * 1024;
const MAX_ENTRIES = 500;

export type Looked =
  | { readonly outcome: 'read' | 'listed'; readonly file: HomeFile }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'denied' | 'skipped'; readonly problem: ConnectorProblem };

const skipped = (path: string, why: string): Looked => ({
  outcome: 'skipped',
  problem: problem(why.includes('larger') ? 'too large' : 'forbidden', `${path}: ${why}; not read`, false),
});
const shown = (home: string, path: string): string => (path.startsWith(home) ? `~${path.slice(home.length).split(sep).join('/')}` : path);

/** Looks at one file of the home folder without ever leaving it, waiting on a pipe or reading a device. */
export class HomeFiles {
  readonly #home: string;
  readonly #mode: 'list only' | 'read';

  private constructor(home: string, mode: 'list only' | 'read') {
    this.#home = home;
    this.#mode = mode;
  }

  /** @throws the file system's error when there is no such home. */
  static async open(home: string, mode: 'list only' | 'read'): Promise<HomeFiles> {
    return new HomeFiles(await realpath(home), mode);
  }

  /** @param relative with forward slashes, below the home folder. */
  async look(relative: string): Promise<Looked> {
    const path = join(this.#home, relative);
    try {
      const real = await realpath(path);
      if (!real.startsWith(`${this.#home}${sep}`))
        return skipped(shown(this.#home, path), 'it is a link that leads out of the home folder');
      const found = await lstat(real);
      if (!found.isFile()) return skipped(shown(this.#home, path), 'it is not a regular file');
      if (found.size > MAX_FILE) return skipped(shown(this.#home, path), 'it is larger than 1 MB');
      return this.#mode === 'read' ? await this.#read(real, path) : { outcome: 'listed', file: this.#fileOf(path, found, undefined) };
    } catch (error) {
      if (isAbsent(error)) return { outcome: 'absent' };
      return { outcome: 'denied', problem: fileProblem(error, shown(this.#home, path)) };
    }
  }

  async #read(real: string, path: string): Promise<Looked> {
    const handle = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
    try {
      const found = await handle.stat();
      if (!found.isFile() || found.size > MAX_FILE) return skipped(shown(this.#home, path), 'it is not a regular file any more');
      return { outcome: 'read', file: this.#fileOf(path, found, await handle.readFile()) };
    } finally {
      await handle.close();
    }
  }

  #fileOf(path: string, found: Stats, bytes: Uint8Array | undefined): HomeFile {
    return { path: shown(this.#home, path), modified: toInstant(found.mtime.getTime()), bytes };
  }

  /** Names of the files in a folder, without those of its folders. Absent: none. */
  async list(relative: string): Promise<{ readonly names: readonly string[]; readonly problem?: ConnectorProblem }> {
    const path = join(this.#home, relative);
    try {
      const real = await realpath(path);
      if (!`${real}${sep}`.startsWith(`${this.#home}${sep}`)) {
        return {
          names: [],
          problem: problem('forbidden', `${shown(this.#home, path)}: it is a link that leads out of the home folder`, false),
        };
      }
      const names = (await readdir(real, { withFileTypes: true })).filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
      if (names.length <= MAX_ENTRIES) return { names: names.sort() };
      return {
        names: names.sort().slice(0, MAX_ENTRIES),
        problem: problem('too large', `${shown(this.#home, path)}: more than 500 files`, false),
      };
    } catch (error) {
      return isAbsent(error) ? { names: [] } : { names: [], problem: fileProblem(error, shown(this.#home, path)) };
    }
  }
}
