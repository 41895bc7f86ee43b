import { existsSync, readFileSync } from 'node:fs';

const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;
/** What a disk writes whole or not at all; larger ones have their borders at multiples of this too. */
const SECTOR = 512;

/**
 * SQLite reads its write-ahead log up to the first frame whose checksum is wrong and takes the rest for a write that was cut off by a
 * crash (https://sqlite.org/fileformat2.html#walformat). Each commit is on disk before the next one begins: a wrong frame that has the end of
 * another commit than its own after it was on disk and is not any more, and SQLite would drop what came after it without a word. A log is
 * written over its own former frames: of a write that was cut off, a header on the border of two sectors may be half of one and half of the other.
 * The end of a commit therefore counts where it goes on from the sums of the frame before it, or where its header has no border.
 * @returns what is damaged, in words; undefined when the log is whole, cut off at its end, or not there.
 */
export function walDamage(store: string): string | undefined {
  const path = `${store}-wal`;
  const log = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  if (log.length <= HEADER) return undefined;
  const header = headerOf(log);
  if (!header) return 'the header of the write-ahead log';
  const frames = Math.floor((log.length - HEADER) / (FRAME_HEADER + header.pageSize));
  const frameAt = (index: number): Buffer =>
    log.subarray(HEADER + index * (FRAME_HEADER + header.pageSize), HEADER + (index + 1) * (FRAME_HEADER + header.pageSize));
  const isOfThisLog = (frame: Buffer): boolean => frame.readUInt32BE(8) === header.salt[0] && frame.readUInt32BE(12) === header.salt[1];
  const goesOn = (frame: Buffer, from: Sums): boolean => {
    const [first, second] = checksum(
      header.isBigEndian,
      frame.subarray(FRAME_HEADER),
      checksum(header.isBigEndian, frame.subarray(0, 8), from),
    );
    return isOfThisLog(frame) && frame.readUInt32BE(16) === first && frame.readUInt32BE(20) === second;
  };
  let sums = header.sums;
  for (let index = 0; index < frames; index++) {
    const frame = frameAt(index);
    if (goesOn(frame, sums)) {
      sums = sumsIn(frame);
      continue;
    }
    const own = isOfThisLog(frame) && endsCommit(frame) && !hasBorder(HEADER + index * (FRAME_HEADER + header.pageSize)) ? 1 : 0;
    let later = 0;
    for (let next = index + 1; next < frames && own + later < 2; next++)
      if (endsCommit(frameAt(next)) && goesOn(frameAt(next), sumsIn(frameAt(next - 1)))) later++;
    return own + later > 1 ? `frame ${index + 1} of the write-ahead log` : undefined;
  }
  return undefined;
}

const endsCommit = (frame: Buffer): boolean => frame.readUInt32BE(4) > 0;
const sumsIn = (frame: Buffer): Sums => [frame.readUInt32BE(16), frame.readUInt32BE(20)];
/** Whether the header of the frame at this offset lies in two sectors. */
const hasBorder = (offset: number): boolean => Math.floor(offset / SECTOR) !== Math.floor((offset + FRAME_HEADER - 1) / SECTOR);

type Sums = readonly [number, number];

function headerOf(log: Buffer): { pageSize: number; isBigEndian: boolean; salt: Sums; sums: Sums } | undefined {
  const magic = log.readUInt32BE(0);
  const isBigEndian = magic === MAGIC + 1;
  if (magic !== MAGIC && !isBigEndian) return undefined;
  const sums = checksum(isBigEndian, log.subarray(0, 24), [0, 0]);
  if (sums[0] !== log.readUInt32BE(24) || sums[1] !== log.readUInt32BE(28)) return undefined;
  return { pageSize: log.readUInt32BE(8), isBigEndian, salt: [log.readUInt32BE(16), log.readUInt32BE(20)], sums };
}

/** The checksum of SQLite's log: two running sums over 32-bit words, in the byte order that the header names. */
function checksum(isBigEndian: boolean, bytes: Buffer, [first, second]: Sums): Sums {
  const word = (at: number): number => (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    first = (first + word(at) + second) >>> 0;
    second = (second + word(at + 4) + first) >>> 0;
  }
  return [first, second];
}
