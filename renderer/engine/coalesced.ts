/** However long a burst goes on, this often it is announced, in milliseconds. */
const LONGEST = 500;

/**
 * Many changes, one announcement: at most one in `pause` milliseconds, at once when asked. A burst of the network must not
 * make every page ask again for every entry in it; while one goes on (a first load of 100,000 records) the pauses grow, since
 * what is asked again and again is all of them.
 */
export class Coalesced {
  readonly #announce: () => void;
  readonly #pause: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait: number;
  #announced = Number.NEGATIVE_INFINITY;

  constructor(announce: () => void, pause: number) {
    this.#announce = announce;
    this.#pause = pause;
    this.#wait = pause;
  }

  soon(): void {
    if (this.#timer !== undefined) return;
    const goesOn = performance.now() - this.#announced < this.#wait;
    this.#wait = goesOn ? Math.min(2 * this.#wait, LONGEST) : this.#pause;
    this.#timer = setTimeout(() => this.now(), this.#wait);
  }

  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#announced = performance.now();
    this.#announce();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
