import type { Json } from '../base/json.ts';
import { MAY_HOLD_SECRET, SECRET_SHAPES, type SecretShape, WORTH_A_LOOK } from './secretShapes.ts';

/** What replaces a secret. Constant: its length or hash would say something about the value (DESIGN 6). */
export const REDACTED = '[redacted]';
const RANDOM = 'long random string';
/** Published digests: SSH and certificate fingerprints, subresource integrity. Random by nature, public by purpose. */
const PUBLISHED = /^(?:SHA(?:1|256|384|512)[:-]|MD5:)/i;
/** A quarter of the texts of a record are moments, and hold nothing else. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const CANDIDATE = /(?:SHA(?:1|256|384|512)[:-]|MD5:)?[A-Za-z0-9+/_-]{24,}={0,2}/gi;

/** Ids are random where the provider made them so: there, only shapes that are surely secret count. */
export type Strictness = 'text' | 'id';

export interface Redaction {
  readonly text: string;
  /** The kinds that were replaced, never the values. Empty when the text is unchanged. */
  readonly kinds: readonly string[];
}

/** Replaces whatever looks like a secret. Idempotent. */
export function redactText(text: string, strictness: Strictness = 'text'): Redaction {
  if (text.length < 8 || INSTANT.test(text) || !WORTH_A_LOOK.test(text) || !MAY_HOLD_SECRET.test(text)) return { text, kinds: [] };
  const kinds: string[] = [];
  let result = text;
  for (const shape of SECRET_SHAPES) result = replaceShape(result, shape, strictness, kinds);
  if (strictness === 'text') result = replaceRandom(result, kinds);
  return { text: result, kinds: [...new Set(kinds)] };
}

/** @returns the kind of secret that the text seems to hold, or undefined. */
export const looksLikeSecret = (text: string): string | undefined => redactText(text).kinds[0];

function replaceShape(text: string, shape: SecretShape, strictness: Strictness, kinds: string[]): string {
  return text.replace(shape.pattern, (...match: unknown[]) => {
    const whole = match[0] as string;
    const groups = match.at(-1);
    const secret = typeof groups === 'object' && groups !== null ? ((groups as Record<string, string>).secret ?? whole) : whole;
    if (secret === REDACTED || !isBelievable(shape, secret, strictness)) return whole;
    kinds.push(shape.name);
    const at = whole.lastIndexOf(secret);
    return `${whole.slice(0, at)}${REDACTED}${whole.slice(at + secret.length)}`;
  });
}

/** Forty characters of base64 are also a path or a digest: an AWS secret key is those that are random. */
function isBelievable(shape: SecretShape, secret: string, strictness: Strictness): boolean {
  return shape.name !== 'AWS secret access key' || (strictness === 'text' && isRandom(secret));
}

function replaceRandom(text: string, kinds: string[]): string {
  return text.replace(CANDIDATE, (token) => {
    if (PUBLISHED.test(token) || !token.split('/').some((segment) => segment.length >= 24 && isRandom(segment))) return token;
    kinds.push(RANDOM);
    return REDACTED;
  });
}

/**
 * Random base64 or base62, not words, paths, dates, UUIDs or hexadecimal digests: it mixes upper case, lower case and digits
 * in several places, switches between them often, and uses many different characters.
 */
export function isRandom(token: string): boolean {
  if (!/[a-z]/.test(token) || !/[A-Z]/.test(token)) return false;
  const digitRuns = token.match(/\d+/g)?.length ?? 0;
  return digitRuns >= 2 && switches(token) / token.length >= 0.3 && entropy(token) >= 3.7;
}

function classOf(character: string): number {
  if (character >= '0' && character <= '9') return 0;
  if (character >= 'a' && character <= 'z') return 1;
  return character >= 'A' && character <= 'Z' ? 2 : 3;
}

function switches(token: string): number {
  let count = 0;
  for (let index = 1; index < token.length; index++) {
    if (classOf(token[index] ?? '') !== classOf(token[index - 1] ?? '')) count++;
  }
  return count;
}

/** Shannon entropy in bits per character. */
function entropy(token: string): number {
  const counts = new Map<string, number>();
  for (const character of token) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / token.length) * Math.log2(count / token.length);
  return bits;
}

const LONGEST_KNOWN = 64;
const MOST_KNOWN = 50_000;

/** Short texts in which there is no secret: teams, kinds and tags come with nearly every record of a source, and are looked at once. */
export class CleanTexts {
  readonly #texts = new Set<string>();

  has(text: string): boolean {
    return this.#texts.has(text);
  }

  add(text: string): void {
    if (text.length <= LONGEST_KNOWN && this.#texts.size < MOST_KNOWN) this.#texts.add(text);
  }
}

/** Redacts every string of a JSON value, names of members included; what was found is added to `kinds`. */
export function redactJson(value: Json, kinds: Set<string>, strictness: Strictness = 'text', clean?: CleanTexts): Json {
  if (typeof value === 'string') return redacted(value, kinds, strictness, clean);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: Json) => redactJson(item, kinds, strictness, clean));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      redacted(name, kinds, strictness, clean),
      redactJson(member as Json, kinds, strictness, clean),
    ]),
  );
}

function redacted(text: string, kinds: Set<string>, strictness: Strictness, clean: CleanTexts | undefined): string {
  if (clean?.has(text)) return text;
  const result = redactText(text, strictness);
  // What is clean as an id may still be a secret as a text, never the reverse.
  if (strictness === 'text' && result.kinds.length === 0) clean?.add(text);
  for (const kind of result.kinds) kinds.add(kind);
  return result.text;
}
