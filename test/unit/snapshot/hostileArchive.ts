import { deflateRawSync } from 'node:zlib';
import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import { type ArchivePart, centralRecord, endRecord, localHeader } from '../../../shared/snapshot/archiveLayout.ts';
import { crc32 } from '../../../shared/snapshot/crc32.ts';

export interface HostilePart {
  readonly name: string;
  readonly content?: Uint8Array;
  /** Packed bytes that are other than the content's. */
  readonly packed?: Uint8Array;
  /** What the headers say, against the truth. */
  readonly says?: Partial<ArchivePart>;
}

export interface HostileEnd {
  readonly parts?: number;
  readonly size?: number;
  readonly offset?: number;
}

const STORED_NAMES = ['manifest.json', 'manifest.sig'];

/** An archive of any parts, with headers that say whatever they are told to. */
export function archiveOf(parts: readonly HostilePart[], end: HostileEnd = {}): Uint8Array<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, content = utf8('{}'), packed = pack(name, content), says } of parts) {
    const truth = {
      name,
      method: STORED_NAMES.includes(name) ? 0 : 8,
      crc32: says?.crc32 ?? crc32(content),
      packed: packed.length,
      size: content.length,
    };
    const part: ArchivePart = { ...truth, offset, ...says };
    chunks.push(localHeader(part), packed);
    offset += 30 + utf8(part.name).length + packed.length;
    directory.push(centralRecord(part));
  }
  const central = concatBytes(...directory);
  return concatBytes(...chunks, central, endRecord({ parts: parts.length, size: central.length, offset, ...end }));
}

const pack = (name: string, content: Uint8Array): Uint8Array => (STORED_NAMES.includes(name) ? content : deflateRawSync(content));

export const NAMES = [
  'README.txt',
  'ledger/0001.bin',
  'policy.json',
  'people.json',
  'population.json',
  'gaps.json',
  'report.html',
  'manifest.json',
  'manifest.sig',
] as const;

/** The parts of a smallest archive, one of them another. */
export const partsWith = (name: string, change: Partial<HostilePart>): HostilePart[] =>
  NAMES.map((part) => (part === name ? { name: part, ...change } : { name: part }));
