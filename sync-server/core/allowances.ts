import type { Millis } from '../../shared/base/time.ts';

export interface Rate {
  /** What may be used at once. */
  readonly burst: number;
  /** What comes back each second. */
  readonly perSecond: number;
}

/** Keys that are remembered. Whoever comes under ever new keys (addresses, say) pushes out the oldest and costs no memory. */
const KEYS = 10_000;

/** A token bucket for each key: a device, an address. Whoever used up what it has waits until the debt has come back. */
export class Allowances {
  private readonly rate: Rate;
  private readonly clock: () => Millis;
  private readonly balances = new Map<string, { left: number; at: Millis }>();

  constructor(rate: Rate, clock: () => Millis) {
    this.rate = rate;
    this.clock = clock;
  }

  /** Uses up `cost`, also what is not there: the debt is waited for before the next time. */
  charge(key: string, cost: number): void {
    this.balance(key).left -= cost;
  }

  /** @returns whether one more is allowed; then it is used up. */
  take(key: string, cost = 1): boolean {
    const balance = this.balance(key);
    if (balance.left < cost) return false;
    balance.left -= cost;
    return true;
  }

  /** Milliseconds until the debt of this key has come back; 0 without one. */
  wait(key: string): Millis {
    const { left } = this.balance(key);
    return left >= 0 ? 0 : Math.ceil((-left / this.rate.perSecond) * 1_000);
  }

  private balance(key: string): { left: number; at: Millis } {
    const now = this.clock();
    const { burst, perSecond } = this.rate;
    const known = this.balances.get(key);
    if (known) {
      known.left = Math.min(burst, known.left + (Math.max(0, now - known.at) / 1_000) * perSecond);
      known.at = now;
      return known;
    }
    const fresh = { left: burst, at: now };
    if (this.balances.size >= KEYS) this.makeRoom(now);
    this.balances.set(key, fresh);
    return fresh;
  }

  /** First those that would be full again by now, whom nothing is forgiven; then the oldest. */
  private makeRoom(now: Millis): void {
    const { burst, perSecond } = this.rate;
    for (const [key, { left, at }] of this.balances) if (left + ((now - at) / 1_000) * perSecond >= burst) this.balances.delete(key);
    const oldest = this.balances.keys().next();
    if (this.balances.size >= KEYS && oldest.done !== true) this.balances.delete(oldest.value);
  }
}
