/** Of so many records a first page is worth looking at; with fewer the whole is there as soon. */
const WORTH_SHOWING = 5_000;

/**
 * How far a start from disk is. Rows can be looked at from the first ones on; what must not be half of the truth (exports,
 * selections, the inbox, edits) waits until all of it is there.
 */
export class Opening {
  #expected = 0;
  #applied = 0;
  #ended = false;
  #showUsable = (): void => undefined;
  #showWhole = (): void => undefined;
  /** Resolves when rows can be looked at. */
  readonly usable = new Promise<void>((resolve) => {
    this.#showUsable = resolve;
  });
  /** Resolves when all that the disk holds is in the register, and when that failed. */
  readonly whole = new Promise<void>((resolve) => {
    this.#showWhole = resolve;
  });

  expect(records: number): void {
    if (!this.#ended) this.#expected += records;
  }

  applied(records: number): void {
    if (this.#ended) return;
    this.#applied += records;
    if (this.#applied >= WORTH_SHOWING) this.#showUsable();
  }

  end(): void {
    this.#ended = true;
    this.#showUsable();
    this.#showWhole();
  }

  /** 0 to 1; undefined once it is over. */
  get progress(): number | undefined {
    if (this.#ended) return undefined;
    return this.#expected === 0 ? 0 : Math.min(1, this.#applied / this.#expected);
  }
}
