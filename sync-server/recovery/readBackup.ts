import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { err, ok, type Result } from '../../shared/base/result.ts';
import type { Verify } from '../../shared/base/signature.ts';
import { type BackupManifest, backupManifest, isBackedUp, LARGEST_MANIFEST, MANIFEST, manifestMessage, SIGNATURE } from './backupFormat.ts';

interface Unpacked {
  readonly files: Map<string, { readonly size: number; readonly sha256: string }>;
  manifest: Buffer | undefined;
  signature: Buffer | undefined;
}

/**
 * Unpacks a backup into a directory and believes nothing of it: names that are no part of a backup end it before anything is written
 * under them, and what was written is compared with what was signed. @returns in one line what is wrong.
 */
export async function readBackup(file: string, into: string, verify: Verify): Promise<Result<BackupManifest, string>> {
  const unpacked: Unpacked = { files: new Map(), manifest: undefined, signature: undefined };
  try {
    await unpack(file, into, unpacked);
  } catch (error) {
    return err(error instanceof BackupRefused ? error.message : 'The file is no backup of Muster, or it is damaged');
  }
  return signedManifest(unpacked, verify);
}

class BackupRefused extends Error {
  override readonly name = 'BackupRefused';
}

async function unpack(file: string, into: string, unpacked: Unpacked): Promise<void> {
  const archive = extract();
  const reading = pipeline(createReadStream(file), archive);
  reading.catch(() => undefined);
  for await (const entry of archive) {
    const { name, type, size = 0 } = entry.header;
    const isNamed = name === MANIFEST || name === SIGNATURE || isBackedUp(name);
    if (!isNamed || type !== 'file' || unpacked.files.has(name))
      throw new BackupRefused('The file holds something that is no part of a backup');
    if (name === MANIFEST || name === SIGNATURE) {
      if (size > LARGEST_MANIFEST) throw new BackupRefused('The list of what the backup holds is too large');
      const bytes = await bytesOf(entry as AsyncIterable<Uint8Array>);
      if (name === MANIFEST) unpacked.manifest = bytes;
      else unpacked.signature = bytes;
    } else unpacked.files.set(name, await writeFile(entry as AsyncIterable<Uint8Array>, join(into, name)));
  }
  await reading;
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

async function writeFile(chunks: AsyncIterable<Uint8Array>, path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  await pipeline(
    chunks,
    async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(path, { mode: 0o600, flush: true, flags: 'wx' }),
  );
  return { size, sha256: hash.digest('hex') };
}

async function signedManifest({ files, manifest, signature }: Unpacked, verify: Verify): Promise<Result<BackupManifest, string>> {
  const parsed = backupManifest.safeParse(manifest && parsedJson(manifest));
  if (!manifest || !signature || !parsed.success) return err('The file is no backup of Muster, or it ends too early');
  const isSigned = await verify(parsed.data.serverKey, manifestMessage(manifest), new Uint8Array(signature));
  if (!isSigned) return err('The list of what the backup holds is not signed by the server that it names');
  const listed = new Map(parsed.data.files.map((file) => [file.name, file]));
  const wrong = [...new Set([...listed.keys(), ...files.keys()])].find((name) => {
    const [said, found] = [listed.get(name), files.get(name)];
    return said?.size !== found?.size || said?.sha256 !== found?.sha256;
  });
  return wrong === undefined ? ok(parsed.data) : err(`${wrong} in the backup is not what was backed up`);
}

function parsedJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
