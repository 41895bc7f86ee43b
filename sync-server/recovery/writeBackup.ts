import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
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
  /** 0 to 1, by bytes. */
  readonly onProgress?: (done: number) => void;
}

export interface BackupMade {
  readonly path: string;
  readonly bytes: number;
  /** The last place of the ledger that is in it. */
  readonly place: number;
}

const failure = (message: string, wayOut: string, code = 'refused'): Result<never, ApiError> =>
  err({ code, message, wayOut, retry: false });

/**
 * Writes one file with everything that the space is, keys included: whole and on disk under its name, or not at all. The server goes on
 * meanwhile.
 */
export async function writeBackup(options: BackupOptions, output: string): Promise<Result<BackupMade, ApiError>> {
  const id = randomBytes(8).toString('hex');
  const [copy, partial] = [join(options.data, `store-copy-${id}.sqlite`), `${output}.${id}.partial`];
  try {
    if (await isInside(output, options.data))
      return failure(
        'The backup would lie inside the data directory, and be lost with it.',
        'Name a file elsewhere with --output, best on another disk.',
        'bad request',
      );
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

/** Links are followed: what counts is where the bytes would be. */
async function isInside(output: string, data: string): Promise<boolean> {
  const [folder, directory] = await Promise.all([realpath(dirname(output)), realpath(data)]);
  return folder === directory || folder.startsWith(`${directory}${sep}`);
}

async function isCrowded(data: string): Promise<boolean> {
  const free = await freeBytes(data);
  return free !== undefined && free < (await stat(join(data, STORE))).size + RESERVE;
}

async function write(
  { core, data, copyStore, software, onProgress = () => undefined }: BackupOptions,
  copy: string,
  partial: string,
  path: string,
): Promise<BackupMade> {
  // What is on disk before the copy begins is in it: more may be, and is cut off when it is restored.
  const { place, epoch, root } = core.seenNow();
  const sources = await filesOf(data, copy);
  const progress = await BackupProgress.of(sources, join(data, STORE), onProgress);
  await progress.watching(copy, copyStore(copy));
  const archive = pack();
  const written = pipeline(archive, createWriteStream(partial, { mode: 0o600, flush: true }));
  const files: BackedUpFile[] = [];
  for (const [name, from] of sources) files.push(await add(archive, name, from, (bytes) => progress.add(bytes)));
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

/** How often the copy of the store is looked at, in milliseconds. */
const LOOK_EVERY = 200;

/** Counts bytes: the store is written twice, into its copy and into the archive, and everything else once. */
class BackupProgress {
  private readonly tell: (done: number) => void;
  private readonly total: number;
  private written = 0;

  private constructor(total: number, tell: (done: number) => void) {
    this.total = total;
    this.tell = tell;
  }

  static async of(files: readonly (readonly [name: string, from: string])[], store: string, tell: (done: number) => void) {
    const sizes = await Promise.all(
      [store, ...files.map(([name, from]) => (name === STORE ? store : from))].map(async (path) => (await stat(path)).size),
    );
    return new BackupProgress(
      Math.max(
        1,
        sizes.reduce((sum, size) => sum + size, 0),
      ),
      tell,
    );
  }

  add(bytes: number): void {
    this.written += bytes;
    this.say(0);
  }

  /** While something else writes a file. */
  async watching(path: string, work: Promise<void>): Promise<void> {
    const timer = setInterval(() => void sizeOf(path).then((size) => this.say(size)), LOOK_EVERY);
    await work.finally(() => clearInterval(timer));
    this.add(await sizeOf(path));
  }

  /** What grew meanwhile is not in the total: it never says more than all. */
  private say(besides: number): void {
    this.tell(Math.min(1, (this.written + besides) / this.total));
  }
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0;

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
async function add(archive: Pack, name: string, from: string, onBytes: (bytes: number) => void): Promise<BackedUpFile> {
  const { size } = await stat(from);
  const hash = createHash('sha256');
  const entry = archive.entry({ name, size, mode: 0o600 });
  await pipeline(
    createReadStream(from, { end: Math.max(0, size - 1) }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        onBytes(chunk.length);
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
