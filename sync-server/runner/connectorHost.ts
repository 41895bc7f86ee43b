import { Worker } from 'node:worker_threads';
import type { Millis } from '../../shared/base/time.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';
import type { SecretQuestion } from '../../shared/wire/keychainMessages.ts';
import type { AskKeychain } from './keychain.ts';
import type { AdmittedMessage, FromWorker, ToWorker, WorkerOrder, WriteRequest } from './workerProtocol.ts';

/** How a worker ended. `problem`: it did not get to its end by itself. */
export interface WorkerEnd {
  readonly outcome: 'done' | 'broken' | 'cancelled';
  readonly problem?: ConnectorProblem;
}

export interface ConnectorRun {
  readonly ended: Promise<WorkerEnd>;
  /** Of a thread for writes: hands over a request as soon as it hears. */
  request(wanted: WriteRequest): Promise<void>;
  /** Asks the connector to stop, and ends its thread if it does not within a second. */
  cancel(): void;
}

const WORKER = new URL('./connectorWorker.ts', import.meta.url);
/** Enough for any listing that arrives in batches; an explosion ends the worker, not the server. */
const HEAP_MEGABYTES = 512;
/**
 * V8's own limit is far above: a thread that runs into that one while it allocates quickly takes the whole process with it, so
 * the heap is looked at from outside.
 */
const HEAP_NEVER_REACHED = 2_048;
const HEAP_LOOK = 100;
const GRACE = 1_000;

const problem = (code: ConnectorProblem['code'], message: string, wayOut: string): ConnectorProblem => ({
  code,
  message,
  retry: true,
  wayOut,
});
const TIMED_OUT = problem('timed out', 'The source did not answer in time', 'Check the source, or raise its setting "timeout".');
const OUT_OF_MEMORY = problem(
  'crashed',
  'The connector needed more memory than it may have',
  'Read less at once: narrow the paths or the scope.',
);
/** The message of an error may quote what was read: only its name is said. */
const crashed = (name: string): ConnectorProblem =>
  problem(
    'crashed',
    `The connector stopped unexpectedly (${name.replace(/[^A-Za-z0-9_ ]/g, '').slice(0, 60)})`,
    'The next run tries again; the log has the details.',
  );

/**
 * One run in a thread of its own (DESIGN 6): a crash, a hang or an explosion of memory is a problem of this run and touches
 * nothing else. `onMessages` takes batches in order; a batch that it takes its time for is acknowledged when it is done.
 */
export function startConnector(
  order: WorkerOrder,
  timeout: Millis,
  onMessages: (messages: readonly AdmittedMessage[]) => void | Promise<void>,
  ask: AskKeychain,
): ConnectorRun {
  const worker = new Worker(WORKER, { workerData: order, resourceLimits: { maxOldGenerationSizeMb: HEAP_NEVER_REACHED }, stdin: false });
  const { promise: ended, resolve } = Promise.withResolvers<WorkerEnd>();
  const { promise: hears, resolve: ready } = Promise.withResolvers<void>();
  let cancelled = false;
  let quiet: NodeJS.Timeout | undefined;
  const finish = (end: WorkerEnd): void => {
    clearTimeout(quiet);
    stopLooking();
    resolve(cancelled ? { outcome: 'cancelled' } : end);
    void worker.terminate();
  };
  const heard = (): void => {
    clearTimeout(quiet);
    quiet = setTimeout(() => finish({ outcome: 'broken', problem: TIMED_OUT }), timeout).unref();
  };
  /** A message that the runner cannot take is this run's problem: thrown from here it would end the server. */
  const finishOnFailure = async (take: () => void | Promise<void>): Promise<void> => {
    try {
      await take();
    } catch (error) {
      finish({ outcome: 'broken', problem: describeCrash(error) });
    }
  };
  worker.on('message', (message: FromWorker) => {
    heard();
    if (message.kind === 'done') finish({ outcome: 'done' });
    else if (message.kind === 'unable') finish({ outcome: 'broken', problem: message.problem });
    else if (message.kind === 'secret wanted') void answer(worker, message, ask);
    else if (message.kind === 'ready to write') ready();
    else if (message.kind === 'planned' || message.kind === 'written') void finishOnFailure(() => onMessages([message]));
    else void finishOnFailure(() => deliver(worker, message.messages, onMessages));
  });
  worker.on('error', (error: unknown) => finish({ outcome: 'broken', problem: describeCrash(error) }));
  worker.on('exit', () => finish({ outcome: 'broken', problem: crashed('its thread ended') }));
  const stopLooking = onHeapAbove(worker, HEAP_MEGABYTES, () => finish({ outcome: 'broken', problem: OUT_OF_MEMORY }));
  heard();
  return {
    ended,
    async request(wanted) {
      await Promise.race([hears, ended]);
      heard();
      worker.postMessage(wanted satisfies ToWorker);
    },
    cancel() {
      cancelled = true;
      worker.postMessage({ kind: 'abort' } satisfies ToWorker);
      setTimeout(() => finish({ outcome: 'cancelled' }), GRACE).unref();
    },
  };
}

/** @returns what ends it. */
export function onHeapAbove(worker: Worker, megabytes: number, exceeded: () => void): () => void {
  const look = async (): Promise<void> => {
    // A thread that has ended has no heap: its end is told by its own events.
    const used = await worker.getHeapStatistics().catch(() => undefined);
    if (used && used.used_heap_size > megabytes * 1_048_576) exceeded();
  };
  const looking = setInterval(() => void look(), HEAP_LOOK).unref();
  return () => clearInterval(looking);
}

/** The worker waits for it: whatever happens to the keychain, it gets an answer. */
async function answer(worker: Worker, { question, name }: SecretQuestion, ask: AskKeychain): Promise<void> {
  const kept = await ask(name);
  const said: ToWorker = kept.ok ? { kind: 'secret', question, value: kept.value } : { kind: 'no secret', question, trouble: kept.error };
  worker.postMessage(said);
}

function deliver(
  worker: Worker,
  messages: readonly AdmittedMessage[],
  onMessages: (messages: readonly AdmittedMessage[]) => void | Promise<void>,
): void | Promise<void> {
  const taken = onMessages(messages);
  return taken ? taken.then(() => acknowledge(worker)) : acknowledge(worker);
}

function acknowledge(worker: Worker): void {
  worker.postMessage({ kind: 'ack' } satisfies ToWorker);
}

function describeCrash(error: unknown): ConnectorProblem {
  if (!(error instanceof Error)) return crashed('unknown');
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? OUT_OF_MEMORY : crashed(error.name);
}
