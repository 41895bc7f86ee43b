import { fromUtf8 } from '../../../shared/base/bytes.ts';
import { ok, type Result } from '../../../shared/base/result.ts';
import { parseTime } from '../../../shared/base/time.ts';
import type { PortableRow } from '../../../shared/register/portableRow.ts';
import { RowsReader, type RowsStanding } from '../../../shared/register/rowsReader.ts';
import type { OpenSnapshot, SnapshotHost, SnapshotRefusal } from '../../../shared/snapshot/contracts.ts';
import type { PartEntry } from '../../../shared/snapshot/format.ts';
import { isOfSeries } from '../../../shared/snapshot/partOrder.ts';
import { linesOf } from '../../../shared/snapshot/recordLines.ts';
import { refuse } from '../../../shared/snapshot/refusal.ts';
import { rowsStandingOf } from '../../../shared/snapshot/rowsStanding.ts';
import { portableRowOf } from './portableRowOf.ts';

/** Lines that are read before other work may run. */
const SLICE = 500;
/** Parts that are inflated and hashed at the same time, beside this worker. */
const AT_ONCE = 2;
/** Bytes of parts that are kept until their rows are read; what is beyond is inflated a second time. */
const KEPT = 192 * 1024 * 1024;

/** The rows as the file holds them, quick to show: what they are worth is known when they were computed again. */
export interface FileRows {
  /** The first ones in the order of names, to be shown while the others are read. */
  readonly first: RowsReader;
  /** All of them. An error: a later line is not of the shape of a row. */
  readonly whole: Promise<Result<RowsReader, SnapshotRefusal>>;
}

/**
 * Every part of the register is compared with the hash that was signed before the first of its rows is shown; then the rows are read part by part.
 */
export async function readFileRows(
  open: OpenSnapshot,
  host: SnapshotHost,
  onProgress: (done: number, total: number) => void,
): Promise<Result<FileRows, SnapshotRefusal>> {
  const parts = open.parts.filter(({ name }) => isOfSeries('register', name));
  const hashed = await readEach(open, parts, onProgress);
  if (!hashed.ok) return hashed;
  const standing = await standingOf(open);
  const reader = (rows: readonly PortableRow[]): RowsReader => new RowsReader(rows, standing);
  const rows: PortableRow[] = [];
  const [beginning, ...others] = parts;
  const begun = beginning ? await readPart(beginning, hashed.value, open, host, rows) : ok(undefined);
  if (!begun.ok) return begun;
  const first = reader(rows);
  if (others.length === 0) return ok({ first, whole: Promise.resolve(ok(first)) });
  const goOn = async (): Promise<Result<RowsReader, SnapshotRefusal>> => {
    for (const part of others) {
      const read = await readPart(part, hashed.value, open, host, rows);
      if (!read.ok) return read;
    }
    return ok(reader(rows));
  };
  return ok({ first, whole: goOn() });
}

type Kept = Map<string, Uint8Array>;

async function readEach(
  open: OpenSnapshot,
  parts: readonly PartEntry[],
  onProgress: (done: number, total: number) => void,
): Promise<Result<Kept, SnapshotRefusal>> {
  const kept: Kept = new Map();
  let size = 0;
  const reading: ReturnType<OpenSnapshot['read']>[] = [];
  const ahead = (index: number): void => {
    const part = parts[index];
    if (!part) return;
    reading[index] = open.read(part);
    // Where a part before it is refused, nobody waits for it any more.
    reading[index].catch(() => undefined);
  };
  for (let index = 0; index < AT_ONCE; index++) ahead(index);
  for (const [index, part] of parts.entries()) {
    const bytes = await (reading[index] ?? open.read(part));
    delete reading[index];
    ahead(index + AT_ONCE);
    if (!bytes.ok) return bytes;
    size += bytes.value.length;
    if (size <= KEPT) kept.set(part.name, bytes.value);
    onProgress(index + 1, parts.length);
  }
  return ok(kept);
}

/** Adds the rows of a part. A line of another shape is refused at once. */
async function readPart(
  part: PartEntry,
  kept: Kept,
  open: OpenSnapshot,
  host: SnapshotHost,
  rows: PortableRow[],
): Promise<Result<void, SnapshotRefusal>> {
  const held = kept.get(part.name);
  kept.delete(part.name);
  const bytes = held === undefined ? await open.read(part) : ok(held);
  if (!bytes.ok) return bytes;
  let number = 0;
  for (const { line } of linesOf(bytes.value)) {
    const row = portableRowOf(jsonOf(line));
    number++;
    if (!row) return refuse('not recomputed', 'A row of the register is not what the format says.', { part: part.name, line: number });
    rows.push(row);
    if (number % SLICE === 0) await host.breathe();
  }
  return ok(undefined);
}

/** What the file says of its rows besides. A file that does not say it shows sources by their ids until they were computed again. */
async function standingOf(open: OpenSnapshot): Promise<RowsStanding> {
  const now = parseTime(open.manifest.asOf) ?? 0;
  const [gaps, population] = [await jsonPart(open, 'gaps.json'), await jsonPart(open, 'population.json')];
  return rowsStandingOf(gaps, population, now) ?? { now, directory: false, parties: 0, sourceLabels: new Map() };
}

async function jsonPart(open: OpenSnapshot, name: string): Promise<unknown> {
  const part = open.parts.find((one) => one.name === name);
  const bytes = part && (await open.read(part));
  return bytes?.ok === true ? jsonOf(bytes.value) : undefined;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    return undefined;
  }
}
