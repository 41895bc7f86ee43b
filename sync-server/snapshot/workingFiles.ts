import { join } from 'node:path';
import { fromUtf8, utf8 } from '../../shared/base/bytes.ts';
import { canonicalJson, type Json } from '../../shared/base/json.ts';
import type { Instant } from '../../shared/base/time.ts';
import type { Place, SourceId } from '../../shared/model/ids.ts';
import type { RecordLine, StatusLine } from '../../shared/snapshot/format.ts';
import type { Core } from '../core/core.ts';
import type { NumberedStatus, StatusKey, VersionKey, VersionWithBytes } from '../storage/storage.ts';
import type { SnapshotCut } from './cut.ts';
import { FrameFile, readFrames } from './frameFile.ts';
import { WORK } from './snapshotOrder.ts';

export interface Telling {
  /** @param done 0 to 1 of this step. */
  tell(what: string, done: number): void;
  readonly signal: AbortSignal;
}

/** Rows of a page: the server answers others between two pages, and holds one page at a time. */
const ENTRIES = 1_000;
const ROWS = 500;

/** Everything that the cut names, in the folder of a job. @throws when the disk fails or `signal` is aborted. */
export async function writeWorkingFiles(core: Core, cut: SnapshotCut, folder: string, telling: Telling): Promise<void> {
  const from = (start: number, end: number): Telling => ({
    ...telling,
    tell: (what, done) => telling.tell(what, start + done * (end - start)),
  });
  await intoFile(join(folder, WORK.ledger), (file) => writeLedger(core, cut.place, file, from(0, LEDGER)));
  await intoFile(join(folder, WORK.records), (file) => writeVersions(core, cut, file, from(LEDGER, VERSIONS)));
  await intoFile(join(folder, WORK.statuses), (file) => writeStatuses(core, cut, file, from(VERSIONS, 1)));
}

/** Shares of the reading that are behind each step. */
const LEDGER = 0.3;
const VERSIONS = 0.95;

async function intoFile(path: string, write: (file: FrameFile) => Promise<void>): Promise<void> {
  const file = await FrameFile.create(path);
  try {
    await write(file);
    await file.end();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

async function writeLedger(core: Core, place: Place, file: FrameFile, { tell, signal }: Telling): Promise<void> {
  for (let from = 1; from <= place; from += ENTRIES) {
    signal.throwIfAborted();
    tell(`Reading the ledger: ${from} of ${place} entries`, from / place);
    const rows = await core.rows.entries(from, Math.min(ENTRIES, place - from + 1));
    for (const { value } of rows) await file.add(value);
  }
}

async function writeVersions(core: Core, cut: SnapshotCut, file: FrameFile, { tell, signal }: Telling): Promise<void> {
  let after: VersionKey | undefined;
  for (let read = 0; ; read += ROWS) {
    signal.throwIfAborted();
    // How many there are is not known before they were read: the places that were passed tell how far it is.
    tell(`Reading what sources said: ${read} versions`, (after?.place ?? 0) / cut.place);
    const page = await core.storage.versionsPage(after, cut.place, ROWS);
    for (const row of page) if (isInCut(row, cut)) await writeVersion(row, file);
    after = page.at(-1);
    if (page.length < ROWS) return;
  }
}

/** Of the newest place only what was shown when the cut was taken: the rest of a later run may not be on disk yet. */
function isInCut(row: VersionWithBytes, { sources, place, isNow }: SnapshotCut): boolean {
  const source = sources.get(row.source);
  return source !== undefined && (!isNow || row.place < place || row.run <= source.run);
}

async function writeVersion({ bytes, externalId: id, source, run, at, place, hash }: VersionWithBytes, file: FrameFile): Promise<void> {
  await file.add(utf8(canonicalJson({ source, id, run, at, place, hash })));
  await file.add(bytes);
}

async function writeStatuses(core: Core, cut: SnapshotCut, file: FrameFile, { tell, signal }: Telling): Promise<void> {
  tell('Reading what sources said of themselves', 0);
  const removed = new Set<SourceId>();
  const stored = cut.isNow ? cut.place - 1 : cut.place;
  let after: StatusKey | undefined;
  for (;;) {
    signal.throwIfAborted();
    const page = await core.storage.statusesPage(after, stored, ROWS);
    for (const row of page) {
      if (!cut.sources.has(row.source)) continue;
      const line = lineOf(row);
      if ('removed' in line) removed[line.removed ? 'add' : 'delete'](line.source);
      await file.add(utf8(canonicalJson(line)));
    }
    after = page.at(-1);
    if (page.length < ROWS) break;
  }
  if (cut.isNow) for (const line of currentLines(cut, removed)) await file.add(utf8(canonicalJson(line)));
}

function lineOf({ source, place, at: text, kind, bytes }: NumberedStatus): StatusLine {
  const at = text as Instant;
  const said = JSON.parse(fromUtf8(bytes)) as Json;
  return kind === 'removed' ? { at, place, source, removed: said === true } : { at, place, source, status: said };
}

/** What holds at the newest place: from memory, because a row of that place may be replaced while it is read. */
function* currentLines({ sources, place, asOf: at }: SnapshotCut, removed: ReadonlySet<SourceId>): Generator<StatusLine> {
  for (const one of sources.values()) {
    const { source, status } = one;
    // The clocks of this server's documents say nothing to anybody else.
    if (status) yield { at, place, source, status: JSON.parse(canonicalJson({ ...status, needs: [] })) as Json };
    if (one.removed !== removed.has(source)) yield { at, place, source, removed: one.removed };
  }
}

/** The ledger values, place after place. */
export const readLedger = (folder: string): AsyncGenerator<Uint8Array<ArrayBuffer>> => readFrames(join(folder, WORK.ledger));

export async function* readRecords(folder: string): AsyncGenerator<RecordLine> {
  let about: Omit<RecordLine, 'bytes'> | undefined;
  for await (const frame of readFrames(join(folder, WORK.records))) {
    if (about) yield { ...about, bytes: frame };
    about = about ? undefined : (JSON.parse(fromUtf8(frame)) as Omit<RecordLine, 'bytes'>);
  }
}

export async function* readStatuses(folder: string): AsyncGenerator<StatusLine> {
  for await (const frame of readFrames(join(folder, WORK.statuses))) yield JSON.parse(fromUtf8(frame)) as StatusLine;
}
