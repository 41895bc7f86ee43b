import { deflateRawSync } from 'node:zlib';
import { concatBytes } from '../../../shared/base/bytes.ts';
import { type ArchivePart, centralRecord, DEFLATED, endRecord, localHeader, STORED } from '../../../shared/snapshot/archiveLayout.ts';
import { crc32 } from '../../../shared/snapshot/crc32.ts';

/** A part as a forger would have it: what is not given follows from the content. */
export interface RawPart {
  readonly name: string;
  readonly content: Uint8Array;
  readonly packed?: Uint8Array;
  /** What the headers say instead of the truth. */
  readonly says?: Partial<ArchivePart>;
}

export interface RawPlaced {
  readonly part: ArchivePart;
  readonly packed: Uint8Array;
}

const isStored = (name: string): boolean => name === 'manifest.json' || name === 'manifest.sig';
export const packedOf = (part: RawPart): Uint8Array => part.packed ?? (isStored(part.name) ? part.content : deflateRawSync(part.content));

/** The parts one after the other, with whatever they say of themselves. Nothing is judged. */
export function layOut(parts: readonly RawPart[]): RawPlaced[] {
  let offset = 0;
  return parts.map((raw) => {
    const packed = packedOf(raw);
    const { name, content } = raw;
    const method = isStored(name) ? STORED : DEFLATED;
    const part = { name, method, crc32: crc32(content), packed: packed.length, size: content.length, offset, ...raw.says };
    offset += localHeader(part).length + packed.length;
    return { part, packed };
  });
}

export function assemble(placed: readonly RawPlaced[]): Uint8Array<ArrayBuffer> {
  const front = concatBytes(...placed.flatMap(({ part, packed }) => [localHeader(part), packed]));
  const directory = concatBytes(...placed.map(({ part }) => centralRecord(part)));
  return concatBytes(front, directory, endRecord({ parts: placed.length, size: directory.length, offset: front.length }));
}

export const rawArchive = (parts: readonly RawPart[]): Uint8Array<ArrayBuffer> => assemble(layOut(parts));
