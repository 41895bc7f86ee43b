/** So many items go in before the clock is looked at. */
const PORTION = 200;
/** Longest stretch in milliseconds before the worker answers questions again. */
const STRETCH = 20;

/** A turn of the event loop. Browsers make a timer that follows a timer wait 4 ms, which a load of many stretches would add up. */
function breathe(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/**
 * Applies what arrives in order. A small change is applied at once; a large one in slices between which the worker answers,
 * so that a cold start never freezes the page's questions.
 */
export class SlicedFeed<T> {
  readonly #apply: (items: readonly T[]) => void;
  #waiting: T[] = [];
  #running: Promise<void> | undefined;

  constructor(apply: (items: readonly T[]) => void) {
    this.#apply = apply;
  }

  push(items: readonly T[]): void {
    for (const item of items) this.#waiting.push(item);
    if (!this.#running) this.#continue();
  }

  #continue(): void {
    this.#stretch();
    if (this.#waiting.length === 0) return;
    this.#running = breathe().then(() => {
      this.#running = undefined;
      this.#continue();
    });
  }

  #stretch(): void {
    const end = performance.now() + STRETCH;
    let from = 0;
    try {
      while (from < this.#waiting.length && (from === 0 || performance.now() < end)) {
        const portion = this.#waiting.slice(from, from + PORTION);
        from += portion.length;
        this.#apply(portion);
      }
    } finally {
      this.#waiting = from === this.#waiting.length ? [] : this.#waiting.slice(from);
    }
  }

  /** Resolves once everything that was pushed is applied. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  stop(): void {
    this.#waiting = [];
  }
}
