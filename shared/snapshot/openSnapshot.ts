import { fromBase64Url } from '../base/bytes.ts';
import type { HashHex } from '../base/hash.ts';
import { ok, type Result } from '../base/result.ts';
import { parsePublicKey, SIGNATURE_BYTES, signedMessage } from '../base/signature.ts';
import { type ArchivePart, STORED } from './archiveLayout.ts';
import { readArchive, readPacked } from './archiveReader.ts';
import { parseCanonical } from './canonicalParse.ts';
import type { OpenSnapshot, SnapshotBytes, SnapshotHost, SnapshotRefusal } from './contracts.ts';
import { crc32 } from './crc32.ts';
import { matchesFingerprint } from './fingerprint.ts';
import { FORMAT_VERSION, LIMITS, type Manifest, manifest as manifestSchema, type PartEntry } from './format.ts';
import { MANIFEST, SIGNATURE } from './partOrder.ts';
import { refuse } from './refusal.ts';
import { checkServerKeyChain } from './serverKeyChain.ts';

export interface OpenOptions {
  /** The key that is expected: 32 or more hexadecimal digits of its fingerprint in any grouping, or the key itself in base64url. */
  readonly key?: string | undefined;
}

/** An open snapshot whose parts can also be checked as they are packed, before any is inflated. */
export interface CheckableSnapshot extends OpenSnapshot {
  checkPacked(part: PartEntry): Promise<Result<void, SnapshotRefusal>>;
}

/**
 * Opens a file that nobody vouches for: its archive, its manifest with the signature over it, and, if one is expected, the key.
 * Memory and time are bounded by FORMAT.md, section 1. @throws only what the file or the host throws.
 */
export async function openSnapshot(
  bytes: SnapshotBytes,
  host: SnapshotHost,
  options: OpenOptions = {},
): Promise<Result<CheckableSnapshot, SnapshotRefusal>> {
  const archive = await readArchive(bytes);
  if (!archive.ok) return archive;
  const reader = new PartReader(bytes, host, archive.value);
  const signed = await readManifest(reader);
  if (!signed.ok) return signed;
  const { manifest } = signed.value;
  const authentic = await checkSignature(reader, host, signed.value);
  if (!authentic.ok) return authentic;
  const chain = await checkServerKeyChain(manifest, host);
  if (!chain.ok) return chain;
  const key = fromBase64Url(manifest.serverKey) as Uint8Array<ArrayBuffer>;
  const fingerprint = await host.sha256(key);
  if (options.key !== undefined && !matchesFingerprint(options.key, manifest.serverKey))
    return refuse('another key', `The file was signed with another key than the one that is expected: ${fingerprint.slice(0, 32)}.`);
  const listed = checkList(manifest.parts, archive.value);
  return listed.ok ? ok(opened(manifest, fingerprint, reader)) : listed;
}

function opened(manifest: Manifest, fingerprint: HashHex, reader: PartReader): CheckableSnapshot {
  return {
    manifest,
    fingerprint,
    parts: manifest.parts,
    read: (part) => reader.read(part),
    checkPacked: async (part) => {
      const packed = await reader.packed(part);
      return packed.ok ? ok(undefined) : packed;
    },
  };
}

interface SignedManifest {
  readonly manifest: Manifest;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

async function readManifest(reader: PartReader): Promise<Result<SignedManifest, SnapshotRefusal>> {
  const wrong = refuse('manifest', 'The manifest is not what the format says.', { part: MANIFEST });
  const bytes = await reader.stored(MANIFEST);
  if (!bytes || bytes.length > LIMITS.manifestBytes) return wrong;
  const value = parseCanonical(bytes)?.value;
  if (hasOtherVersion(value))
    return refuse('newer format', 'A newer version of Muster made this file: update to open it.', { part: MANIFEST });
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success || !hasKeys(parsed.data)) return wrong;
  return ok({ manifest: parsed.data, bytes });
}

