import type { SnapshotBytes } from './contracts.ts';

/** A file that is in memory whole. */
export const memoryBytes = (bytes: Uint8Array): SnapshotBytes => ({
  size: bytes.length,
  async read(offset, length) {
    if (offset < 0 || offset + length > bytes.length) throw new RangeError('the file is shorter');
    return bytes.slice(offset, offset + length) as Uint8Array<ArrayBuffer>;
  },
});
