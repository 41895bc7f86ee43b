import { err, type Result } from '../../shared/base/result.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';
import type { PlannedWrite, WriteOutcome, WriteWish } from '../connectors/writeBack.ts';
import { type ConnectorRun, startConnector } from './connectorHost.ts';
import type { AskKeychain } from './keychain.ts';
import type { ConfiguredSource } from './settings.ts';
import type { WriteAnswer, WriteRequest } from './workerProtocol.ts';

/** How a connector's thread is reached. */
export interface WriteSurroundings {
  readonly uploads: string;
  readonly ask: AskKeychain;
}

const SILENT: ConnectorProblem = { code: 'crashed', message: 'The connector ended without an answer', retry: true };

interface OpenThread {
  readonly run: ConnectorRun;
  answer: ((answer: WriteAnswer) => void) | undefined;
}

/**
 * Plans and sends in a thread of the connector's own, as many writes as there are: to start one costs more than a write. A thread that
 * ended before its answer is replaced at the next request. One request at a time.
 */
export class WriteThread {
  readonly #configured: ConfiguredSource;
  readonly #around: WriteSurroundings;
  #open: OpenThread | undefined;

  constructor(configured: ConfiguredSource, around: WriteSurroundings) {
    this.#configured = configured;
    this.#around = around;
  }

  /** What exactly would be sent. Sends nothing. */
  async plan(wish: WriteWish): Promise<Result<PlannedWrite, ConnectorProblem>> {
    const { answer, problem } = await this.#ask({ kind: 'plan write', wish });
    return answer?.kind === 'planned' ? answer.planned : err(problem ?? SILENT);
  }

  /** Sends exactly this. A thread that ended without an answer may have sent it: that is unknown, never refused. */
  async write(planned: PlannedWrite): Promise<WriteOutcome> {
    const { answer, problem } = await this.#ask({ kind: 'write', planned });
    return answer?.kind === 'written' ? answer.outcome : { kind: 'unknown', problem: problem ?? SILENT };
  }

  end(): void {
    void this.#open?.run.request({ kind: 'end writes' });
    this.#open = undefined;
  }

  async #ask(request: WriteRequest): Promise<{ readonly answer?: WriteAnswer; readonly problem?: ConnectorProblem | undefined }> {
    const thread = this.#thread();
    const answered = new Promise<WriteAnswer>((resolve) => {
      thread.answer = resolve;
    });
    void thread.run.request(request);
    const first = await Promise.race([answered, thread.run.ended]);
    if ('kind' in first) return { answer: first };
    if (this.#open === thread) this.#open = undefined;
    return { problem: first.problem };
  }

  #thread(): OpenThread {
    if (this.#open) return this.#open;
    const { registered, own, timeout, settings } = this.#configured;
    const { uploads, ask } = this.#around;
    const order = {
      module: registered.module,
      settings: own,
      network: settings.network,
      cursor: undefined,
      uploads,
      mode: 'read',
      writes: true,
    } as const;
    const run = startConnector(
      order,
      timeout,
      (messages) => {
        for (const message of messages) if (message.kind === 'planned' || message.kind === 'written') thread.answer?.(message);
      },
      ask,
    );
    const thread: OpenThread = { run, answer: undefined };
    this.#open = thread;
    return thread;
  }
}
