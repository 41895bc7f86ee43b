import type { Result } from '../../shared/base/result.ts';
import { type Millis, toInstant } from '../../shared/base/time.ts';
import { type Entry, type EntryBytes, type EntryProblem, encodeLedgerValue, type Receipt } from '../../shared/model/entry.ts';
import type { DeviceId, EntryId, Place } from '../../shared/model/ids.ts';
import type { EntryRow, RefusedRow } from '../storage/storage.ts';
import { Turns } from './turns.ts';
import { sizeOf, WaitingEntries } from './waitingEntries.ts';

export interface PlacedEntry {
  readonly place: Place;
  readonly entry: Entry;
  readonly receipt: Receipt;
  readonly value: Uint8Array;
}

/**
 * `refused` is final for those bytes; `busy`: too much waits, try later; `given up`: an entry before it was refused, its device sends the
 * rest again.
 */
export type Refusal =
  | { readonly kind: 'refused'; readonly problem: EntryProblem; readonly entry: string }
  | { readonly kind: 'busy' }
  | { readonly kind: 'given up' };
export type Outcome = { readonly kind: 'placed'; readonly place: Place; readonly receipt: Receipt | undefined } | Refusal;

/** What the ingest asks of the ledger: `judge` and `append` of the fold, and its memory of what has a place. */
export interface LedgerPlacing {
  readonly epoch: number;
  readonly place: Place;
  placeOf(id: EntryId): Place | undefined;
  verify(bytes: EntryBytes, device: DeviceId | undefined, knows: (id: EntryId) => boolean): Promise<Result<Entry, EntryProblem>>;
  judge(entry: Entry, at: Millis): Receipt;
  append(values: readonly { place: Place; value: Uint8Array }[]): void;
}

export interface IngestOptions {
  readonly ledger: LedgerPlacing;
  readonly commit: (rows: readonly EntryRow[]) => Promise<void>;
  /** After the group is on disk, in place order, before anybody is told. */
  readonly committed: (group: readonly PlacedEntry[]) => void;
  readonly refuse: (row: RefusedRow & { readonly problem: EntryProblem }) => void;
  /** The disk failed: nothing more can be promised. */
  readonly fatal: (error: unknown) => void;
  readonly clock: () => Millis;
}

/** What of one device is parsed and verified at once. More would not be quicker, and everybody else's entry would wait behind it. */
const AT_ONCE = { tasks: 64, bytes: 1024 * 1024 };

/** Entries that one transaction holds at most. A larger group would only make the first of it wait. */
const GROUP = 2_000;

interface Ready {
  readonly entry: Entry;
  readonly bytes: EntryBytes;
  readonly settle: (outcome: Outcome) => void;
}

/**
 * verify → place after `prev` → judge at that place → commit → show (DESIGN 5). Judging runs ahead of the disk by one group, showing never
 * does: the fold here is the judge's own, and whoever reads a ledger document reads committed rows.
 */
export class Ingest {
  private readonly options: IngestOptions;
  private readonly waiting: WaitingEntries<Ready>;
  private readonly turns = new Turns(AT_ONCE);
  /** Entries under way, by their device, so that the same bytes sent twice are one entry. */
  private readonly underWay = new Map<string, Promise<Outcome>>();
  private readonly readyIds = new Set<EntryId>();
  private ready: Ready[] = [];
  private committing = false;
  private failed = false;

  constructor(options: IngestOptions) {
    this.options = options;
    this.waiting = new WaitingEntries(options.clock);
  }

  /**
   * How many entries will have an end by themselves. Those that wait for the entry before them are left out: it may never come, and
   * their device still holds them.
   */
  get pending(): number {
    return this.underWay.size - this.waiting.size;
  }

  get hasFailed(): boolean {
    return this.failed;
  }

  /**
   * @param key what the sender calls the entry. It is compared with the real id only by refusing what is not that entry.
   * @param device whose outbox it came from; undefined for the server's own entries.
   */
  async submit(key: string, bytes: unknown, device: DeviceId | undefined): Promise<Outcome> {
    const id = key as EntryId;
    const place = this.options.ledger.placeOf(id);
    if (place !== undefined) return { kind: 'placed', place, receipt: undefined };
    // Named by the device too: what another device calls by this id is none of this one's business.
    const name = `${device ?? ''}/${key}`;
    const known = this.underWay.get(name);
    if (known) return known;
    if (this.failed || !this.waiting.admits(device ?? '', bytes)) return { kind: 'busy' };
    const outcome = this.process(id, bytes, device);
    this.underWay.set(name, outcome);
    try {
      return await outcome;
    } finally {
      this.underWay.delete(name);
      this.waiting.done(device ?? '', bytes);
    }
  }

