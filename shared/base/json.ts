/** Plain JSON. Integers above 2^53 travel as strings (DESIGN 13). */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Sorting is by UTF-16 code unit everywhere: `localeCompare` differs between Node and Chromium. */
export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code unit, no white space,
 * numbers and strings as ECMAScript serialises them. `undefined` members are left out, as JSON does.
 * @throws TypeError on NaN, an infinity, or a lone surrogate: neither has a canonical form.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('canonical JSON has no form for a number that is not finite');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item === undefined ? null : item)).join(',')}]`;
  if (typeof value === 'object') return canonicalObject(value as Record<string, unknown>);
  throw new TypeError(`canonical JSON has no form for a ${typeof value}`);
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('canonical JSON has no form for a lone surrogate');
  return JSON.stringify(text);
}

function canonicalObject(object: Record<string, unknown>): string {
  const members: string[] = [];
  for (const key of Object.keys(object).sort(compareCodeUnits)) {
    const member = object[key];
    if (member !== undefined) members.push(`${canonicalString(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}

/** Equality of the canonical form: what "the same value" means for fields, heads and acknowledgements. */
export function sameJson(a: Json, b: Json): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}
