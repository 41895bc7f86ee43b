import { fromUtf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';

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

/**
 * The host writes JSON as RFC 8785 does, except for the order of members and for lone surrogates. So its text is compared where
 * neither can differ, which takes a fraction of the time and memory.
 */
function isCanonical(text: string, value: unknown): boolean {
  if (text.includes('\\ud') || !isSorted(value)) return canonicalJson(value) === text;
  return JSON.stringify(value) === text;
}

/** Whether the members of every object are in the order of their code units, as an object gives them. */
function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  const members = Object.entries(value);
  return members.every(([key, member], index) => (members[index - 1]?.[0] ?? '') <= key && isSorted(member));
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
