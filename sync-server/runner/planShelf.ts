import type { Clock } from '../../shared/base/clock.ts';
import { type HashHex, hashText } from '../../shared/base/hash.ts';
import { canonicalJson } from '../../shared/base/json.ts';
import { MINUTE, type Millis, parseTime } from '../../shared/base/time.ts';
import type { Judgement } from '../../shared/observed/judge.ts';
import type { DryRunReply } from '../../shared/wire/http.ts';
import type { Collected } from './collect.ts';
import type { ConfiguredSource } from './settings.ts';

/** A dry run that waits to be applied. */
export interface ShelvedPlan {
  readonly reply: DryRunReply;
  readonly configured: ConfiguredSource;
  readonly collected: Collected;
  readonly judgement: Judgement;
  readonly mode: 'list only' | 'read';
  /** The durable run that it was compared with: another one since then makes it another plan. */
  readonly base: number;
}

export const PLAN_LIFETIME: Millis = 30 * MINUTE;
const MOST_PLANS = 20;

/** Exactly what would be written, for which settings, on top of which run. */
export function planDigest(configured: ConfiguredSource, judgement: Judgement, base: number, mode: string): HashHex {
  const changes = judgement.apply.map((record) => [record.externalId, record.hash]);
  const held = judgement.held.map((plan) => plan.part.digest);
  return hashText(canonicalJson([configured.settings, mode, base, changes, held]));
}

/** At most twenty, for half an hour each, in memory. */
export class PlanShelf {
  readonly #plans = new Map<HashHex, ShelvedPlan>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  put(plan: ShelvedPlan): void {
    this.#sweep();
    this.#plans.delete(plan.reply.digest);
    this.#plans.set(plan.reply.digest, plan);
    for (const digest of [...this.#plans.keys()].slice(0, -MOST_PLANS)) this.#plans.delete(digest);
  }

  get(digest: HashHex): ShelvedPlan | undefined {
    this.#sweep();
    return this.#plans.get(digest);
  }

  remove(digest: HashHex): void {
    this.#plans.delete(digest);
  }

  #sweep(): void {
    for (const [digest, { reply }] of this.#plans) if ((parseTime(reply.expires) ?? 0) < this.#clock()) this.#plans.delete(digest);
  }
}
