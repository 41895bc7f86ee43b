import { byName } from './order.ts';
import type { Projected } from './projected.ts';
import { containing, isWordIn, sharedTexts } from './word.ts';

/** Few enough that a hundred changes make few rows again; many enough that a scan is one of long texts. */
const ROWS_A_CHUNK = 128;
/** Between the texts of a row, and between rows: a word that holds it is looked for row by row. */
const BETWEEN = '\n';
/** Lower-cased they become ASCII letters, which a search that folds ASCII alone must not find. */
const ODD = /[\u0130\u212a]/;
const FORGET = 10_000;

/** Neighbours by name, with all that a word is looked for in. */
interface Chunk {
  readonly rows: readonly Projected[];
  /** Their names and purposes, lower-cased and joined; undefined where that would find too much. */
  readonly text: string | undefined;
  /** Where the text of each row begins, and where the last one ends. */
  readonly starts: Uint32Array;
  /** The numbers of the texts that rows have in common, row after row. */
  readonly shared: Uint16Array | Uint32Array;
  /** Where the numbers of each row begin, and where the last ones end. */
  readonly sharedStarts: Uint16Array | Uint32Array;
}

/**
 * The rows of a population as few large texts, so that a word costs a scan of them and not a visit to every row. It is cut
 * into chunks of neighbours: what changed since the last search makes its own chunk again and leaves the others.
 */
export class Haystack {
  private readonly rowsAChunk: number;
  private chunks: Chunk[] = [];
  private texts = new Map<string, number>();
  private textsAtStart = 0;
  private rowCount = 0;

  constructor(rowsAChunk = ROWS_A_CHUNK) {
    this.rowsAChunk = rowsAChunk;
  }

  /** What it holds: texts that rows have in common are kept a while after the last row that had them. */
  get size(): { readonly rows: number; readonly texts: number } {
    return { rows: this.rowCount, texts: this.texts.size };
  }

  /** @returns for each row of the population, 1 where the word is found. `rows` come by name, none twice. */
  find(word: string, rows: readonly Projected[]): Uint8Array {
    this.follow(rows);
    const found = new Uint8Array(rows.length);
    const whole = isWordIn(word);
    const contains = containing(word);
    const fits = Uint8Array.from(this.texts.keys(), (text) => Number(contains(text)));
    const isShared = fits.includes(1);
    let from = 0;
    for (const chunk of this.chunks) {
      const part = found.subarray(from, from + chunk.rows.length);
      if (chunk.text === undefined || word.includes(BETWEEN)) markRows(chunk, whole, part);
      else {
        markText(chunk.text, chunk.starts, word, part);
        if (isShared) markShared(chunk, fits, part);
      }
      from += chunk.rows.length;
    }
    return found;
  }

  /** Whether a search would have to make most of it first. */
  isBehind(rows: readonly Projected[]): boolean {
    return Math.abs(rows.length - this.rowCount) > rows.length / 4;
  }

  follow(rows: readonly Projected[]): void {
    if (this.texts.size > 2 * this.textsAtStart + FORGET) this.forget();
    const before = this.chunks;
    this.chunks = [];
    let from = 0;
    before.forEach((chunk, index) => {
      const next = before[index + 1]?.rows[0];
      if (isUnchanged(chunk, next, rows, from)) {
        this.chunks.push(chunk);
        from += chunk.rows.length;
      } else {
        const end = next ? placeOf(next, rows, from) : rows.length;
        this.makeChunks(rows, from, end);
        from = end;
      }
    });
    this.makeChunks(rows, from, rows.length);
    if (before.length === 0) this.textsAtStart = this.texts.size;
    this.rowCount = rows.length;
  }

  private forget(): void {
    this.chunks = [];
    this.texts = new Map();
  }

  private makeChunks(rows: readonly Projected[], from: number, end: number): void {
    const length = end - from;
    const count = length > 0 && length <= 2 * this.rowsAChunk ? 1 : Math.ceil(length / this.rowsAChunk);
    const start = (part: number): number => from + Math.floor((length * part) / count);
    for (let part = 0; part < count; part++) this.chunks.push(this.chunkOf(rows.slice(start(part), start(part + 1))));
  }

  private chunkOf(rows: readonly Projected[]): Chunk {
    const starts = new Uint32Array(rows.length + 1);
    const sharedStarts = new Uint32Array(rows.length + 1);
    const texts: string[] = [];
    const shared: number[] = [];
    const number = (text: string | undefined): void => {
      if (text !== undefined) shared.push(this.numberOf(text));
    };
    let odd = false;
    rows.forEach((projected, index) => {
      const own = ownText(projected);
      odd ||= ODD.test(own);
      const text = own.toLowerCase() + BETWEEN;
      texts.push(text);
      starts[index + 1] = (starts[index] as number) + text.length;
      sharedTexts(projected, number);
      sharedStarts[index + 1] = shared.length;
    });
    return {
      rows,
      text: odd ? undefined : texts.join(''),
      starts,
      shared: narrow(shared, this.texts.size),
      sharedStarts: narrow(sharedStarts, shared.length + 1),
    };
  }

  private numberOf(text: string): number {
    let number = this.texts.get(text);
    if (number === undefined) {
      number = this.texts.size;
      this.texts.set(text, number);
    }
    return number;
  }
}

const narrow = (numbers: ArrayLike<number>, below: number): Uint16Array | Uint32Array =>
  below <= 65_536 ? Uint16Array.from(numbers) : Uint32Array.from(numbers);

function ownText({ row, names, sortName }: Projected): string {
  let text = row.name === names[0] ? '' : sortName;
  for (const name of names) text += BETWEEN + name;
  return row.purpose === undefined ? text : text + BETWEEN + row.purpose;
}

function isUnchanged(chunk: Chunk, next: Projected | undefined, rows: readonly Projected[], from: number): boolean {
  if (rows[from + chunk.rows.length] !== next) return false;
  return chunk.rows.every((row, index) => rows[from + index] === row);
}

/** The first place from `low` on that does not come before the row. */
function placeOf(row: Projected, rows: readonly Projected[], from: number): number {
  let low = from;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byName(rows[middle] as Projected, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function markRows({ rows }: Chunk, fits: (row: Projected) => boolean, found: Uint8Array): void {
  rows.forEach((row, index) => {
    if (fits(row)) found[index] = 1;
  });
}

/** One hit is enough for a row: the search goes on where the next row begins. */
function markText(text: string, starts: Uint32Array, word: string, found: Uint8Array): void {
  let row = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, starts[row])) {
    while ((starts[row + 1] as number) <= at) row++;
    found[row] = 1;
    row++;
    if (row >= found.length) return;
  }
}

function markShared({ shared, sharedStarts }: Chunk, fits: Uint8Array, found: Uint8Array): void {
  let at = 0;
  for (let row = 0; row < found.length; row++) {
    const end = sharedStarts[row + 1] as number;
    for (; at < end; at++) if (fits[shared[at] as number] === 1) found[row] = 1;
  }
}
