import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import type { HashHex } from '../../shared/base/hash.ts';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { toInstant } from '../../shared/base/time.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import type { Core } from '../core/core.ts';
import { freeBytes, RESERVE } from '../snapshot/freeSpace.ts';
import {
  type BackedUpFile,
  type BackupManifest,
  MANIFEST,
  manifestBytes,
  manifestMessage,
  OPTIONAL,
  REQUIRED,
  SIGNATURE,
  STORE,
} from './backupFormat.ts';

export interface BackupOptions {
  readonly core: Core;
  readonly data: string;
  /** Copies the store as it is at one moment, while commits go on. */
  readonly copyStore: (path: string) => Promise<void>;
  readonly software: string;
}

export interface BackupMade {
  readonly path: string;
  readonly bytes: number;
  /** The last place of the ledger that is in it. */
  readonly place: number;
}

const failure = (message: string, wayOut: string): Result<never, ApiError> => err({ code: 'refused', message, wayOut, retry: false });

/**
 * Writes one file with everything that the space is, keys included: whole and on disk under its name, or not at all. The server goes on
 * meanwhile.
 */
export async function writeBackup(options: BackupOptions, output: string): Promise<Result<BackupMade, ApiError>> {
  const id = randomBytes(8).toString('hex');
  const [copy, partial] = [join(options.data, `store-copy-${id}.sqlite`), `${output}.${id}.partial`];
  try {
    if (await isCrowded(options.data))
      return failure('There is not enough room on the disk of the data directory for a copy of the store.', 'Make room there.');
    const made = await write(options, copy, partial, output);
    await rename(partial, output);
    return ok(made);
  } catch (error) {
    return failure(
      `The backup could not be written: ${reasonOf(error)}.`,
      'Choose another --output, or make room. The register itself is not touched.',
    );
  } finally {
    for (const path of [copy, partial]) await rm(path, { force: true }).catch(() => undefined);
  }
}

async function isCrowded(data: string): Promise<boolean> {
  const free = await freeBytes(data);
  return free !== undefined && free < (await stat(join(data, STORE))).size + RESERVE;
}

async function write({ core, data, copyStore, software }: BackupOptions, copy: string, partial: string, path: string): Promise<BackupMade> {
  // What is on disk before the copy begins is in it: more may be, and is cut off when it is restored.
  const { place, epoch, root } = core.seenNow();
  await copyStore(copy);
  const archive = pack();
  const written = pipeline(archive, createWriteStream(partial, { mode: 0o600, flush: true }));
  const files: BackedUpFile[] = [];
  for (const [name, from] of await filesOf(data, copy)) files.push(await add(archive, name, from));
  const said: BackupManifest = {
    ...{ format: 'muster-backup', v: 1, space: core.space, serverKey: core.serverKey },
    ...{ epoch, place, root, created: toInstant(core.now()), software, files },
  };
  const manifest = manifestBytes(said);
  archive.entry({ name: MANIFEST, mode: 0o600 }, Buffer.from(manifest));
  archive.entry({ name: SIGNATURE, mode: 0o600 }, Buffer.from(await core.signServerWord(manifestMessage(manifest))));
  archive.finalize();
  await written;
  return { path, bytes: (await stat(partial)).size, place };
}

/** Names in the backup and where each is read from. */
async function filesOf(data: string, copy: string): Promise<(readonly [string, string])[]> {
  const uploads = await readdir(join(data, 'uploads')).catch(() => []);
  const there = await Promise.all(
    [...OPTIONAL, ...uploads.map((name) => `uploads/${name}`)].map(async (name) => ((await isFile(join(data, name))) ? [name] : [])),
  );
  return [...REQUIRED, ...there.flat()].map((name) => [name, name === STORE ? copy : join(data, name)] as const);
}

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() === true;

/** Streams a file into the archive, and says what went in. */
async function add(archive: Pack, name: string, from: string): Promise<BackedUpFile> {
  const { size } = await stat(from);
  const hash = createHash('sha256');
  const entry = archive.entry({ name, size, mode: 0o600 });
  await pipeline(
    createReadStream(from, { end: Math.max(0, size - 1) }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    entry,
  );
  return { name, size, sha256: hash.digest('hex') as HashHex };
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'this user may not write there';
  return code === 'ENOENT' ? 'its folder does not exist' : (message ?? 'unknown');
}
