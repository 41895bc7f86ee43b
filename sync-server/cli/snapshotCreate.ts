import { copyFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { visibleText } from '../../shared/base/text.ts';
import { groupedFingerprint } from '../../shared/snapshot/fingerprint.ts';
import type { SnapshotJob, SnapshotRequest } from '../../shared/wire/http.ts';
import type { SnapshotFile } from '../snapshot/snapshots.ts';
import { CommandError } from './commandError.ts';
import { type CommonOptions, withServer } from './commandOptions.ts';
import type { Ask } from './localServer.ts';
import { printValue } from './output.ts';
import { refuseUnwritable, replaceWhole } from './outputFile.ts';
import { TerminalProgress } from './terminalProgress.ts';

interface CreateOptions extends CommonOptions {
  readonly output: string;
  readonly query?: string;
  readonly where?: string;
  readonly place?: number;
  readonly sample?: number;
  readonly seed?: string;
  readonly includePrivate?: boolean;
}

const ASK_EVERY = 150;

/** Makes the file in the server's data directory and copies it: a running server is not held up, and a broken copy is never seen. */
export async function createSnapshot(options: CreateOptions): Promise<void> {
  const request = requestOf(options);
  await refuseUnwritable(options.output);
  const made = await withServer(options, (ask) => makeAndCopy(ask, request, options.output));
  const { bytes, place, fingerprint, leftOut } = made;
  printValue({ file: options.output, bytes, place, fingerprint, leftOut }, options.format, textOf(options.output, made));
  if (options.includePrivate !== true) tellLeftOut(leftOut);
}

function requestOf({ output, query, where, place, sample, seed, includePrivate }: CreateOptions): SnapshotRequest {
  if (seed !== undefined && sample === undefined) throw new CommandError('--seed belongs to --sample.', { wayOut: 'Add --sample 25.' });
  const population =
    query === undefined && where === undefined ? {} : { query: { text: query ?? '', ...(where === undefined ? {} : { where }) } };
  return {
    format: formatOf(output),
    ...population,
    ...(place === undefined ? {} : { place }),
    ...(sample === undefined ? {} : { sample: { size: sample, ...(seed === undefined ? {} : { seed }) } }),
    ...(includePrivate === true ? { private: true } : {}),
  };
}

function formatOf(path: string): 'muster' | 'report' {
  if (/\.muster$/i.test(path)) return 'muster';
  if (/\.html$/i.test(path)) return 'report';
  throw new CommandError(`"${path.slice(-120)}" ends neither in .muster nor in .html.`, {
    wayOut: 'FILE.muster is a snapshot, FILE.html the report alone.',
  });
}

async function makeAndCopy(ask: Ask, request: SnapshotRequest, output: string): Promise<SnapshotFile> {
  const { id } = (await ask('snapshot-create', request)) as SnapshotJob;
  // Somebody who ends the command does not leave the server at work.
  const interrupted = (): void => void ask('snapshot-remove', { id }).finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  try {
    await ready(ask, id);
    const made = (await ask('snapshot-file', { id })) as SnapshotFile;
    await replaceWhole(output, (beside) => copyFile(made.path, beside));
    return made;
  } finally {
    process.removeListener('SIGINT', interrupted);
    await ask('snapshot-remove', { id });
  }
}

async function ready(ask: Ask, id: string): Promise<void> {
  const progress = new TerminalProgress(process.stderr);
  try {
    for (;;) {
      const job = (await ask('snapshot-job', { id })) as SnapshotJob;
      if (job.state === 'ready') return;
      if (job.state === 'failed') throw failed(job);
      progress.show(job.what, job.done);
      await wait(ASK_EVERY);
    }
  } finally {
    progress.clear();
  }
}

const failed = ({ problem }: SnapshotJob): CommandError =>
  new CommandError(problem?.message ?? 'The snapshot could not be made.', { exitCode: 1, wayOut: problem?.wayOut });

const textOf = (file: string, { bytes, place, fingerprint }: SnapshotFile): string =>
  [
    `${file}: the register at place ${place} of the ledger, ${sizeText(bytes)}.`,
    `Signed with the key ${groupedFingerprint(fingerprint)}: tell it to whoever verifies the file, another way than the file.`,
  ].join('\n');

const sizeText = (bytes: number): string => (bytes < 1_048_576 ? `${Math.ceil(bytes / 1_024)} kB` : `${(bytes / 1_048_576).toFixed(1)} MB`);

function tellLeftOut(leftOut: SnapshotFile['leftOut']): void {
  if (leftOut.length === 0) return;
  const named = leftOut.map(({ label, records }) => `${visibleText(label, 60)} (${records} ${records === 1 ? 'record' : 'records'})`);
  process.stderr.write(`Left out, because you keep it to this device: ${named.join(', ')}. To include it: --include-private.\n`);
}
