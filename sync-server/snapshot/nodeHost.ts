import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { HashHex } from '../../shared/base/hash.ts';
import type { SnapshotBytes, SnapshotHost } from '../../shared/snapshot/contracts.ts';
import { createVerify } from '../core/keys.ts';

/** What Node gives to read and verify a snapshot. @param signal ends the work at its next pause, by rejecting with its reason. */
export function createNodeHost(signal?: AbortSignal): SnapshotHost {
  return {
    sha256,
    inflate,
    verify: createVerify(),
    async breathe() {
      await nextTurn();
      signal?.throwIfAborted();
    },
  };
}

/** What `SnapshotWriter` needs besides a sink. */
export const nodePacking = { sha256, deflate } as const;

async function sha256(bytes: Uint8Array): Promise<HashHex> {
  return createHash('sha256').update(bytes).digest('hex') as HashHex;
}

/** Smaller ones are not allowed. */
const SMALLEST_CHUNK = 64;

/** One chunk takes the whole content and a byte more, so that nothing is copied and the first byte too many is noticed. */
function inflate(packed: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const options = { chunkSize: Math.max(SMALLEST_CHUNK, size + 1), maxOutputLength: Math.max(1, size), info: true };
  return new Promise((resolve, reject) => {
    inflateRaw(packed, options, (error, result) => {
      if (error) return reject(error);
      const { buffer, engine } = result as unknown as { buffer: Buffer<ArrayBuffer>; engine: { bytesWritten: number } };
      if (buffer.length !== size || engine.bytesWritten !== packed.length) return reject(new RangeError('another size than it says'));
      return resolve(new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length));
    });
  });
}

function deflate(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    deflateRaw(bytes, (error, packed) => (error ? reject(error) : resolve(new Uint8Array(packed))));
  });
}

/** A file that stays open until `close()`. */
export interface FileBytes extends SnapshotBytes {
  close(): Promise<void>;
}

/** @throws what the file system says, when there is no such file or it is not readable. */
export async function fileBytes(path: string): Promise<FileBytes> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  return { size, read: (offset, length) => readExactly(handle, offset, length), close: () => handle.close() };
}

async function readExactly(handle: FileHandle, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) throw new RangeError('the file is shorter than it was');
    done += bytesRead;
  }
  return bytes;
}
