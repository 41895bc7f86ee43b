import { sameBytes } from '../base/bytes.ts';
import { ok, type Result } from '../base/result.ts';
import {
  type ArchiveEnd,
  type ArchivePart,
  CENTRAL_BYTES,
  DEFLATED,
  END_BYTES,
  LOCAL_BYTES,
  LONGEST_NAME,
  localHeader,
  readCentralRecord,
  readEndRecord,
  STORED,
} from './archiveLayout.ts';
import type { SnapshotBytes, SnapshotRefusal } from './contracts.ts';
import { LIMITS, PART_NAME } from './format.ts';
import { isStored, PartOrder } from './partOrder.ts';
import { refuse } from './refusal.ts';

/**
 * The parts of a file whose archive has the one spelling of FORMAT.md, section 1: each byte belongs to exactly one part or header,
 * and no limit is passed. Nothing was inflated; at most the headers were read.
 */
export async function readArchive(bytes: SnapshotBytes): Promise<Result<readonly ArchivePart[], SnapshotRefusal>> {
  const end = await readEnd(bytes);
  if (!end.ok) return end;
  const parts = await readDirectory(bytes, end.value);
  if (!parts.ok) return parts;
  return readLocalHeaders(bytes, parts.value);
}

/** The bytes of a part as they stand in the file. */
export const readPacked = (bytes: SnapshotBytes, part: ArchivePart): Promise<Uint8Array<ArrayBuffer>> =>
  bytes.read(part.offset + LOCAL_BYTES + part.name.length, part.packed);

const NOT_A_SNAPSHOT = 'The file does not end as a snapshot does: it is cut off, longer than it was, or another kind of file.';

async function readEnd(bytes: SnapshotBytes): Promise<Result<ArchiveEnd, SnapshotRefusal>> {
  if (bytes.size > LIMITS.fileBytes) return refuse('too large', 'The file is larger than 4 GiB.');
  if (bytes.size < END_BYTES) return refuse('archive', NOT_A_SNAPSHOT);
  const end = readEndRecord(await bytes.read(bytes.size - END_BYTES, END_BYTES));
  if (!end) return refuse('archive', NOT_A_SNAPSHOT);
  if (end.parts > LIMITS.parts)
    return refuse('too large', `The file says that it has ${end.parts} parts: a snapshot has at most ${LIMITS.parts}.`);
  if (end.offset + end.size + END_BYTES !== bytes.size) return refuse('archive', 'The list of parts is not where the file says.');
  return ok(end);
}

async function readDirectory(bytes: SnapshotBytes, end: ArchiveEnd): Promise<Result<readonly ArchivePart[], SnapshotRefusal>> {
  // No list of so many parts is longer: what is beyond is refused without being read.
  const readable = Math.min(end.size, end.parts * (CENTRAL_BYTES + LONGEST_NAME));
  const directory = await bytes.read(end.offset, readable);
  const parts: ArchivePart[] = [];
  const order = new PartOrder();
  let at = 0;
  let offset = 0;
  for (let number = 1; number <= end.parts; number++) {
    const record = readCentralRecord(directory, at);
    if (!record) return refuse('archive', `The list of parts is cut off at part ${number}.`);
    const { part } = record;
    const named = { part: PART_NAME.test(part.name) ? part.name : undefined };
    if (!record.canonical || !hasMethod(part) || !order.take(part.name) || part.offset !== offset)
      return refuse('archive', `Part ${number} is not listed as a snapshot lists it.`, named);
    const problem = sizeProblem(part);
    if (problem !== undefined) return refuse('too large', problem, named);
    parts.push(part);
    at += record.bytes;
    offset += LOCAL_BYTES + part.name.length + part.packed;
  }
  if (!order.complete || at !== end.size || offset !== end.offset) return refuse('archive', 'The file has bytes that belong to no part.');
  const total = parts.reduce((sum, part) => sum + part.size, 0);
  if (total > LIMITS.totalFrom && total > LIMITS.totalRatio * bytes.size)
    return refuse('too large', 'The parts are together far larger than the file: it is made to exhaust whoever opens it.');
  return ok(parts);
}

const hasMethod = ({ name, method, packed, size }: ArchivePart): boolean =>
  isStored(name) ? method === STORED && packed === size : method === DEFLATED;

function sizeProblem(part: ArchivePart): string | undefined {
  if (part.size > LIMITS.partBytes || part.packed > LIMITS.partBytes) return 'A part is larger than 64 MiB.';
  if (part.size > LIMITS.ratioFrom && part.size > LIMITS.ratio * part.packed)
    return `A part is more than ${LIMITS.ratio} times larger than it is packed: it is made to exhaust whoever opens it.`;
  return undefined;
}

async function readLocalHeaders(
  bytes: SnapshotBytes,
  parts: readonly ArchivePart[],
): Promise<Result<readonly ArchivePart[], SnapshotRefusal>> {
  for (const part of parts) {
    const expected = localHeader(part);
    if (!sameBytes(await bytes.read(part.offset, expected.length), expected))
      return refuse('archive', 'The header of a part is not what the list of parts says.', { part: part.name });
  }
  return ok(parts);
}
