import { type Millis, parseTime } from '../base/time.ts';
import { LedgerState, type LedgerValue } from '../ledger/ledgerState.ts';
import type { Place } from '../model/ids.ts';
import { Register } from '../register/register.ts';
import { receiptOf } from './ledgerValue.ts';
import { ObservedAt, type SourceChange } from './observedAt.ts';
import type { Replayed, SnapshotData } from './replayed.ts';

/** So much is done before other work may run: some ten milliseconds. */
const VALUES_A_SLICE = 500;
const RECORDS_A_SLICE = 1_000;

type Breathe = () => Promise<void>;
type Report = (done: number) => void;

/**
 * Recomputes the register as of any place from nothing but what a snapshot holds. Going forward adds what came since to the register
 * that was last returned; going back starts anew. Either way gives the same register, byte for byte.
 */
export class Replay {
  readonly #data: SnapshotData;
  #state: ReplayState | undefined;

  constructor(data: SnapshotData) {
    this.#data = data;
  }

  /**
   * One at a time: the next may be asked for when this one is done. What an earlier call returned goes along when a later one goes forward.
   * @param place from 1 to the number of ledger values; larger is the last.
   * @param breathe lets other work run; when it rejects the replay ends with that, and the next one starts anew.
   * @param onProgress of all ledger values, record and status lines, how many were gone through.
   */
  async at(place: number, now: Millis, breathe: Breathe = immediately, onProgress: Report = ignore): Promise<Replayed> {
    const held = this.#state;
    this.#state = undefined;
    const state = held && held.place <= place ? held : new ReplayState(this.#data);
    await state.advance(Math.min(place, this.#data.ledger.length), now, { breathe, onProgress });
    this.#state = state;
    return { place: state.place, now, ledger: state.ledger, register: state.register };
  }
}

/**
 * The clock at a place (FORMAT.md, 5): the later of the receipt there and the last that a source said until then. The manifest's own
 * place has `asOf` instead.
 */
export function clockAt(data: SnapshotData, place: number): Millis {
  const value = data.ledger[place - 1];
  let clock = (value && parseTime(receiptOf(value)?.at ?? '')) ?? 0;
  for (const line of data.statuses) if (line.place <= place) clock = Math.max(clock, parseTime(line.at) ?? 0);
  return clock;
}

interface Pace {
  readonly breathe: Breathe;
  readonly onProgress: Report;
}

class ReplayState {
  readonly ledger: LedgerState;
  #register: Register | undefined;
  readonly #data: SnapshotData;
  readonly #observed: ObservedAt;
  #done = 0;

  constructor(data: SnapshotData) {
    this.#data = data;
    this.#observed = new ObservedAt(data);
    this.ledger = new LedgerState({ space: data.space });
    this.ledger.setRestores(data.restores);
  }

  get place(): number {
    return this.ledger.place;
  }
  get register(): Register {
    if (!this.#register) throw new Error('a replay has no register before it went to a place');
    return this.#register;
  }

  async advance(place: number, now: Millis, pace: Pace): Promise<void> {
    await this.#appendValues(place, pace);
    this.#register ??= new Register({ ledger: this.ledger, now });
    for (const change of this.#observed.advance(place)) await this.#apply(change, pace);
    this.register.setNow(now);
    this.#done = place + this.#observed.lines;
    pace.onProgress(this.#done);
  }

  async #appendValues(place: number, pace: Pace): Promise<void> {
    while (this.ledger.place < place) {
      const from = this.ledger.place;
      const values = this.#data.ledger.slice(from, Math.min(place, from + VALUES_A_SLICE));
      const change = this.ledger.append(values.map((value, index): LedgerValue => ({ place: (from + index + 1) as Place, value })));
      this.#register?.ledgerChanged(change);
      await this.#rest(values.length, pace);
    }
  }

  async #apply({ source, removed, status, records }: SourceChange, pace: Pace): Promise<void> {
    if (removed) this.register.removeSource(source);
    if (status) this.register.applyStatus(status);
    for (let from = 0; from < records.length; from += RECORDS_A_SLICE) {
      const slice = records.slice(from, from + RECORDS_A_SLICE);
      this.register.applyRecords(source, slice);
      await this.#rest(slice.length, pace);
    }
  }

  async #rest(done: number, { breathe, onProgress }: Pace): Promise<void> {
    this.#done += done;
    onProgress(this.#done);
    await breathe();
  }
}

const immediately = (): Promise<void> => Promise.resolve();
const ignore = (): void => {};
