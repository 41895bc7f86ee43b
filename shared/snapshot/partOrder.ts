import { SERIES, type Series, seriesPart } from './format.ts';

export const MANIFEST = 'manifest.json';
export const SIGNATURE = 'manifest.sig';

/** The order of the parts (FORMAT.md, 1): a name, or a series of numbered names. */
const ORDER = [
  'README.txt',
  'ledger',
  'records',
  'statuses',
  'policy.json',
  'people.json',
  'population.json',
  'gaps.json',
  'register',
  'findings',
  'report.html',
  MANIFEST,
  SIGNATURE,
] as const;

/** The parts that follow from the others. */
export const isDerived = (name: string): boolean =>
  ['policy.json', 'people.json', 'population.json', 'gaps.json'].includes(name) || /^(register|findings)\//.test(name);

export const isOfSeries = (series: Series, name: string): boolean => name.startsWith(`${series}/`);
export const isStored = (name: string): boolean => name === MANIFEST || name === SIGNATURE;

const isSeries = (slot: string): slot is Series => (SERIES as readonly string[]).includes(slot);

/** Takes the names of a file one by one and says whether each is in its turn. */
export class PartOrder {
  #slot = 0;
  /** How many parts of the series at `#slot` were taken. */
  #taken = 0;

  /** @returns false for a name that is unknown, out of turn or there twice; then nothing was taken. */
  take(name: string): boolean {
    let [slot, taken] = [this.#slot, this.#taken];
    for (; slot < ORDER.length; slot++, taken = 0) {
      const expected = ORDER[slot] as (typeof ORDER)[number];
      if (name === (isSeries(expected) ? seriesPart(expected, taken + 1) : expected)) {
        [this.#slot, this.#taken] = isSeries(expected) ? [slot, taken + 1] : [slot + 1, 0];
        return true;
      }
      if (!isSeries(expected) || (expected === 'ledger' && taken === 0)) return false;
    }
    return false;
  }

  /** Whether the last name was the last part. */
  get complete(): boolean {
    return this.#slot === ORDER.length;
  }
}