  /** Refuses what waited too long for the entry before it. Call every few seconds. */
  sweep(): void {
    for (const one of this.waiting.takeOverdue()) {
      this.refuse(one.entry.device, one.entry.id, 'unknown prev', one.settle);
      this.refuseDescendants(one.entry.id, one.entry.device);
    }
  }

  private async process(id: EntryId, bytes: unknown, device: DeviceId | undefined): Promise<Outcome> {
    const lane = device ?? '';
    const size = sizeOf(bytes);
    const turn = this.turns.enter(lane, size);
    if (turn !== true && !(await turn)) return { kind: 'given up' };
    const verified = bytes instanceof Uint8Array ? await this.verify(bytes as EntryBytes, device).catch(() => undefined) : undefined;
    const isEntry = verified?.ok === true && verified.value.id === id;
    // What comes after bytes that are refused is not looked at: the connection closes, and its device sends what is left again.
    if (!isEntry) this.turns.giveUp(lane);
    this.turns.leave(lane, size);
    if (isEntry) return new Promise((settle) => this.place({ entry: verified.value, bytes: bytes as EntryBytes, settle }));
    this.refuseDescendants(id, device);
    return new Promise((settle) => this.refuse(lane, id, verified?.ok === false ? verified.error : 'not an entry', settle));
  }

  /** Any `prev` is let through here: whether it is known is a question of order, which is settled below. */
  private verify(bytes: EntryBytes, device: DeviceId | undefined): Promise<Result<Entry, EntryProblem>> {
    return this.options.ledger.verify(bytes, device, () => true);
  }

  private place(one: Ready): void {
    const { prev } = one.entry;
    if (prev !== null && this.options.ledger.placeOf(prev) === undefined && !this.readyIds.has(prev)) this.waiting.wait(prev, one);
    else this.queue(one);
  }

  private queue(first: Ready): void {
    const queue = [first];
    for (let one = queue.pop(); one; one = queue.pop()) {
      this.ready.push(one);
      this.readyIds.add(one.entry.id);
      queue.push(...this.waiting.take(one.entry.id).reverse());
    }
    if (!this.committing) this.scheduleCommit();
  }

  private scheduleCommit(): void {
    this.committing = true;
    setImmediate(() => void this.commitGroups());
  }

  private async commitGroups(): Promise<void> {
    while (this.ready.length > 0 && !this.failed) {
      const group = this.ready.splice(0, GROUP);
      await this.commitGroup(group);
    }
    this.committing = false;
  }

  private async commitGroup(group: readonly Ready[]): Promise<void> {
    try {
      const placed = group.map((one) => this.judge(one));
      for (const { entry } of placed) this.readyIds.delete(entry.id);
      const { epoch } = this.options.ledger;
      await this.options.commit(placed.map(({ place, entry, value }) => ({ epoch, place, id: entry.id, value })));
      this.options.committed(placed);
      placed.forEach(({ place, receipt }, index) => void group[index]?.settle({ kind: 'placed', place, receipt }));
    } catch (error) {
      this.failed = true;
      for (const one of group) one.settle({ kind: 'busy' });
      this.options.fatal(error);
    }
  }

  /** The fold takes the entry at once: the next one of the group is judged after it. */
  private judge({ entry, bytes }: Ready): PlacedEntry {
    const { ledger, clock } = this.options;
    const now = clock();
    const place = (ledger.place + 1) as Place;
    const receipt: Receipt = { ...ledger.judge(entry, now), at: toInstant(now) };
    const value = encodeLedgerValue(bytes, receipt);
    ledger.append([{ place, value }]);
    return { place, entry, receipt, value };
  }

  /** Of the same device alone: what somebody else calls by this id must not harm an entry that waits for the real one. */
  private refuseDescendants(id: EntryId, device: DeviceId | undefined): void {
    const ofDevice = ({ entry }: Ready): boolean => device === undefined || entry.device === device;
    const queue = this.waiting.take(id, ofDevice);
    for (let one = queue.pop(); one; one = queue.pop()) {
      this.refuse(one.entry.device, one.entry.id, 'unknown prev', one.settle);
      queue.push(...this.waiting.take(one.entry.id, ofDevice));
    }
  }

  private refuse(device: string, entry: string, problem: EntryProblem, settle: (outcome: Outcome) => void): void {
    const shown = /^[0-9a-f]{64}$/.test(entry) ? entry : 'unnamed';
    this.options.refuse({ device, entry: shown, problem, at: toInstant(this.options.clock()) });
    settle({ kind: 'refused', problem, entry: shown });
  }
}
