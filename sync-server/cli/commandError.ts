/** A failure that the person at the terminal can do something about: one line on standard error, and an exit code. */
export class CommandError extends Error {
  readonly exitCode: 1 | 2;
  readonly wayOut: string | undefined;

  constructor(message: string, options: { exitCode?: 1 | 2; wayOut?: string | undefined } = {}) {
    super(message);
    this.exitCode = options.exitCode ?? 2;
    this.wayOut = options.wayOut;
  }
}

/** Ends a line, moves a cursor, or turns the direction of what follows. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** One line, without control characters: an error may quote what someone typed. */
export function errorLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const wayOut = error instanceof CommandError && error.wayOut !== undefined ? ` ${error.wayOut}` : '';
  return `muster: ${message}${wayOut}`.replace(UNSEEN, ' ').slice(0, 1_000);
}
