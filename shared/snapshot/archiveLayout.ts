import { concatBytes, sameBytes, utf8 } from '../base/bytes.ts';

/** The three headers of FORMAT.md, section 1 (PKWARE APPNOTE 6.3.9, 4.3.7, 4.3.12 and 4.3.16), in their one spelling. */

export const LOCAL_BYTES = 30;
export const CENTRAL_BYTES = 46;
export const END_BYTES = 22;
/** `findings/0001.ndjson`: a longer name is none of a snapshot's, and is not read. */
export const LONGEST_NAME = 20;

export const STORED = 0;
export const DEFLATED = 8;

export interface ArchivePart {
  readonly name: string;
  readonly method: number;
  readonly crc32: number;
  /** Bytes as they stand in the file. */
  readonly packed: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Of the local header, from the start of the file. */
  readonly offset: number;
}

export interface ArchiveEnd {
  readonly parts: number;
  /** Of the central directory, in bytes. */
  readonly size: number;
  readonly offset: number;
}

const VERSION = 20;
const NAMES_ARE_UTF8 = 0x0800;
const NO_TIME = 0;
/** 1980-01-01: the earliest that the format can say, and so no fact at all. */
const NO_DATE = 0x0021;

/** Little endian numbers, one after another. */
class HeaderBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  short(...values: readonly number[]): this {
    for (const value of values) {
      this.#view.setUint16(this.#at, value, true);
      this.#at += 2;
    }
    return this;
  }

  long(...values: readonly number[]): this {
    for (const value of values) {
      this.#view.setUint32(this.#at, value, true);
      this.#at += 4;
    }
    return this;
  }
}

export function localHeader(part: ArchivePart): Uint8Array<ArrayBuffer> {
  const name = utf8(part.name);
  const header = new HeaderBytes(LOCAL_BYTES)
    .long(0x04034b50)
    .short(VERSION, NAMES_ARE_UTF8, part.method, NO_TIME, NO_DATE)
    .long(part.crc32, part.packed, part.size)
    .short(name.length, 0);
  return concatBytes(header.bytes, name);
}

export function centralRecord(part: ArchivePart): Uint8Array<ArrayBuffer> {
  const name = utf8(part.name);
  const record = new HeaderBytes(CENTRAL_BYTES)
    .long(0x02014b50)
    .short(VERSION, VERSION, NAMES_ARE_UTF8, part.method, NO_TIME, NO_DATE)
    .long(part.crc32, part.packed, part.size)
    .short(name.length, 0, 0, 0, 0)
    .long(0, part.offset);
  return concatBytes(record.bytes, name);
}

export const endRecord = (end: ArchiveEnd): Uint8Array<ArrayBuffer> =>
  new HeaderBytes(END_BYTES).long(0x06054b50).short(0, 0, end.parts, end.parts).long(end.size, end.offset).short(0).bytes;

/** What the record at `at` says, with the bytes that it takes. A name that is no plain text is read as no name at all. */
export interface ReadRecord {
  readonly part: ArchivePart;
  readonly bytes: number;
  /** Every byte is the one that a writer would write. */
  readonly canonical: boolean;
}

/** @returns undefined when the bytes end before the record does. */
export function readCentralRecord(directory: Uint8Array, at: number): ReadRecord | undefined {
  if (at + CENTRAL_BYTES > directory.length) return undefined;
  const view = new DataView(directory.buffer, directory.byteOffset + at, CENTRAL_BYTES);
  const bytes = CENTRAL_BYTES + view.getUint16(28, true);
  if (at + bytes > directory.length) return undefined;
  const part: ArchivePart = {
    name: asciiName(directory.subarray(at + CENTRAL_BYTES, at + bytes)),
    method: view.getUint16(10, true),
    crc32: view.getUint32(16, true),
    packed: view.getUint32(20, true),
    size: view.getUint32(24, true),
    offset: view.getUint32(42, true),
  };
  return { part, bytes, canonical: sameBytes(centralRecord(part), directory.subarray(at, at + bytes)) };
}

/** @returns undefined when it is not canonical: no comment, one disk, no ZIP64. */
export function readEndRecord(bytes: Uint8Array): ArchiveEnd | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, END_BYTES);
  const end: ArchiveEnd = { parts: view.getUint16(10, true), size: view.getUint32(12, true), offset: view.getUint32(16, true) };
  return sameBytes(endRecord(end), bytes) ? end : undefined;
}

function asciiName(bytes: Uint8Array): string {
  if (bytes.length > LONGEST_NAME || bytes.some((byte) => byte < 0x20 || byte > 0x7e)) return '';
  return String.fromCharCode(...bytes);
}
