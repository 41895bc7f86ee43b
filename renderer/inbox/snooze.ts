import { DAY, type Millis, toInstant } from '../../shared/base/time.ts';
import type { InboxGroup } from '../../shared/register/view.ts';

/** Item id → the instant until which this device does not show it. Nobody else's inbox changes. */
export type Snoozed = Readonly<Record<string, string>>;

const KEY = 'muster.inbox.later';

/** Whatever is stored is foreign: another version may have written it. */
export function parseSnoozed(text: string | null): Snoozed {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
  } catch {
    return {};
  }
}

export const readSnoozed = (): Snoozed => parseSnoozed(localStorage.getItem(KEY));
export const writeSnoozed = (snoozed: Snoozed): void => localStorage.setItem(KEY, JSON.stringify(snoozed));

export const snooze = (snoozed: Snoozed, id: string, days: number, now: Millis): Snoozed => ({
  ...snoozed,
  [id]: toInstant(now + days * DAY),
});

/** Items whose day has come are shown again, and forgotten here. */
export const stillSnoozed = (snoozed: Snoozed, now: Millis): Snoozed =>
  Object.fromEntries(Object.entries(snoozed).filter(([, until]) => until > toInstant(now)));

export interface Split {
  readonly open: readonly InboxGroup[];
  readonly later: readonly InboxGroup[];
}

export function splitBySnooze(groups: readonly InboxGroup[], snoozed: Snoozed, now: Millis): Split {
  const asleep = stillSnoozed(snoozed, now);
  const only = (keep: boolean): readonly InboxGroup[] =>
    groups
      .map((group) => ({ ...group, items: group.items.filter((item) => Object.hasOwn(asleep, item.id) === keep) }))
      .filter((group) => group.items.length > 0);
  return { open: only(false), later: only(true) };
}
