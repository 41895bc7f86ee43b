import type { Mappable } from '../../../shared/wire/sheetColumns.ts';
import { namesFor } from './columnNames.ts';
import { editDistance, plainWords, withoutCamelCase } from './spelling.ts';
import { environmentOf } from './vocabularies.ts';

export interface Column {
  readonly index: number;
  readonly name: string;
  readonly field?: Mappable;
  readonly confidence: 'exact' | 'likely' | 'none';
}

interface Guess {
  readonly index: number;
  readonly field: Mappable;
  /** 4 as the person said, 3 the column's very name, 2 contains it, 1 misspelt or by its values. */
  readonly strength: 1 | 2 | 3;
}

/** `sAMAccountName` is known as one word, `ownerName` as two. */
const readings = (name: string): readonly string[] => [...new Set([name, withoutCamelCase(name)].map((one) => plainWords(one).join(' ')))];

export function isKnownName(name: string, type: 'identity' | 'party'): boolean {
  return [...namesFor(type).values()].some((names) => readings(name).some((plain) => names.includes(plain)));
}

/** A name of two words or a long one inside a longer heading: "Business owner (mandatory)" is an owner, "Ownership model" is not. */
const contains = (plain: string, name: string): boolean => name.length >= 4 && ` ${plain} `.includes(` ${name} `);

function strengthOf(plain: string, names: readonly string[]): 0 | 1 | 2 | 3 {
  if (names.includes(plain)) return 3;
  if (names.some((name) => contains(plain, name))) return 2;
  return plain.length >= 6 && names.some((name) => name.length >= 6 && editDistance(plain, name, 1) <= 1) ? 1 : 0;
}

function guessesByName(header: readonly string[], type: 'identity' | 'party'): Guess[] {
  return header.flatMap((name, index) =>
    [...namesFor(type)].flatMap(([field, names]) => {
      const strength = Math.max(...readings(name).map((plain) => strengthOf(plain, names))) as ReturnType<typeof strengthOf>;
      return strength === 0 ? [] : [{ index, field, strength }];
    }),
  );
}

const share = (values: readonly string[], holds: (value: string) => boolean): number =>
  values.length === 0 ? 0 : values.filter(holds).length / values.length;

/** What the values themselves say of a column whose heading says nothing. */
function guessByValues(values: readonly string[]): Mappable | undefined {
  if (values.length < 3) return undefined;
  if (share(values, (value) => environmentOf(value) !== undefined) >= 0.8) return 'environment';
  if (share(values, (value) => /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i.test(value)) >= 0.8) return 'owner';
  const accounts = share(values, (value) => /^(svc|sa|app|srv|bot|ci|tech|usr|rpa)[-_.][\w.-]+$/i.test(value));
  return accounts >= 0.6 ? 'name' : undefined;
}

/** Each field is given once, to the column that says it most clearly; of equals to the leftmost. */
function assign(guesses: readonly Guess[], taken: Map<number, Guess>): void {
  const fields = new Set([...taken.values()].map((guess) => guess.field));
  for (const strength of [3, 2, 1] as const) {
    for (const guess of guesses) {
      if (guess.strength !== strength || taken.has(guess.index) || fields.has(guess.field)) continue;
      taken.set(guess.index, guess);
      fields.add(guess.field);
    }
  }
}

/** What the person said of a sheet's columns, by their headings. */
export interface ColumnChoices {
  readonly map: Partial<Record<Mappable, string>>;
  /** Not read, whatever they look like. */
  readonly ignore: readonly string[];
}

/**
 * Understands a header. What the person mapped wins and is exact; what they left out is never guessed.
 * @param samples values per column, blanks left out
 */
export function understandColumns(
  header: readonly string[],
  samples: readonly (readonly string[])[],
  chosen: ColumnChoices,
  type: 'identity' | 'party',
): Column[] {
  const taken = new Map<number, Guess>();
  const guessable = ({ index }: Guess): boolean => !chosen.ignore.includes(header[index] ?? '');
  for (const [field, name] of Object.entries(chosen.map)) {
    const index = header.indexOf(name);
    if (index >= 0) taken.set(index, { index, field: field as Mappable, strength: 3 });
  }
  assign(guessesByName(header, type).filter(guessable), taken);
  if (type === 'identity') assign(guessesFromValues(header, samples, taken).filter(guessable), taken);
  return header.map((name, index) => {
    const guess = taken.get(index);
    return guess
      ? { index, name, field: guess.field, confidence: guess.strength === 3 ? 'exact' : 'likely' }
      : { index, name, confidence: 'none' };
  });
}

function guessesFromValues(header: readonly string[], samples: readonly (readonly string[])[], taken: ReadonlyMap<number, Guess>): Guess[] {
  return header.flatMap((_, index) => {
    const field = taken.has(index) ? undefined : guessByValues(samples[index] ?? []);
    return field === undefined ? [] : [{ index, field, strength: 1 as const }];
  });
}
