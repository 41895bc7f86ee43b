import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SnapshotRefusal } from '../../../shared/snapshot/contracts.ts';

/** A range of the file that is asked about, or other bytes in base64. */
export type Piece = readonly [from: number, to: number] | string;

export interface Question {
  readonly file: string;
  readonly pieces?: readonly Piece[];
  /** An older file that the first must only add to. */
  readonly after?: string;
  readonly key?: string;
}

/** What a verifier says, so that two can be compared: the message is each one's own. */
export type Said = Omit<SnapshotRefusal, 'message'> | 'sound';

export interface Answer {
  readonly said: Said;
  /** CPU of the process, for this question. */
  readonly seconds: number;
  /** The most bytes that the process ever held. */
  readonly peak: number;
}

export function saidBy(refusal: SnapshotRefusal | undefined): Said {
  if (!refusal) return 'sound';
  const { message: _message, ...where } = refusal;
  return where;
}

const DRIVER = fileURLToPath(new URL('../../verifier/run_mutations.py', import.meta.url));

/** A process that answers one question after another. It is the test's to close. */
export class VerifierProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  #problem = '';

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, [...args], { stdio: 'pipe' });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#waiting.shift()?.resolve(answerOf(line)));
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#problem += chunk.toString();
    });
    this.#child.on('error', (error) => this.#fail(error));
    this.#child.on('close', () => this.#fail(new Error(`the verifier ended: ${this.#problem.slice(-2_000)}`)));
  }

  static python(path: string): VerifierProcess {
    return new VerifierProcess(path, ['-B', DRIVER]);
  }

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin.end();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await closed;
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

function answerOf(line: string): Answer {
  const { ok, message: _message, seconds, peak, ...where } = JSON.parse(line) as Answer & { ok?: boolean; message?: string };
  return { said: ok ? 'sound' : (where as unknown as Said), seconds, peak };
}
