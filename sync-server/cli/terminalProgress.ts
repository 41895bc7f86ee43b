import type { WriteStream } from 'node:tty';
import { visibleText } from '../../shared/base/text.ts';

/** One line that is written over again and again, where somebody watches; nothing where the output is a file or a pipe. */
export class TerminalProgress {
  readonly #out: Pick<WriteStream, 'write' | 'isTTY'>;
  #shown = '';

  constructor(out: Pick<WriteStream, 'write' | 'isTTY'>) {
    this.#out = out;
  }

  /** Somebody sits before it. */
  get isWatched(): boolean {
    return this.#out.isTTY;
  }

  /** @param done 0 to 1; left out where it is not known. */
  show(what: string, done?: number): void {
    const share = done === undefined ? '' : ` ${Math.floor(done * 100)} %`;
    const line = `${visibleText(what, 100)} …${share}`;
    if (!this.#out.isTTY || line === this.#shown) return;
    this.#out.write(`\r${line.padEnd(this.#shown.length)}`);
    this.#shown = line;
  }

  clear(): void {
    if (this.#shown !== '') this.#out.write(`\r${' '.repeat(this.#shown.length)}\r`);
    this.#shown = '';
  }
}
