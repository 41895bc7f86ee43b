import { DAY, HOUR, MINUTE, type Millis } from '../base/time.ts';

/** How old evidence is, in the largest unit that still says something: `just now`, `4 min`, `7 h`, `12 d`, `14 months`. */
export function ageText(age: Millis): string {
  if (age < MINUTE) return 'just now';
  if (age < 2 * HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < 2 * DAY) return `${Math.floor(age / HOUR)} h`;
  if (age < 60 * DAY) return `${Math.floor(age / DAY)} d`;
  if (age < 730 * DAY) return `${Math.floor(age / (30.44 * DAY))} months`;
  return `${Math.floor(age / (365.25 * DAY))} years`;
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
