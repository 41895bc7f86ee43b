import type { Clock } from '../../shared/base/clock.ts';
import { DAY, type Millis } from '../../shared/base/time.ts';
import type { ExternalId, SourceId } from '../../shared/model/ids.ts';
import type { Connector, Delivery } from '../connectors/connector.ts';
import type { AskKeychain } from './keychain.ts';
import { resolveSecret } from './secrets.ts';

export type DeliveryOutcome = 'taken' | 'seen before' | 'not signed' | 'malformed' | 'no such source' | 'no secret';

/** More hints than this at once cost more than a listing. */
const MOST_HINTS = 20;
/** How long, and how many, deliveries are remembered by their ids. A repeated one only makes the source be looked at again. */
const REMEMBERED: Millis = 3 * DAY;
const MOST_REMEMBERED = 20_000;

export interface DeliveryEffects {
  readonly reread: (id: SourceId, record: ExternalId) => Promise<unknown>;
  readonly list: (id: SourceId) => Promise<unknown>;
}

/** Takes in what sources tell by HTTP: who signed it, whether it came before, and what to look at. */
export class Deliveries {
  readonly #seen = new Map<string, Millis>();
  readonly #pending = new Map<SourceId, Set<ExternalId>>();
  readonly #busy = new Set<SourceId>();
  readonly #clock: Clock;
  readonly #ask: AskKeychain;
  readonly #effects: DeliveryEffects;

  constructor(clock: Clock, ask: AskKeychain, effects: DeliveryEffects) {
    this.#clock = clock;
    this.#ask = ask;
    this.#effects = effects;
  }

  /** Answers when the delivery is understood; what it hints at is looked at afterwards. */
  async take(id: SourceId, connector: Connector, settings: unknown, delivery: Delivery): Promise<DeliveryOutcome> {
    const reference = connector.deliveries?.secret(settings);
    if (!connector.deliveries || reference === undefined) return 'no such source';
    const secret = await resolveSecret(reference, this.#ask);
    if (!secret.ok) return 'no secret';
    const received = await connector.deliveries.receive(settings, delivery, secret.value);
    if (!received.ok) return received.error;
    if (!this.#isNew(`${id}/${received.value.id}`)) return 'seen before';
    const { hints, listing } = received.value;
    this.#want(id, listing ? undefined : hints);
    return 'taken';
  }

  #isNew(name: string): boolean {
    const now = this.#clock();
    for (const [old, at] of this.#seen) {
      if (now - at < REMEMBERED && this.#seen.size < MOST_REMEMBERED) break;
      this.#seen.delete(old);
    }
    if (this.#seen.has(name)) return false;
    this.#seen.set(name, now);
    return true;
  }

  /** @param hints undefined: only a listing shows it. What comes while the source is looked at waits, once each. */
  #want(id: SourceId, hints: readonly ExternalId[] | undefined): void {
    if (hints?.length === 0) return;
    const pending = this.#pending.get(id) ?? new Set();
    this.#pending.set(id, pending);
    if (hints === undefined) pending.add(EVERYTHING);
    else for (const hint of hints) pending.add(hint);
    if (!this.#busy.has(id)) void this.#work(id);
  }

  async #work(id: SourceId): Promise<void> {
    this.#busy.add(id);
    for (let pending = this.#pending.get(id); pending !== undefined; pending = this.#pending.get(id)) {
      this.#pending.delete(id);
      if (pending.has(EVERYTHING) || pending.size > MOST_HINTS) await this.#effects.list(id);
      else for (const hint of pending) await this.#effects.reread(id, hint);
    }
    this.#busy.delete(id);
  }
}

const EVERYTHING = '' as ExternalId;
