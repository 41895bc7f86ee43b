import { Worker } from 'node:worker_threads';
import { onHeapAbove } from '../runner/connectorHost.ts';
import type { FromSnapshotWorker, SnapshotOrder, ToSnapshotWorker } from './snapshotOrder.ts';

export interface BuildOptions {
  /** The server's signature over exactly these bytes of a manifest. */
  readonly sign: (manifest: Uint8Array) => Promise<Uint8Array>;
  /** @param done 0 to 1 of the build. */
  readonly tell: (what: string, done: number) => void;
  readonly signal: AbortSignal;
}

/** A build that did not get to its end, by a code that says whose fault it is. */
export class BuildFailed extends Error {
  override readonly name = 'BuildFailed';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const WORKER = new URL('./snapshotWorker.ts', import.meta.url);
/** The register of the snapshot is held in memory while it is made: an explosion ends the worker, not the server. */
const HEAP_MEGABYTES = 3_072;
/** As for connectors: V8's own limit would take the whole process with it. */
const HEAP_NEVER_REACHED = 8_192;

/**
 * Replays, derives, packs and signs in a thread of its own, from the working files of the order's folder.
 * @returns how many bytes the result has.
 * @throws BuildFailed, or the signal's reason when it was aborted; the thread has ended in both cases.
 */
export async function buildSnapshot(order: SnapshotOrder, { sign, tell, signal }: BuildOptions): Promise<number> {
  signal.throwIfAborted();
  const worker = new Worker(WORKER, {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_NEVER_REACHED },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdin: false,
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort);
  const stopLooking = onHeapAbove(worker, HEAP_MEGABYTES, () => reject(new BuildFailed('out of memory', 'the register is too large')));
  worker.on('message', (message: FromSnapshotWorker) => {
    if (message.kind === 'progress') tell(message.what, message.done);
    else if (message.kind === 'sign') sign(message.manifest).then((signature) => answer(worker, signature), reject);
    else if (message.kind === 'done') resolve(message.bytes);
    else reject(new BuildFailed(message.code, message.message));
  });
  worker.on('error', (error: unknown) => reject(crashed(error)));
  worker.on('exit', () => reject(new BuildFailed('crashed', 'its thread ended')));
  try {
    return await promise;
  } finally {
    stopLooking();
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  }
}

const answer = (worker: Worker, signature: Uint8Array): void =>
  worker.postMessage({ kind: 'signature', signature } satisfies ToSnapshotWorker);

function crashed(error: unknown): BuildFailed {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return new BuildFailed(code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out of memory' : 'crashed', String(message));
}
