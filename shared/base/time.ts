import type { Brand } from './brand.ts';

/** Milliseconds since 1970-01-01T00:00Z. The host passes the clock in: `shared/` never reads one. */
export type Millis = number;

/** RFC 3339 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export type Instant = Brand<string, 'Instant'>;

/** A calendar day, `YYYY-MM-DD`. */
export type Day = Brand<string, 'Day'>;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const toInstant = (millis: Millis): Instant => new Date(millis).toISOString() as Instant;
export const toDay = (millis: Millis): Day => new Date(millis).toISOString().slice(0, 10) as Day;

/** @returns undefined for text that is not a date; never NaN. */
export function parseTime(text: string): Millis | undefined {
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? undefined : millis;
}
