/** A pattern of names: `*` stands for any text, `?` for one character, everything else for itself (as IAM's StringLike has it). */
export interface NamePattern {
  /** What every name that fits begins with. */
  readonly start: string;
  fits(name: string): boolean;
}

const MOST_STARS = 16;

/** @returns a pattern that nothing fits where there are so many stars that a hostile name could keep a matcher busy. */
export function namePattern(text: string): NamePattern {
  const start = /^[^*?]*/.exec(text)?.[0] ?? '';
  if ((text.match(/\*+/g)?.length ?? 0) > MOST_STARS) return { start, fits: () => false };
  return { start, fits: (name) => fits(text, name) };
}

/** Greedy with one point to go back to: linear in practice, at worst the product of both lengths. */
function fits(pattern: string, name: string): boolean {
  let [at, read, star, resume] = [0, 0, -1, 0];
  while (read < name.length) {
    if (pattern[at] === '*') [star, resume, at] = [at, read, at + 1];
    else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[read])) [at, read] = [at + 1, read + 1];
    else if (star >= 0) [at, resume, read] = [star + 1, resume + 1, resume + 1];
    else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
