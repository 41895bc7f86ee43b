import * as z from 'zod';
import { concatBytes, utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';
import { externalId, hash, sourceId } from '../model/ids.ts';
import { instant } from '../model/record.ts';
import { parseCanonical } from './canonicalParse.ts';
import { LIMITS, type RecordLine, type StatusLine, statusLine } from './format.ts';

/** Frames of `ledger/`, lines of `records/` and `statuses/` (FORMAT.md, 3 to 5). */

const LENGTH_BYTES = 4;
const LINE_FEED = 0x0a;

/** A ledger value with its length in front, big endian. */
export function encodeLedgerFrame(value: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, value.length);
  return concatBytes(length, value);
}

/** The values as views of `bytes`, up to the first frame that does not fit; `whole` when there is none. */
export function parseLedgerFrames(bytes: Uint8Array<ArrayBuffer>): { readonly values: Uint8Array<ArrayBuffer>[]; readonly whole: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= bytes.length) {
    const length = view.getUint32(at);
    const start = at + LENGTH_BYTES;
    if (length < LIMITS.smallestValue || length > LIMITS.largestValue || start + length > bytes.length) break;
    values.push(bytes.subarray(start, start + length));
    at = start + length;
  }
  return { values, whole: at === bytes.length };
}

/** The lines as views of `bytes`, without their line feeds. Bytes after the last line feed are a line of their own that is not `ended`. */
export function* linesOf(bytes: Uint8Array): Generator<{ readonly line: Uint8Array; readonly ended: boolean }> {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, start);
    const ended = end >= 0;
    const stop = ended ? end : bytes.length;
    yield { line: bytes.subarray(start, stop), ended };
    start = stop + 1;
  }
}

/** A version of a record; `bytes` are its canonical JSON and go into the line as they are. */
export function encodeRecordLine(line: RecordLine): Uint8Array<ArrayBuffer> {
  return concatBytes(utf8(beforeRecord(line)), line.bytes, utf8(`${afterRecord(line)}\n`));
}

const beforeRecord = ({ at, hash, id, place }: Omit<RecordLine, 'bytes'>): string =>
  `${canonicalJson({ at, hash, id, place }).slice(0, -1)},"record":`;
const afterRecord = ({ run, source }: Omit<RecordLine, 'bytes'>): string => `,${canonicalJson({ run, source }).slice(1)}`;

const count = z.number().int().min(0);
const recordMembers = z
  .object({ at: instant, hash, id: externalId, place: count, record: z.custom<object>(isObject), run: count, source: sourceId })
  .strict();

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns undefined when the line is not a record line. Its hash was not compared with its bytes. */
export function parseRecordLine(line: Uint8Array): RecordLine | undefined {
  const parsed = recordMembers.safeParse(parseCanonical(line)?.value);
  if (!parsed.success) return undefined;
  const { record: _record, ...members } = parsed.data;
  // The line is canonical, so what stands around the record has one length.
  const start = utf8(beforeRecord(members)).length;
  return { ...members, bytes: line.subarray(start, line.length - afterRecord(members).length) };
}

export const encodeStatusLine = (line: StatusLine): Uint8Array<ArrayBuffer> => utf8(`${canonicalJson(line)}\n`);

/** @returns undefined when the line is not a status line. What a status says of itself was not judged. */
export function parseStatusLine(line: Uint8Array): StatusLine | undefined {
  const parsed = statusLine.safeParse(parseCanonical(line)?.value);
  if (!parsed.success || ('status' in parsed.data && !isObject(parsed.data.status))) return undefined;
  return parsed.data;
}