function hasOtherVersion(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('v' in value)) return false;
  return typeof value.v === 'number' && value.v !== FORMAT_VERSION;
}

/** Key and signature are bytes of the right number in their one spelling. */
const hasKeys = ({ serverKey, head, succession = [] }: Manifest): boolean =>
  [serverKey, ...succession.flatMap(({ from, to }) => [from, to])].every((key) => parsePublicKey(key) !== undefined) &&
  [head.signature, ...succession.flatMap(({ endorsement, proof }) => [endorsement, proof])].every(isSignature);

const isSignature = (text: string): boolean => fromBase64Url(text)?.length === SIGNATURE_BYTES;

async function checkSignature(reader: PartReader, host: SnapshotHost, signed: SignedManifest): Promise<Result<void, SnapshotRefusal>> {
  const signature = await reader.stored(SIGNATURE);
  const valid =
    signature?.length === SIGNATURE_BYTES &&
    (await host.verify(signed.manifest.serverKey, signedMessage('muster/snapshot/1', signed.bytes), signature));
  if (valid) return ok(undefined);
  return refuse('manifest signature', 'The manifest was changed after it was signed, or signed by somebody else.', { part: SIGNATURE });
}

/** The manifest lists every part before itself, in order, with the sizes that the archive has. */
function checkList(listed: readonly PartEntry[], archive: readonly ArchivePart[]): Result<void, SnapshotRefusal> {
  const held = archive.filter(({ method }) => method !== STORED);
  for (let index = 0; index < Math.max(listed.length, held.length); index++) {
    const [entry, part] = [listed[index], held[index]];
    const same = entry?.name === part?.name && entry?.size === part?.size && entry?.packed === part?.packed;
    if (!same) return refuse('parts', 'The manifest lists other parts than the file has.', { part: part?.name ?? entry?.name });
  }
  return ok(undefined);
}

/** Reads the parts of one file, each checked against the archive's headers and the manifest. */
class PartReader {
  readonly #bytes: SnapshotBytes;
  readonly #host: SnapshotHost;
  readonly #parts: ReadonlyMap<string, ArchivePart>;

  constructor(bytes: SnapshotBytes, host: SnapshotHost, parts: readonly ArchivePart[]) {
    this.#bytes = bytes;
    this.#host = host;
    this.#parts = new Map(parts.map((part) => [part.name, part]));
  }

  /** A part that is not packed. @returns undefined when it is not what its CRC-32 says. */
  async stored(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const part = this.#part(name);
    const bytes = await readPacked(this.#bytes, part);
    return crc32(bytes) === part.crc32 ? bytes : undefined;
  }

  async packed(entry: PartEntry): Promise<Result<Uint8Array<ArrayBuffer>, SnapshotRefusal>> {
    const packed = await readPacked(this.#bytes, this.#part(entry.name));
    if ((await this.#host.sha256(packed)) === entry.packedSha256) return ok(packed);
    return refuse('parts', 'The bytes of a part are not those that were signed.', { part: entry.name });
  }

  async read(entry: PartEntry): Promise<Result<Uint8Array<ArrayBuffer>, SnapshotRefusal>> {
    const packed = await this.packed(entry);
    if (!packed.ok) return packed;
    const content = await this.#inflate(packed.value, entry.size);
    if (!content || crc32(content) !== this.#part(entry.name).crc32 || (await this.#host.sha256(content)) !== entry.sha256)
      return refuse('parts', 'A part does not unpack to the content that was signed.', { part: entry.name });
    return ok(content);
  }

  async #inflate(packed: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const content = await this.#host.inflate(packed, size);
      return content.length === size ? content : undefined;
    } catch {
      return undefined;
    }
  }

  /** @throws RangeError for a part that the file does not have. */
  #part(name: string): ArchivePart {
    const part = this.#parts.get(name);
    if (!part) throw new RangeError(`the snapshot has no part ${name}`);
    return part;
  }
}
