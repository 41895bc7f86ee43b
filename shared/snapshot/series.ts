import { concatBytes } from '../base/bytes.ts';
import { PART_BYTES, type Series, seriesPart } from './format.ts';
import type { DerivedPart } from './replayed.ts';

/**
 * Collects lines or frames and gives them as numbered parts. A part ends as soon as it holds `PART_BYTES` or more, so that the same
 * pieces always give the same parts.
 */
export class SeriesParts {
  readonly #series: Series;
  #number = 0;
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(series: Series) {
    this.#series = series;
  }

  /** @param piece one whole line with its line feed, or one whole frame. @returns the part that it fills, if it fills one. */
  add(piece: Uint8Array): DerivedPart | undefined {
    this.#pieces.push(piece);
    this.#length += piece.length;
    return this.#length >= PART_BYTES ? this.#take() : undefined;
  }

  /** @returns what is left, if anything is. */
  end(): DerivedPart | undefined {
    return this.#length > 0 ? this.#take() : undefined;
  }

  #take(): DerivedPart {
    const bytes = concatBytes(...this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return { name: seriesPart(this.#series, ++this.#number), bytes };
  }
}
