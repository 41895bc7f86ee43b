import { DAY, HOUR, MINUTE, type Millis } from '../../shared/base/time.ts';

const MONTH = 30.44 * DAY;

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** "4 min", "3 h", "12 d", "14 months": one unit, rounded down, so that nothing looks older or newer than it is by more than one. */
export function ageText(span: Millis): string {
  const age = Math.abs(span);
  if (age < MINUTE) return 'just now';
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < 2 * DAY) return `${Math.floor(age / HOUR)} h`;
  if (age < 60 * DAY) return `${Math.floor(age / DAY)} d`;
  const months = Math.floor(age / MONTH);
  return months < 24 ? plural(months, 'month') : plural(Math.floor(months / 12), 'year');
}

/** For columns, where ages must line up: "14 mo", "2 y". */
export const shortAgeText = (span: Millis): string =>
  ageText(span)
    .replace(/ months?$/, ' mo')
    .replace(/ years?$/, ' y')
    .replace('just now', 'now');

/** "4 min ago", "in 3 d", "just now". */
export function relativeText(at: Millis, now: Millis): string {
  const text = ageText(now - at);
  if (text === 'just now') return text;
  return at <= now ? `${text} ago` : `in ${text}`;
}

/** "14 Apr 2026". In UTC, as the sources mean a day: it must not move with the reader's zone. */
export const dayText = (at: Millis): string =>
  new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** A value as a sentence shows it: instants and days as days, the rest unchanged. */
export const shownValue = (text: string): string => {
  const at = INSTANT.test(text) || /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? text : dayText(at);
};

/** Instants within a sentence, as days. */
export const shownSentence = (text: string): string =>
  text.replace(/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z\b/g, (instant) => shownValue(instant));

/** Made once: making one takes as long as a hundred uses, and every row on screen has moments. */
const exact = once(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }));
const zone = once(() => new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' }));

/** The exact moment on this person's clock, with the zone. */
export const exactText = (at: Millis): string => exact().format(at) + zoneText(at);

function zoneText(at: Millis): string {
  const name = zone()
    .formatToParts(at)
    .find((part) => part.type === 'timeZoneName');
  return name === undefined ? '' : ` ${name.value}`;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
