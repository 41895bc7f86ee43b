import { concatBytes, utf8 } from '../base/bytes.ts';
import type { HashHex } from '../base/hash.ts';
import { canonicalJson } from '../base/json.ts';
import { SIGNATURE_BYTES, signedMessage } from '../base/signature.ts';
import { type ArchivePart, centralRecord, DEFLATED, endRecord, localHeader, STORED } from './archiveLayout.ts';
import { crc32 } from './crc32.ts';
import { LIMITS, type Manifest, manifest as manifestSchema, type PartEntry } from './format.ts';
import { isStored, MANIFEST, PartOrder, SIGNATURE } from './partOrder.ts';
import { storedBlocks } from './storedBlocks.ts';

export interface SnapshotWriterOptions {
  /** Takes the file's bytes in order; the next come when it has resolved. */
  readonly sink: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  /** Raw deflate (RFC 1951). */
  readonly deflate: (bytes: Uint8Array) => Promise<Uint8Array>;
  readonly sha256: (bytes: Uint8Array) => Promise<HashHex>;
}

export type ManifestWithoutParts = Omit<Manifest, 'parts'>;

/** Parts from this size on never look like a bomb: below a reader's limits, so that all parts together stay below them too. */
const WATCHED_BYTES = 64 * 1_024;
const HIGHEST_RATIO = LIMITS.totalRatio - 10;

/**
 * Writes a snapshot from front to back, holding one part at a time. What it refuses to write is a mistake of its caller: it throws
 * RangeError for a part out of turn or too large, and a file that would reach 4 GiB.
 */
export class SnapshotWriter {
  readonly #options: SnapshotWriterOptions;
  readonly #order = new PartOrder();
  readonly #archive: ArchivePart[] = [];
  readonly #parts: PartEntry[] = [];
  #offset = 0;

  constructor(options: SnapshotWriterOptions) {
    this.#options = options;
  }

  /** How many bytes went into the sink. */
  get written(): number {
    return this.#offset;
  }

  /** Packs and writes one part of at most 64 MiB. Parts come in the order of FORMAT.md, section 1. */
  async part(name: string, bytes: Uint8Array): Promise<void> {
    if (isStored(name)) throw new RangeError(`${name} is written by finish()`);
    if (bytes.length > LIMITS.partBytes) throw new RangeError(`${name} is larger than a part may be`);
    const packed = await this.#pack(bytes);
    await this.#write(name, DEFLATED, bytes, packed);
    this.#parts.push({
      name,
      size: bytes.length,
      sha256: await this.#options.sha256(bytes),
      packed: packed.length,
      packedSha256: await this.#options.sha256(packed),
    });
  }

  /** Writes manifest, signature, directory and end. @param sign by the server's key, over the message as it is given. */
  async finish(
    manifestWithoutParts: ManifestWithoutParts,
    sign: (message: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>,
  ): Promise<{ manifest: Manifest }> {
    const manifest = manifestSchema.parse({ ...manifestWithoutParts, parts: this.#parts });
    const bytes = utf8(canonicalJson(manifest));
    if (bytes.length > LIMITS.manifestBytes) throw new RangeError('the manifest is larger than it may be');
    const signature = await sign(signedMessage('muster/snapshot/1', bytes));
    if (signature.length !== SIGNATURE_BYTES) throw new RangeError('that is not an Ed25519 signature');
    await this.#write(MANIFEST, STORED, bytes, bytes);
    await this.#write(SIGNATURE, STORED, signature, signature);
    await this.#end();
    return { manifest };
  }

  /** Text that repeats itself packs better than a reader may accept: then its start is stored as it is, in front of the rest. */
  async #pack(bytes: Uint8Array): Promise<Uint8Array> {
    const packed = await this.#options.deflate(bytes);
    if (bytes.length < WATCHED_BYTES || bytes.length <= HIGHEST_RATIO * packed.length) return packed;
    const plain = Math.ceil(bytes.length / HIGHEST_RATIO);
    return concatBytes(storedBlocks(bytes.subarray(0, plain)), await this.#options.deflate(bytes.subarray(plain)));
  }

  async #write(name: string, method: number, content: Uint8Array, packed: Uint8Array): Promise<void> {
    if (!this.#order.take(name)) throw new RangeError(`${name} is out of turn`);
    const part = { name, method, crc32: crc32(content), packed: packed.length, size: content.length, offset: this.#offset };
    this.#archive.push(part);
    await this.#sink(concatBytes(localHeader(part), packed));
  }

  async #end(): Promise<void> {
    const offset = this.#offset;
    const directory = concatBytes(...this.#archive.map(centralRecord));
    await this.#sink(directory);
    await this.#sink(endRecord({ parts: this.#archive.length, size: directory.length, offset }));
  }

  async #sink(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#offset += bytes.length;
    if (this.#offset > LIMITS.fileBytes || this.#archive.length > LIMITS.parts) throw new RangeError('the file is larger than it may be');
    await this.#options.sink(bytes);
  }
}
