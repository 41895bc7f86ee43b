import { toHex } from '../../../shared/base/bytes.ts';
import type { HashHex } from '../../../shared/base/hash.ts';
import type { SnapshotFile } from '../../../shared/bridge/snapshot.ts';
import type { SnapshotBytes, SnapshotHost } from '../../../shared/snapshot/contracts.ts';
import { webVerify } from '../../engine/deviceKey.ts';

/** What a worker of a browser gives to read and verify a snapshot. @param signal ends the work at its next pause, by rejecting with its reason. */
export function browserHost(subtle: SubtleCrypto, signal?: AbortSignal): SnapshotHost {
  return {
    sha256: async (bytes) => toHex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))) as HashHex,
    inflate,
    verify: webVerify(subtle),
    breathe: async () => {
      await nextTurn();
      signal?.throwIfAborted();
    },
  };
}

/** Lets the messages that wait be answered. Not a timer: browsers make those wait ever longer. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** The browser's own inflater, stopped at the first byte too many; bytes after the end of the stream are an error of its own. */
async function inflate(packed: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  const whole = new Uint8Array(size);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.length > size) {
      reader.cancel().catch(() => undefined);
      throw new RangeError('another size than it says');
    }
    whole.set(value, at);
    at += value.length;
  }
  if (at !== size) throw new RangeError('another size than it says');
  return whole;
}

/** A picked file, read slice by slice: it is never in memory whole. */
export const blobBytes = (file: SnapshotFile): SnapshotBytes => ({
  size: file.size,
  read: async (offset, length) => {
    if (offset < 0 || offset + length > file.size) throw new RangeError('the file is shorter');
    return new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
  },
});
