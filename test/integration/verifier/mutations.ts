import { concatBytes } from '../../../shared/base/bytes.ts';
import { centralRecord, endRecord, localHeader } from '../../../shared/snapshot/archiveLayout.ts';
import { encodeLedgerFrame, parseLedgerFrames } from '../../../shared/snapshot/recordLines.ts';
import type { Random } from '../../fuzz/ledger/random.ts';
import { layOut, packedOf, type RawPart, rawArchive } from '../../support/snapshot/rawArchive.ts';
import type { Piece } from '../../support/snapshot/secondVerifier.ts';

export interface Mutation {
  readonly kind: Kind;
  readonly pieces: readonly Piece[];
}
type Kind = (typeof KINDS)[number];
type Range = readonly [from: number, to: number];

const KINDS = ['byte', 'deletion', 'ranges', 'parts', 'contents', 'frames', 'truncation'] as const;
/** Of 1,000; frames are few because each carries a part that was packed anew. */
const SHARES: Readonly<Record<Kind, number>> = {
  byte: 400,
  deletion: 200,
  ranges: 150,
  parts: 35,
  contents: 35,
  frames: 20,
  truncation: 160,
};

/** Random damage to one file, described by what is left of it, so that two programs can do the same to it. */
export class Mutations {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly #random: Random;
  readonly #parts: readonly RawPart[];
  /** Every header and every content of the file, so that small ones are hit as often as large ones. */
  readonly #regions: readonly Range[];
  /** Where in the file the packed bytes of a part lie. */
  readonly #ranges = new Map<Uint8Array, Range>();

  constructor(parts: readonly RawPart[], random: Random) {
    this.file = rawArchive(parts);
    this.#parts = parts.map((part) => ({ ...part, packed: packedOf(part) }));
    this.#random = random;
    this.#regions = this.#findRegions();
  }

  all(): Mutation[] {
    return KINDS.flatMap((kind) => Array.from({ length: SHARES[kind] }, () => ({ kind, pieces: this.#make(kind) })));
  }

  #make(kind: Kind): Piece[] {
    if (kind === 'byte') return this.#changedByte();
    if (kind === 'deletion') return this.#without(this.#position(), 1 + this.#random.below(100));
    if (kind === 'ranges') return this.#swappedRanges();
    if (kind === 'parts') return this.#swappedParts();
    if (kind === 'contents') return this.#swappedContents();
    if (kind === 'frames') return this.#swappedFrames();
    return [[0, this.#position()]];
  }

  #findRegions(): Range[] {
    const ends = layOut(this.#parts).map(({ part, packed }) => {
      const start = part.offset + localHeader(part).length;
      this.#ranges.set(packed, [start, start + packed.length]);
      return { header: [part.offset, start] as const, content: [start, start + packed.length] as const };
    });
    const directory = ends.at(-1)?.content[1] ?? 0;
    return [
      ...ends.flatMap(({ header, content }) => [header, content]),
      [directory, this.file.length - 22],
      [this.file.length - 22, this.file.length],
    ];
  }

  #position(): number {
    const [from, to] = this.#random.chance(0.5) ? this.#random.pick(this.#regions) : [0, this.file.length];
    return from + this.#random.below(to - from);
  }

  #changedByte(): Piece[] {
    const at = this.#position();
    const changed = (this.file[at] as number) ^ (1 + this.#random.below(255));
    return [[0, at], base64(Uint8Array.of(changed)), [at + 1, this.file.length]];
  }

  #without(at: number, length: number): Piece[] {
    return [
      [0, at],
      [Math.min(this.file.length, at + length), this.file.length],
    ];
  }

  #swappedRanges(): Piece[] {
    for (;;) {
      const [a, b] = [this.#position(), this.#position()].sort((one, other) => one - other) as [number, number];
      const [first, second] = [this.#rangeAt(a), this.#rangeAt(b)];
      if (first[1] > second[0] || this.#equal(first, second)) continue;
      return [[0, first[0]], second, [first[1], second[0]], first, [second[1], this.file.length]];
    }
  }

  #rangeAt = (from: number): Range => [from, Math.min(this.file.length, from + 1 + this.#random.below(200))];

  /** Swapping them would change nothing. */
  #equal(first: Range, second: Range): boolean {
    const [a, b] = [first, second].map(([from, to]) => Buffer.from(this.file.subarray(from, to))) as [Buffer, Buffer];
    const between = Buffer.from(this.file.subarray(first[1], second[0]));
    return Buffer.concat([a, between, b]).equals(Buffer.concat([b, between, a]));
  }

  #two(among = this.#parts.length): [number, number] {
    const first = this.#random.below(among);
    return [first, (first + 1 + this.#random.below(among - 1)) % among];
  }

  /** The archive is made anew around them, in order and whole. */
  #swappedParts(): Piece[] {
    const [first, second] = this.#two();
    const parts = [...this.#parts];
    [parts[first], parts[second]] = [parts[second] as RawPart, parts[first] as RawPart];
    return this.#piecesOf(parts);
  }

  /** Names stay where they are; what is under them is exchanged. */
  #swappedContents(): Piece[] {
    for (;;) {
      const [first, second] = this.#two(this.#parts.length - 2);
      const [one, other] = [this.#parts[first] as RawPart, this.#parts[second] as RawPart];
      if (Buffer.from(one.content).equals(other.content)) continue;
      const parts = [...this.#parts];
      [parts[first], parts[second]] = [
        { ...other, name: one.name },
        { ...one, name: other.name },
      ];
      return this.#piecesOf(parts);
    }
  }

  #swappedFrames(): Piece[] {
    const index = this.#parts.findLastIndex(({ name }) => name.startsWith('ledger/'));
    const { name, content } = this.#parts[index] as RawPart;
    const { values } = parseLedgerFrames(content as Uint8Array<ArrayBuffer>);
    const [first, second] = this.#two(values.length);
    [values[first], values[second]] = [values[second] as Uint8Array<ArrayBuffer>, values[first] as Uint8Array<ArrayBuffer>];
    return this.#piecesOf(this.#parts.with(index, { name, content: concatBytes(...values.map(encodeLedgerFrame)) }));
  }

  #piecesOf(parts: readonly RawPart[]): Piece[] {
    const placed = layOut(parts);
    const last = placed.at(-1);
    const offset = last ? last.part.offset + localHeader(last.part).length + last.packed.length : 0;
    const directory = concatBytes(...placed.map(({ part }) => centralRecord(part)));
    const end = endRecord({ parts: placed.length, size: directory.length, offset });
    const front = placed.flatMap(({ part, packed }): Piece[] => [base64(localHeader(part)), this.#ranges.get(packed) ?? base64(packed)]);
    return [...front, base64(concatBytes(directory, end))];
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export const assembled = (file: Uint8Array, pieces: readonly Piece[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'base64') : file.subarray(...piece)))),
  );
