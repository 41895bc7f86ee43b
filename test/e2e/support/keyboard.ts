import type { Page } from '@playwright/test';

/** A keyboard that counts: SCREENS says how many keys a task may take. */
export class Keyboard {
  readonly #page: Page;
  #count = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  /** One keystroke each; a key with its modifiers is one. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.#page.keyboard.press(key);
      this.#count++;
    }
  }

  async type(text: string): Promise<void> {
    await this.press(...text);
  }

  /** How many since the last time one asked. */
  taken(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }
}
