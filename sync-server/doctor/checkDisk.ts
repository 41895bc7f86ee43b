import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Diagnosis, failed, fine, warning } from './diagnosis.ts';

const GIGABYTE = 1024 ** 3;

/** statfs(2). On these a lock or an fsync is not what SQLite takes it for (sqlite.org/lockingv3.html, 6.0). */
const DOUBTFUL: Readonly<Record<number, string>> = {
  26985: 'NFS',
  4283649346: 'a Windows share',
  4266872130: 'a Windows share',
  16914839: 'a shared folder of a virtual machine',
};
const MEMORY = new Set([0x01021994, 0x858458f6]);

/** The folder, or the nearest one above it that exists. */
export function existingFolder(path: string): string {
  const whole = resolve(path);
  return existsSync(whole) || dirname(whole) === whole ? whole : existingFolder(dirname(whole));
}

export function checkSpace(data: string): Diagnosis {
  const { bavail, bsize, blocks, type } = statfsSync(existingFolder(data));
  const free = bavail * bsize;
  const text = `${(free / GIGABYTE).toFixed(1)} GB of ${((blocks * bsize) / GIGABYTE).toFixed(1)} GB are free`;
  if (free < GIGABYTE / 4) return failed('disk space', `${text}.`, 'Make room: when the disk is full the server stops.');
  if (MEMORY.has(type))
    return warning('disk space', `${text}, but it is memory and not a disk: a restart loses all.`, 'Choose another --data.');
  const doubtful = DOUBTFUL[type];
  if (doubtful !== undefined)
    return warning(
      'disk space',
      `${text}, on ${doubtful}: what is said to be on disk may not be.`,
      'Keep the data directory on a local disk.',
    );
  if (free < 2 * GIGABYTE) return warning('disk space', `${text}.`, 'Make room: snapshots and backups need some too.');
  return fine('disk space', `${text}.`);
}

const ROUNDS = 5;
const SLOW = 100;
/** No disk syncs this quickly; what does is memory, or something that only says so. */
const TOO_QUICK = 0.02;

/** Writes and syncs a small file a few times: that is what each acknowledged edit waits for. The file is removed. */
export function checkSync(data: string): Diagnosis {
  const path = join(existingFolder(data), `.doctor-${randomBytes(6).toString('hex')}`);
  try {
    const millis = middle(measure(path));
    const text = `a write is on disk after ${millis.toFixed(millis < 1 ? 2 : 0)} ms`;
    if (millis > SLOW)
      return warning('disk sync', `${text}: every edit waits that long.`, 'Use a quicker disk, or one that nobody else keeps busy.');
    if (millis < TOO_QUICK)
      return warning('disk sync', `${text}, which no disk can do: a power cut may lose edits.`, 'Check that the file system really syncs.');
    return fine('disk sync', `${text}.`);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return failed(
      'disk sync',
      `Nothing can be written and synced in ${existingFolder(data)} (${code}).`,
      'Check the disk and its permissions.',
    );
  } finally {
    rmSync(path, { force: true });
  }
}

function measure(path: string): number[] {
  const file = openSync(path, 'wx', 0o600);
  try {
    return Array.from({ length: ROUNDS }, () => {
      const started = performance.now();
      writeSync(file, randomBytes(4_096));
      fsyncSync(file);
      return performance.now() - started;
    });
  } finally {
    closeSync(file);
  }
}

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
