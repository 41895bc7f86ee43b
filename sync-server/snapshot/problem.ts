import type { SnapshotJob } from '../../shared/wire/http.ts';
import { BuildFailed } from './snapshotBuild.ts';

/** Nobody waits for it any more. */
export class SnapshotCancelled extends Error {
  override readonly name = 'SnapshotCancelled';
}

export class SnapshotDiskFull extends Error {
  override readonly name = 'SnapshotDiskFull';
}

type Problem = NonNullable<SnapshotJob['problem']>;

const FULL: Problem = {
  message: 'There is not enough room on the disk for this snapshot.',
  wayOut: 'Make room where the data directory is. The register itself is not touched.',
};
const OUT_OF_MEMORY: Problem = {
  message: 'The register needs more memory than a snapshot may have.',
  wayOut: 'Close other programs on the server’s computer, or move the server to a larger one.',
};
const TOO_LARGE: Problem = {
  message: 'The register and its history are larger than one snapshot file can be.',
  wayOut: 'Leave sources out of it, or ask for the report alone.',
};
const UNKNOWN: Problem = { message: 'The snapshot could not be made.', wayOut: 'The server’s log says why.' };

/** A full disk, a quota, and a limit on the size of files look alike to whoever writes. */
const FULL_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'disk full']);

/** What to tell the person. `log`: what the log says besides, where the cause is a defect. */
export function problemOf(error: unknown): { readonly problem: Problem; readonly log?: string } {
  const code = error instanceof BuildFailed ? error.code : String((error as { code?: unknown } | null)?.code ?? '');
  if (error instanceof SnapshotDiskFull || FULL_CODES.has(code)) return { problem: FULL };
  if (code === 'out of memory') return { problem: OUT_OF_MEMORY };
  if (code === 'too large') return { problem: TOO_LARGE };
  return { problem: UNKNOWN, log: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}
