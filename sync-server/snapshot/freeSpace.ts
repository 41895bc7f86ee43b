import { statfs } from 'node:fs/promises';

/** What a snapshot leaves of the disk, in bytes: the store is on it too, and a store that cannot write stops the server. */
export const RESERVE = 128 * 1_024 * 1_024;
const LOOK_EVERY = 200;

/** Calls `full` once when less than `reserve` bytes are free. @returns what ends the looking. */
export function watchFreeSpace(folder: string, reserve: number, full: () => void): () => void {
  const look = async (): Promise<void> => {
    const free = await freeBytes(folder);
    if (free === undefined || free >= reserve) return;
    clearInterval(looking);
    full();
  };
  const looking = setInterval(() => void look(), LOOK_EVERY).unref();
  return () => clearInterval(looking);
}

/** @returns undefined where the system does not say. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  const { bavail, bsize, blocks } = await statfs(folder).catch(() => ({ bavail: 0, bsize: 0, blocks: 0 }));
  return blocks === 0 ? undefined : bavail * bsize;
}
