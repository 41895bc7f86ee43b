import type { Millis } from '../../shared/base/time.ts';
import type { EntryId } from '../../shared/model/ids.ts';
import { LIMITS } from '../websocket/limits.ts';

interface Load {
  entries: number;
  bytes: number;
}

/** Entries whose `prev` is still on the way, and how much each device has under way. Both are bounded. */
export class WaitingEntries<T> {
  private readonly clock: () => Millis;
  private readonly byPrevious = new Map<EntryId, { item: T; since: Millis }[]>();
  private readonly loads = new Map<string, Load>();

  constructor(clock: () => Millis) {
    this.clock = clock;
  }

  /** How many wait for the entry before them. */
  get size(): number {
    let count = 0;
    for (const list of this.byPrevious.values()) count += list.length;
    return count;
  }

  /** Counts the bytes for the device until `done`. @returns false when it has too much under way. */
  admits(device: string, bytes: unknown): boolean {
    const load = this.loads.get(device) ?? { entries: 0, bytes: 0 };
    if (load.entries >= LIMITS.waitingEntries || load.bytes >= LIMITS.waitingBytes) return false;
    load.entries++;
    load.bytes += sizeOf(bytes);
    this.loads.set(device, load);
    return true;
  }

  done(device: string, bytes: unknown): void {
    const load = this.loads.get(device);
    if (!load) return;
    load.entries--;
    load.bytes -= sizeOf(bytes);
    if (load.entries === 0) this.loads.delete(device);
  }

  wait(previous: EntryId, item: T): void {
    const list = this.byPrevious.get(previous) ?? [];
    list.push({ item, since: this.clock() });
    this.byPrevious.set(previous, list);
  }

  /** What waited for this entry, or those of it that are wanted. */
  take(previous: EntryId, isWanted: (item: T) => boolean = () => true): T[] {
    const list = this.byPrevious.get(previous);
    if (!list) return [];
    const { taken = [], left = [] } = Object.groupBy(list, ({ item }) => (isWanted(item) ? 'taken' : 'left'));
    if (left.length > 0) this.byPrevious.set(previous, left);
    else this.byPrevious.delete(previous);
    return taken.map(({ item }) => item);
  }

  takeOverdue(): T[] {
    const limit = this.clock() - LIMITS.waitForPrevious;
    const overdue = [...this.byPrevious].filter(([, list]) => list.some(({ since }) => since <= limit));
    const late = new Set(overdue.flatMap(([, list]) => list.filter(({ since }) => since <= limit).map(({ item }) => item)));
    return overdue.flatMap(([previous]) => this.take(previous, (item) => late.has(item)));
  }
}

export const sizeOf = (bytes: unknown): number => (bytes instanceof Uint8Array ? bytes.length : 0);
