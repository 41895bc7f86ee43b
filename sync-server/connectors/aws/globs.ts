/**
 * Patterns of IAM policies: `*` stands for any text, `?` for one character (AWS, "IAM JSON policy elements: Resource"). What two patterns
 * have in common is worked out without looking at any name. All of it is linear in the lengths, or refuses to be sure.
 */

/** Longer ones, and such with more stars, are only compared by their ends: no policy that people wrote has them. */
const LONGEST = 512;
const MOST_STARS = 8;

const isWild = (text: string): boolean => text.includes('*') || text.includes('?');
const isHard = (text: string): boolean => text.length > LONGEST || (text.match(/\*+/g)?.length ?? 0) > MOST_STARS;

/** Greedy with one point to go back to. A `*` in `text` is a character that only a `*` of the pattern takes, a `?` also a `?`. */
function takes(pattern: string, text: string): boolean {
  let [at, read, star, resume] = [0, 0, -1, 0];
  while (read < text.length) {
    if (pattern[at] === '*') [star, resume, at] = [at, read, at + 1];
    else if (at < pattern.length && (pattern[at] === text[read] || (pattern[at] === '?' && text[read] !== '*')))
      [at, read] = [at + 1, read + 1];
    else if (star >= 0) [at, resume, read] = [star + 1, resume + 1, resume + 1];
    else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** Whether everything that fits `inner` surely fits `outer`. False may also mean: not worked out. */
export function covers(outer: string, inner: string): boolean {
  if (outer === '*' || outer === inner) return true;
  if (!isWild(outer)) return false;
  return isHard(outer) || inner.length > LONGEST ? false : takes(outer, inner);
}

const startOf = (pattern: string): string => /^[^*?]*/.exec(pattern)?.[0] ?? '';
const endOf = (pattern: string): string => pattern.slice(Math.max(pattern.lastIndexOf('*'), pattern.lastIndexOf('?')) + 1);

/** Whether something may fit both. True may also mean: not worked out. */
export function mayMeet(one: string, other: string): boolean {
  if (one === '*' || other === '*') return true;
  if (!isWild(one)) return isHard(other) ? endsMeet(one, other) : takes(other, one);
  if (!isWild(other)) return isHard(one) ? endsMeet(one, other) : takes(one, other);
  return endsMeet(one, other);
}

function endsMeet(one: string, other: string): boolean {
  const [first, second] = [startOf(one), startOf(other)];
  const [last, final] = [endOf(one), endOf(other)];
  return (first.startsWith(second) || second.startsWith(first)) && (last.endsWith(final) || final.endsWith(last));
}

/** Everything that one of the patterns fits, or everything but that. */
export interface GlobSet {
  readonly not: boolean;
  readonly patterns: readonly string[];
}

/** A set that was worked out, and whether it is that exactly or something within it. */
export interface Bounded {
  readonly set: GlobSet;
  readonly exact: boolean;
}

/** Comparisons that one principal may still cost. Policies that need more than this were not made by people. */
export class Effort {
  #left: number;
  constructor(most: number) {
    this.#left = most;
  }
  /** @returns false when it is used up: nothing is worked out any more, and all is an upper bound. */
  spend(one: GlobSet, other: GlobSet): boolean {
    this.#left -= Math.max(1, one.patterns.length) * Math.max(1, other.patterns.length);
    return this.#left >= 0;
  }
}

const anyCovers = (outer: readonly string[], inner: string): boolean => outer.some((pattern) => covers(pattern, inner));
const anyMeets = (patterns: readonly string[], one: string): boolean => patterns.some((pattern) => mayMeet(pattern, one));

/** Whether everything in `inner` is surely in `outer`. */
export function holds(outer: GlobSet, inner: GlobSet): boolean {
  if (!outer.not && !inner.not) return inner.patterns.every((pattern) => anyCovers(outer.patterns, pattern));
  if (!outer.not) return outer.patterns.includes('*');
  if (!inner.not) return inner.patterns.every((pattern) => !anyMeets(outer.patterns, pattern));
  return outer.patterns.every((pattern) => anyCovers(inner.patterns, pattern));
}

/** Whether something may be in both. */
export function meets(one: GlobSet, other: GlobSet): boolean {
  if (!one.not && !other.not) return one.patterns.some((pattern) => anyMeets(other.patterns, pattern));
  if (one.not && other.not) return true;
  const [listed, excluded] = one.not ? [other, one] : [one, other];
  return listed.patterns.some((pattern) => !anyCovers(excluded.patterns, pattern));
}

/** What is in both. Empty when `patterns` is empty and `not` is false. */
export function common(one: GlobSet, other: GlobSet): Bounded {
  if (one.not && other.not) return { set: { not: true, patterns: [...one.patterns, ...other.patterns] }, exact: true };
  if (one.not || other.not) {
    const [listed, excluded] = one.not ? [other, one] : [one, other];
    return without(listed, { not: false, patterns: excluded.patterns });
  }
  const found = new Set<string>();
  let exact = true;
  for (const pattern of one.patterns) {
    if (anyCovers(other.patterns, pattern)) {
      found.add(pattern);
      continue;
    }
    for (const against of other.patterns) {
      if (covers(pattern, against)) found.add(against);
      else if (mayMeet(pattern, against)) {
        found.add(pattern);
        exact = false;
      }
    }
  }
  return { set: { not: false, patterns: [...found] }, exact };
}

/** What is in the first and not in the second. */
export function without(from: GlobSet, taken: GlobSet): Bounded {
  if (taken.not) return common(from, { not: false, patterns: taken.patterns });
  if (from.not) return { set: { not: true, patterns: [...from.patterns, ...taken.patterns] }, exact: true };
  const left = from.patterns.filter((pattern) => !anyCovers(taken.patterns, pattern));
  return { set: { not: false, patterns: left }, exact: !left.some((pattern) => anyMeets(taken.patterns, pattern)) };
}

export const isEmpty = ({ not, patterns }: GlobSet): boolean => !not && patterns.length === 0;
