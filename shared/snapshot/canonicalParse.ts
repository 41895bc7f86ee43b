import { fromUtf8 } from '../base/bytes.ts';
import { compareCodeUnits } from '../base/json.ts';

/** Deeper than anything that a snapshot holds; without a bound a hostile text would exhaust the stack. */
const DEEPEST = 64;
/** Commas and brackets: with that many values a text costs some hundred megabytes to parse. */
const MOST_SEPARATORS = 2_000_000;
/** Bytes between two quotation marks. */
const LONGEST_STRING = 1_024 * 1_024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export interface CanonicalText {
  readonly text: string;
  readonly value: unknown;
}

/**
 * Parses foreign bytes that must be canonical JSON (RFC 8785) in their one spelling. Depth and width are judged before anything is
 * built of them. @returns undefined when they are not.
 */
export function parseCanonical(bytes: Uint8Array): CanonicalText | undefined {
  if (!isBounded(bytes)) return undefined;
  try {
    const text = fromUtf8(bytes);
    const value: unknown = JSON.parse(text);
    return isCanonical(text, value) ? { text, value } : undefined;
  } catch {
    return undefined;
  }
}

/** Above this many code units a second text costs more memory than the comparison piece by piece costs time. */
const LARGE = 1_024 * 1_024;

/**
 * The host writes JSON as RFC 8785 does, except for the order of members and for lone surrogates. Where neither can differ, which is
 * nearly always, its text is compared: that is quickest.
 */
function isCanonical(text: string, value: unknown): boolean {
  if (text.length < LARGE && !text.includes('\\ud') && isSorted(value)) return JSON.stringify(value) === text;
  return new CanonicalReading(text).isOf(value);
}

/** Whether the members of every object are in the order of their code units, as the object gives them. */
function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  const members = Object.entries(value);
  return members.every(([key, member], index) => (members[index - 1]?.[0] ?? '') <= key && isSorted(member));
}

/** Compares a value with its text piece by piece, so that no second text is built of a large one. */
class CanonicalReading {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether the text is the canonical form of the value, and nothing else. */
  isOf(value: unknown): boolean {
    return this.#takesValue(value) && this.#at === this.#text.length;
  }

  #takesValue(value: unknown): boolean {
    if (Array.isArray(value)) return this.#takes('[') && value.every((item, index) => this.#takesItem(item, index)) && this.#takes(']');
    if (typeof value === 'object' && value !== null) return this.#takesObject(value as Record<string, unknown>);
    if (typeof value === 'string') return this.#takesString(value);
    // Numbers as ECMAScript writes them, as RFC 8785 asks. One that is not finite is written as null, which is another text.
    return this.#takes(JSON.stringify(value));
  }

  #takesObject(object: Record<string, unknown>): boolean {
    const keys = Object.keys(object).sort(compareCodeUnits);
    return this.#takes('{') && keys.every((key, index) => this.#takesMember(key, object[key], index)) && this.#takes('}');
  }

  #takesMember(key: string, value: unknown, index: number): boolean {
    return (index === 0 || this.#takes(',')) && this.#takesString(key) && this.#takes(':') && this.#takesValue(value);
  }

  #takesItem(value: unknown, index: number): boolean {
    return (index === 0 || this.#takes(',')) && this.#takesValue(value);
  }

  #takesString(value: string): boolean {
    return value.isWellFormed() && this.#takes(JSON.stringify(value));
  }

  #takes(piece: string): boolean {
    if (!this.#text.startsWith(piece, this.#at)) return false;
    this.#at += piece.length;
    return true;
  }
}

/** One pass over the bytes: brackets within strings do not nest. */
function isBounded(bytes: Uint8Array): boolean {
  let depth = 0;
  let separators = 0;
  let inString = false;
  let start = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === COMMA || byte === OPEN_LIST || byte === OPEN_OBJECT) separators++;
    if (inString) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) inString = false;
      if (index - start > LONGEST_STRING + 1) return false;
    } else if (byte === QUOTE) [inString, start] = [true, index];
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
    if (depth > DEEPEST || separators > MOST_SEPARATORS) return false;
  }
  return true;
}
