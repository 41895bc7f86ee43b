import { hashHex } from '../base/hash.ts';
import { ok, type Result } from '../base/result.ts';
import type { OpenSnapshot, SnapshotHost, SnapshotRefusal } from './contracts.ts';
import type { Manifest, PartEntry, RecordLine, Series, StatusLine } from './format.ts';
import { isOfSeries } from './partOrder.ts';
import { linesOf, parseLedgerFrames, parseRecordLine, parseStatusLine } from './recordLines.ts';
import { refuse } from './refusal.ts';
import type { SnapshotData } from './replayed.ts';

/** Bytes of content that were read, of all that will be. */
export type OnRead = (done: number, total: number) => void;

/** The ledger values of a file by place − 1, and which part holds which. */
export interface LedgerValues {
  readonly values: readonly Uint8Array<ArrayBuffer>[];
  partOf(place: number): string | undefined;
}

const READ_SERIES: readonly Series[] = ['ledger', 'records', 'statuses'];

/**
 * What a snapshot holds besides what is derived, each line and frame in its shape. Whether the entries are authentic and whether
 * each record is the one that its hash names is not judged here: `verifySnapshot` does.
 */
export async function readSnapshotData(
  open: OpenSnapshot,
  host: SnapshotHost,
  onProgress: OnRead = () => {},
): Promise<Result<SnapshotData, SnapshotRefusal>> {
  const reading = new SeriesReader(open, host, onProgress);
  const ledger = await readLedger(reading);
  if (!ledger.ok) return ledger;
  const records = await readRecords(reading);
  if (!records.ok) return records;
  const statuses = await readStatuses(reading);
  if (!statuses.ok) return statuses;
  return ok(snapshotData(open.manifest, ledger.value, records.value.lines, statuses.value.lines));
}

export const snapshotData = (
  manifest: Manifest,
  ledger: LedgerValues,
  records: readonly RecordLine[],
  statuses: readonly StatusLine[],
): SnapshotData => ({ space: manifest.space, restores: manifest.restores, ledger: ledger.values, records, statuses });

/** Gives the parts of a series one by one, and says how far it is. */
export class SeriesReader {
  readonly manifest: Manifest;
  readonly host: SnapshotHost;
  readonly #open: OpenSnapshot;
  readonly #onRead: OnRead;
  #done = 0;

  constructor(open: OpenSnapshot, host: SnapshotHost, onRead: OnRead) {
    this.manifest = open.manifest;
    this.host = host;
    this.#open = open;
    this.#onRead = onRead;
  }

  /** @param take judges one part; what it returns as a refusal ends the reading. */
  async each(
    series: Series,
    take: (name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<Result<void, SnapshotRefusal>>,
  ): Promise<Result<void, SnapshotRefusal>> {
    for (const part of this.#open.parts.filter(({ name }) => isOfSeries(series, name))) {
      const bytes = await this.#open.read(part);
      if (!bytes.ok) return bytes;
      const taken = await take(part.name, bytes.value);
      if (!taken.ok) return taken;
      await this.#tell(part);
    }
    return ok(undefined);
  }

  async #tell(part: PartEntry): Promise<void> {
    this.#done += part.size;
    this.#onRead(this.#done, totalOf(this.#open.parts));
    await this.host.breathe();
  }
}

const totalOf = (parts: readonly PartEntry[]): number =>
  parts.filter(({ name }) => READ_SERIES.some((series) => isOfSeries(series, name))).reduce((sum, { size }) => sum + size, 0);

export async function readLedger(reading: SeriesReader): Promise<Result<LedgerValues, SnapshotRefusal>> {
  const values: Uint8Array<ArrayBuffer>[] = [];
  const ends: { readonly part: string; readonly place: number }[] = [];
  const read = await reading.each('ledger', async (part, bytes) => {
    const frames = parseLedgerFrames(bytes);
    for (const value of frames.values) values.push(value);
    ends.push({ part, place: values.length });
    return frames.whole ? ok(undefined) : refuse('entry malformed', 'A part of the ledger is cut off.', { part, place: values.length + 1 });
  });
  if (!read.ok) return read;
  return ok({ values, partOf: (place) => ends.find((end) => place <= end.place)?.part });
}

/** Whether a line may follow those before it: places never fall, and none lies beyond the snapshot's. */
class PlaceOrder {
  readonly #last: number;
  #place = 0;

  constructor(last: number) {
    this.#last = last;
  }

  take(place: number): boolean {
    if (place < this.#place || place > this.#last) return false;
    this.#place = place;
    return true;
  }
}

const MALFORMED = 'A line is not what the format says.';
const LINES_AT_ONCE = 1_000;

interface LineShape<T> {
  readonly series: Series;
  readonly parse: (line: Uint8Array) => T | undefined;
  /** @returns what is wrong with a line of the right shape. */
  readonly judge?: (line: T) => string | undefined;
}

/** The lines of a series, and where each stands. */
export interface SeriesLines<T> {
  readonly lines: readonly T[];
  /** @param index of a line, from 0. `line` counts from 1 within the part. */
  lineAt(index: number): { readonly part: string; readonly line: number };
}

async function readLines<T extends { readonly place: number }>(
  reading: SeriesReader,
  shape: LineShape<T>,
): Promise<Result<SeriesLines<T>, SnapshotRefusal>> {
  const lines: T[] = [];
  const starts: { readonly part: string; readonly index: number }[] = [];
  const order = new PlaceOrder(reading.manifest.place);
  const read = await reading.each(shape.series, async (part, bytes) => {
    starts.unshift({ part, index: lines.length });
    let number = 0;
    for (const { line, ended } of linesOf(bytes)) {
      number++;
      const parsed = ended ? shape.parse(line) : undefined;
      const problem = parsed && order.take(parsed.place) ? shape.judge?.(parsed) : MALFORMED;
      if (!parsed || problem !== undefined) return refuse('record hash', problem ?? MALFORMED, { part, line: number });
      lines.push(parsed);
      if (number % LINES_AT_ONCE === 0) await reading.host.breathe();
    }
    return ok(undefined);
  });
  return read.ok ? ok({ lines, lineAt: (index) => lineAt(starts, index) }) : read;
}

/** @param starts the last part first. */
function lineAt(starts: readonly { readonly part: string; readonly index: number }[], index: number) {
  const start = starts.find((candidate) => candidate.index <= index);
  if (!start) throw new RangeError(`no line ${index}`);
  return { part: start.part, line: index - start.index + 1 };
}

const ANOTHER_RECORD = 'A record is not the one that its hash names.';

/** @param hashes whether each record is compared with its hash. */
export const readRecords = (reading: SeriesReader, hashes = false): Promise<Result<SeriesLines<RecordLine>, SnapshotRefusal>> =>
  readLines(reading, {
    series: 'records',
    parse: parseRecordLine,
    judge: (line) => (hashes && hashHex(line.bytes) !== line.hash ? ANOTHER_RECORD : undefined),
  });

export const readStatuses = (reading: SeriesReader): Promise<Result<SeriesLines<StatusLine>, SnapshotRefusal>> =>
  readLines(reading, { series: 'statuses', parse: parseStatusLine });
