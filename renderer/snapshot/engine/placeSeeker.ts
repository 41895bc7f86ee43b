import { type Millis, parseTime } from '../../../shared/base/time.ts';
import { clockAt, Replay } from '../../../shared/snapshot/replay.ts';
import type { Replayed, SnapshotData } from '../../../shared/snapshot/replayed.ts';

export interface SeekEvents {
  /** 0 to 1. */
  readonly onProgress: (place: number, done: number) => void;
  readonly onArrived: (at: Replayed) => void;
}

/**
 * Goes to places of the ledger. The end stays at hand, so that one is back there at once; a past place goes forward from the last one, or
 * starts anew. One wish is computed at a time, and the last one wins.
 */
export class PlaceSeeker {
  readonly #data: SnapshotData;
  readonly #past: Replay;
  readonly #end: Replayed;
  readonly #breathe: () => Promise<void>;
  readonly #events: SeekEvents;
  #current: Replayed;
  #wish: number;
  /** What is shown was to go forward and was stopped on its way: it is of no place. */
  #between = false;
  #waiting: ((arrived: boolean) => void)[] = [];
  #running: Promise<void> | undefined;

  private constructor(data: SnapshotData, end: Replayed, breathe: () => Promise<void>, events: SeekEvents) {
    this.#data = data;
    this.#past = new Replay(data);
    this.#end = end;
    this.#breathe = breathe;
    this.#events = events;
    this.#current = end;
    this.#wish = end.place;
  }

  /** Replays everything once. @param asOf the clock of the last place. @throws what the replay of a foreign file throws. */
  static async open(
    data: SnapshotData,
    asOf: string,
    breathe: () => Promise<void>,
    events: SeekEvents,
    onProgress: (done: number) => void,
  ): Promise<PlaceSeeker> {
    const total = stepsOf(data);
    const now: Millis = parseTime(asOf) ?? 0;
    const end = await new Replay(data).at(data.ledger.length, now, breathe, (done) => onProgress(done / total));
    return new PlaceSeeker(data, end, breathe, events);
  }

  get last(): number {
    return this.#end.place;
  }
  /** The register as of the last place, whatever is shown. */
  get end(): Replayed {
    return this.#end;
  }

  /** What is shown, once it is no longer under way: a register that goes forward is between two places until it is there. */
  async settled(): Promise<Replayed> {
    while (this.#running) await this.#running;
    return this.#current;
  }

  /** @returns whether this wish was granted; `false`: a later one came. */
  seek(place: number): Promise<boolean> {
    for (const overtaken of this.#waiting.splice(0)) overtaken(false);
    this.#wish = Math.max(1, Math.min(this.last, Math.trunc(place)));
    const granted = new Promise<boolean>((answer) => this.#waiting.push(answer));
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return granted;
  }

  async #run(): Promise<void> {
    // The next message may be another wish: nothing is begun for one that is overtaken at once.
    await this.#breathe();
    while (this.#between || this.#current.place !== this.#wish) {
      const arrived = await this.#compute(this.#wish);
      this.#between = arrived === undefined;
      if (!arrived) continue;
      this.#current = arrived;
      if (arrived.place === this.#wish) this.#events.onArrived(arrived);
    }
    for (const answer of this.#waiting.splice(0)) answer(true);
  }

  /** @returns undefined when a wish for an earlier place came meanwhile. */
  async #compute(place: number): Promise<Replayed | undefined> {
    if (place === this.last) return this.#end;
    const total = Math.max(1, Math.round((stepsOf(this.#data) * place) / this.last));
    const breathe = async (): Promise<void> => {
      await this.#breathe();
      if (this.#wish < place || this.#wish === this.last) throw new Overtaken();
    };
    try {
      this.#events.onProgress(place, 0);
      return await this.#past.at(place, clockAt(this.#data, place), breathe, (done) =>
        this.#events.onProgress(place, Math.min(1, done / total)),
      );
    } catch (error) {
      if (error instanceof Overtaken) return undefined;
      throw error;
    }
  }
}

class Overtaken extends Error {}

const stepsOf = ({ ledger, records, statuses }: SnapshotData): number => Math.max(1, ledger.length + records.length + statuses.length);
