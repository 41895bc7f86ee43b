import { parseTime } from '../../shared/base/time.ts';
import type { SnapshotMark } from '../../shared/bridge/snapshot.ts';

/** "12 Nov 2026, 14:03 UTC": in UTC, so that two people who talk about a place see the same. */
export function momentText(at: string): string {
  const moment = parseTime(at);
  if (moment === undefined) return at;
  const day = new Date(moment).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
  const time = new Date(moment).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
  return `${day}, ${time} UTC`;
}

export const places = (count: number): string => count.toLocaleString('en-GB').replaceAll(',', '\u202F');

/** A fingerprint as people compare it: groups of four. */
export const groupsOfFour = (fingerprint: string): string => fingerprint.replace(/(.{4})(?=.)/g, '$1 ');

/** "place 400, 3 Nov 2026, 14:03 UTC". */
export const markTitle = (mark: Pick<SnapshotMark, 'place' | 'at'>): string => `Place ${places(mark.place)} · ${momentText(mark.at)}`;
