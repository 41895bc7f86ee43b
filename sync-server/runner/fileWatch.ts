import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Several writes of one save are one change. */
const DEBOUNCE = 300;
/** Where the system cannot watch (no inotify left, some network folders), the path is looked at instead. */
const POLL = 1_000;

interface Target {
  readonly folder: string;
  /** Only this file in the folder; absent: anything. */
  readonly file?: string;
}

const targetOf = (text: string): Target => {
  const path = text.startsWith('file:') ? text.slice('file:'.length) : undefined;
  return path === undefined ? { folder: text } : { folder: dirname(path), file: basename(path) };
};

/** A path that is not called a file may be one all the same: `paths` of a source name both. */
const asItIs = (target: Target): Target =>
  target.file === undefined && statSync(target.folder, { throwIfNoEntry: false })?.isFile()
    ? { folder: dirname(target.folder), file: basename(target.folder) }
    : target;

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function nearestExisting(folder: string): string {
  let path = folder;
  while (!isFolder(path) && dirname(path) !== path) path = dirname(path);
  return path;
}

/**
 * Calls back after something changed in one of the targets (`file:<path>`, or a path of either kind). A file is watched through its
 * folder, because an editor replaces it by rename; a folder that does not exist yet, through its nearest ancestor.
 * @returns what ends it.
 */
export function watchPaths(targets: readonly string[], onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, DEBOUNCE).unref();
  };
  const stops = targets.map((target) => watchTarget(targetOf(target), changed));
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}

function watchTarget(named: Target, changed: () => void): () => void {
  let watcher: FSWatcher | undefined;
  let poll: NodeJS.Timeout | undefined;
  let ended = false;
  const arm = (): void => {
    watcher?.close();
    clearTimeout(poll);
    if (ended) return;
    const target = asItIs(named);
    const folder = nearestExisting(target.folder);
    const waiting = folder !== target.folder;
    const before = identityOf(folder);
    try {
      watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (waiting) {
          arrived();
          return;
        }
        if (target.file === undefined || name === null || name === target.file) changed();
        if (identityOf(folder) !== before) arm();
      });
      watcher.on('error', () => lookAgainLater(target, changed));
    } catch {
      lookAgainLater(target, changed);
    }
  };
  /** Something appeared on the way to the target: go as near to it as possible now. */
  const arrived = (): void => {
    if (existsSync(named.folder)) changed();
    arm();
  };
  const lookAgainLater = (at: Target, callback: () => void): void => {
    watcher?.close();
    const before = fingerprintOf(at);
    poll = setTimeout(() => {
      if (fingerprintOf(at) !== before) callback();
      arm();
    }, POLL).unref();
  };
  arm();
  return () => {
    ended = true;
    watcher?.close();
    clearTimeout(poll);
  };
}

/** A folder that was replaced by another of the same name has another inode, and the old watch hears nothing of it. */
const identityOf = (folder: string): number | undefined => statSync(folder, { throwIfNoEntry: false })?.ino;

function fingerprintOf({ folder, file }: Target): string {
  const stats = statSync(file === undefined ? folder : `${folder}/${file}`, { throwIfNoEntry: false });
  return stats ? `${stats.ino} ${stats.mtimeMs} ${stats.size}` : '';
}
