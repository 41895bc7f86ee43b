import type { SnapshotRequest } from '../../shared/wire/http.ts';

/** What a person asks for, as the dialog holds it: also what is not valid yet. */
export interface SnapshotWish {
  readonly what: 'register' | 'view';
  /** The filter of the view that was on screen. */
  readonly query: string;
  readonly asOf: 'now' | 'place';
  readonly place: number;
  readonly sample: 'none' | '25' | 'other';
  /** As typed. */
  readonly size: string;
  readonly seed: string;
  readonly withPrivate: boolean;
  readonly file: 'muster' | 'report';
}

export const LARGEST_SAMPLE = 100_000;
const USUAL_SAMPLE = 25;

export const sampleSize = ({ sample, size }: SnapshotWish): number | undefined =>
  sample === 'none' ? undefined : sample === '25' ? USUAL_SAMPLE : Number(size);

/** Why it cannot be asked for as it is, in words. */
export function wishProblem(wish: SnapshotWish, lastPlace: number): string | undefined {
  if (wish.asOf === 'place' && !(Number.isInteger(wish.place) && wish.place >= 1 && wish.place <= lastPlace))
    return `Choose a change from 1 to ${lastPlace.toLocaleString('en')}.`;
  const size = sampleSize(wish);
  if (size === undefined) return undefined;
  if (!(Number.isInteger(size) && size >= 1 && size <= LARGEST_SAMPLE)) return 'Say how many to draw: 1 to 100,000.';
  return wish.seed.trim() === '' ? 'A sample needs a seed, so that anybody can draw it again.' : undefined;
}

/** `muster.v1`'s words for it: what is as usual is left out. */
export function requestOf(wish: SnapshotWish): SnapshotRequest {
  const size = sampleSize(wish);
  return {
    ...(wish.what === 'view' && wish.query !== '' ? { query: { text: wish.query } } : {}),
    ...(wish.asOf === 'place' ? { place: wish.place } : {}),
    ...(size === undefined ? {} : { sample: { size, seed: wish.seed.trim() } }),
    ...(wish.withPrivate ? { private: true } : {}),
    ...(wish.file === 'report' ? { format: 'report' as const } : {}),
  };
}

/** "12.4 MB": decimal, as file managers say it. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  const units = ['kB', 'MB', 'GB'] as const;
  const step = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  const value = bytes / 1_000 ** step;
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step - 1]}`;
}

/** For a command line of any system: no name of a file that Muster gives holds a quote. */
export const verifyCommand = (file: string, fingerprint: string): string => `muster snapshot verify "${file}" --key ${fingerprint}`;
