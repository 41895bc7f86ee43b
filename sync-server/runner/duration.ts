import { DAY, HOUR, MINUTE, type Millis, SECOND } from '../../shared/base/time.ts';

const UNITS: Readonly<Record<string, Millis>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** `90s`, `15m`, `24h`, `7d`. @returns undefined for anything else. */
export function parseDuration(text: string): Millis | undefined {
  const match = /^(\d{1,6})\s*([smhd])$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ''];
  const duration = unit === undefined ? 0 : Number(match?.[1]) * unit;
  return duration > 0 ? duration : undefined;
}

/** In the largest unit that keeps it whole: `15m`, `1h`, `90s`. */
export function formatDuration(millis: Millis): string {
  for (const [name, unit] of [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
  ] as const) {
    if (millis >= unit && millis % unit === 0) return `${millis / unit}${name}`;
  }
  return `${Math.ceil(millis / SECOND)}s`;
}
