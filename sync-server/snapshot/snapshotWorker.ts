import { parentPort, workerData } from 'node:worker_threads';
import { makeSnapshot } from './makeSnapshot.ts';
import type { FromSnapshotWorker, SnapshotOrder, ToSnapshotWorker } from './snapshotOrder.ts';

/** The thread in which one snapshot is made. It holds no key: what is to be signed goes to the server's thread and comes back. */
const say = (message: FromSnapshotWorker): void => parentPort?.postMessage(message);

function sign(manifest: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve) => {
    parentPort?.once('message', ({ signature }: ToSnapshotWorker) => resolve(signature));
    say({ kind: 'sign', manifest });
  });
}

/** A limit of the format that is passed throws RangeError. */
function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code;
  return error instanceof RangeError && error.message.includes('larger') ? 'too large' : 'crashed';
}

try {
  const bytes = await makeSnapshot(workerData as SnapshotOrder, { sign, tell: (what, done) => say({ kind: 'progress', what, done }) });
  say({ kind: 'done', bytes });
} catch (error) {
  say({ kind: 'failed', code: codeOf(error), message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
