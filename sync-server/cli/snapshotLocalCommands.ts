import * as z from 'zod';
import { type SnapshotJob, snapshotRequest } from '../../shared/wire/http.ts';
import type { SnapshotFile } from '../snapshot/snapshots.ts';
import { CommandError } from './commandError.ts';
import type { LocalCore } from './localCore.ts';

/** The steps of `muster snapshot create`, each with the shape of what it takes. */
export const SNAPSHOT_ARGUMENTS = { request: snapshotRequest, id: z.object({ id: z.string().max(64) }).strict() } as const;

const gone = (): CommandError => new CommandError('This snapshot is not there any more.', { exitCode: 1, wayOut: 'Make it again.' });

export function snapshotJobOf({ snapshots, steward }: LocalCore, id: string): SnapshotJob {
  const job = snapshots.job(id, steward);
  if (!job) throw gone();
  return job;
}

/** Where the file is: the command line is the same user on the same computer, and copies it by itself. */
export function snapshotFileOf({ snapshots, steward }: LocalCore, id: string): SnapshotFile {
  const file = snapshots.file(id, steward);
  if (!file) throw gone();
  return file;
}
