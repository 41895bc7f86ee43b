import { ok, type Result } from '../base/result.ts';
import type { OpenSnapshot, SnapshotHost, SnapshotRefusal } from './contracts.ts';
import type { PartEntry } from './format.ts';
import { isDerived } from './partOrder.ts';
import { refuse } from './refusal.ts';
import type { DerivedPart } from './replayed.ts';

const LINE_FEED = 0x0a;
const OTHER_PARTS = 'Computed again, the register has other parts than the file.';
const OTHER_CONTENT = 'Computed again from entries and records, this part is another one.';

/** Compares what was computed again with the parts of the file, byte for byte and in order. @returns how many parts were compared. */
export async function checkRecomputed(
  open: OpenSnapshot,
  host: SnapshotHost,
  recomputed: AsyncIterable<DerivedPart>,
  onPart: (done: number, total: number) => void,
): Promise<Result<number, SnapshotRefusal>> {
  const shipped = open.parts.filter(({ name }) => isDerived(name));
  let number = 0;
  for await (const part of tolerant(recomputed, host)) {
    if (!part) return refuse('not recomputed', 'The register cannot be computed from these entries and records.');
    const entry = shipped[number];
    if (entry?.name !== part.name) return refuse('not recomputed', OTHER_PARTS, { part: entry?.name ?? part.name });
    const same = await comparePart(open, host, entry, part.bytes);
    if (!same.ok) return same;
    onPart(++number, shipped.length);
    await host.breathe();
  }
  if (number < shipped.length) return refuse('not recomputed', OTHER_PARTS, { part: shipped[number]?.name });
  return ok(number);
}

/** A foreign file may hold what no server would have written, and break the computation: undefined then. A cancellation goes on. */
async function* tolerant(parts: AsyncIterable<DerivedPart>, host: SnapshotHost): AsyncGenerator<DerivedPart | undefined> {
  try {
    yield* parts;
  } catch {
    await host.breathe();
    yield undefined;
  }
}

/** By their hashes; only parts that differ are read again, to find the line. */
async function comparePart(
  open: OpenSnapshot,
  host: SnapshotHost,
  entry: PartEntry,
  bytes: Uint8Array,
): Promise<Result<void, SnapshotRefusal>> {
  if (bytes.length === entry.size && (await host.sha256(bytes)) === entry.sha256) return ok(undefined);
  const shipped = await open.read(entry);
  if (!shipped.ok) return shipped;
  return refuse('not recomputed', OTHER_CONTENT, { part: entry.name, line: firstOtherLine(shipped.value, bytes) });
}

/** Counted from 1. */
function firstOtherLine(a: Uint8Array, b: Uint8Array): number {
  let line = 1;
  for (let index = 0; index < a.length && a[index] === b[index]; index++) if (a[index] === LINE_FEED) line++;
  return line;
}
