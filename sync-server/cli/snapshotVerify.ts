import { writeFile } from 'node:fs/promises';
import type { Check, SnapshotRefusal, Verdict } from '../../shared/snapshot/contracts.ts';
import { groupedFingerprint, isComparable } from '../../shared/snapshot/fingerprint.ts';
import { openSnapshot } from '../../shared/snapshot/openSnapshot.ts';
import { verifySnapshot } from '../../shared/snapshot/verifySnapshot.ts';
import { createNodeHost, type FileBytes, fileBytes } from '../snapshot/nodeHost.ts';
import { recompute } from '../snapshot/recompute.ts';
import { CommandError } from './commandError.ts';
import { type Format, print } from './output.ts';
import { refuseUnwritable, replaceWhole } from './outputFile.ts';
import { TerminalProgress } from './terminalProgress.ts';

interface VerifyOptions {
  readonly key?: string;
  readonly after?: string;
  readonly format: Format;
}

const ALL_DIGITS = 64;

/** Prints every check and what a file alone cannot prove. @throws CommandError with exit code 1 and the place of the first refusal. */
export async function verifyFile(path: string, { key, after, format }: VerifyOptions): Promise<void> {
  refuseBadKey(key);
  const verdict = await withFiles([path, after], ([bytes, older]) => verify(bytes as FileBytes, key, older));
  print(format === 'text' ? textOf(verdict) : JSON.stringify(verdict, null, format === 'json' ? 2 : undefined));
  if (verdict.refusal) throw refused(verdict.refusal);
}

export async function extractReport(path: string, { output, key }: { readonly output: string; readonly key?: string }): Promise<void> {
  refuseBadKey(key);
  if (!/\.html$/i.test(output)) throw new CommandError(`"${output.slice(-120)}" does not end in .html.`, { wayOut: 'Name it FILE.html.' });
  await refuseUnwritable(output);
  const { report, fingerprint } = await withFiles([path], ([bytes]) => verifiedReport(bytes as FileBytes, key));
  await replaceWhole(output, (beside) => writeFile(beside, report, { mode: 0o600, flag: 'wx' }));
  print(`${output}: the report of a snapshot that holds, signed with the key ${groupedFingerprint(fingerprint)}.`);
}

async function verifiedReport(bytes: FileBytes, key: string | undefined): Promise<{ report: Uint8Array; fingerprint: string }> {
  const verdict = await verify(bytes, key, undefined);
  if (verdict.refusal) throw refused(verdict.refusal);
  const opened = await openSnapshot(bytes, createNodeHost());
  const part = opened.ok ? opened.value.parts.find(({ name }) => name === 'report.html') : undefined;
  const report = opened.ok && part ? await opened.value.read(part) : undefined;
  if (!opened.ok || !report?.ok) throw new CommandError('The snapshot holds no report.', { exitCode: 1 });
  return { report: report.value, fingerprint: opened.value.fingerprint };
}

export function refuseBadKey(key: string | undefined): void {
  if (key === undefined || isComparable(key)) return;
  throw new CommandError('--key takes at least 32 hexadecimal digits of a fingerprint.', {
    wayOut: 'Spaces between them do not matter. `muster snapshot key` prints it on the server’s computer.',
  });
}

export async function withFiles<T>(
  paths: readonly (string | undefined)[],
  use: (files: (FileBytes | undefined)[]) => Promise<T>,
): Promise<T> {
  const files: (FileBytes | undefined)[] = [];
  try {
    for (const path of paths) files.push(path === undefined ? undefined : await opened(path));
    return await use(files);
  } finally {
    for (const file of files) await file?.close();
  }
}

async function opened(path: string): Promise<FileBytes> {
  const bytes = await fileBytes(path).catch(() => undefined);
  if (!bytes) throw new CommandError(`"${path.slice(-120)}" cannot be read.`, { wayOut: 'Is the path right, and may you read it?' });
  return bytes;
}

export async function verify(bytes: FileBytes, key: string | undefined, after: FileBytes | undefined): Promise<Verdict> {
  const progress = new TerminalProgress(process.stderr);
  const onCheck = (checks: readonly Check[]): void => {
    const running = checks.find(({ state }) => state === 'running');
    if (running) progress.show(running.sentence, running.total === undefined ? undefined : (running.done ?? 0) / running.total);
  };
  try {
    const host = createNodeHost();
    return await verifySnapshot(bytes, host, { key, after, onCheck, recompute: recompute(host.breathe) });
  } catch (error) {
    // A folder, a file that shrinks, a disk that fails: nothing was proved either way.
    if (error instanceof RangeError || (error as { code?: unknown }).code === 'EISDIR')
      throw new CommandError('The file cannot be read to its end.', { wayOut: 'Is it a whole file on a disk that works?' });
    throw error;
  } finally {
    progress.clear();
  }
}

const MARK: Readonly<Record<Check['state'], string>> = {
  passed: 'ok       ',
  failed: 'FAILED   ',
  'not asked': '–        ',
  waiting: 'not tried',
  running: 'not tried',
};

function textOf({ ok, checks, fingerprint, cannotKnow }: Verdict): string {
  const lines = checks.map(({ state, sentence }) => `${MARK[state]}  ${sentence}`);
  return [
    ok
      ? 'The snapshot holds: it was not touched since it was signed, and nothing was left out of what it says it contains.'
      : 'The snapshot does not hold.',
    '',
    ...lines,
    '',
    ...(fingerprint === undefined ? [] : [`Signed with the key  ${groupedFingerprint(fingerprint, ALL_DIGITS)}`, '']),
    'What a file alone cannot prove:',
    ...cannotKnow.map((sentence) => `  - ${sentence}`),
  ].join('\n');
}

export function refused({ code, message, part, place, line }: SnapshotRefusal): CommandError {
  const where = [
    ...(part === undefined ? [] : [part]),
    ...(place === undefined ? [] : [`place ${place}`]),
    ...(line === undefined ? [] : [`line ${line}`]),
  ].join(', ');
  return new CommandError(`${code}${where === '' ? '' : ` at ${where}`}: ${message}`, { exitCode: 1 });
}
