import type { Json } from '../base/json.ts';

const LONGEST = 64;
const MOST = 20_000;

/** Keeps one copy of short texts that come again and again: device keys, field names, owners, environments. */
export class Interner {
  readonly #texts = new Map<string, string>();

  text<T extends string>(text: T): T {
    if (text.length > LONGEST) return text;
    const known = this.#texts.get(text);
    if (known !== undefined) return known as T;
    if (this.#texts.size < MOST) this.#texts.set(text, text);
    return text;
  }

  value(value: Json | undefined): Json | undefined {
    return typeof value === 'string' ? this.text(value) : value;
  }
}
