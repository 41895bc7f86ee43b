import type { Millis } from '../../shared/base/time.ts';

export interface Rate {
  /** What may be used at once. */
  readonly burst: number;
  /** What comes back each second. */
  readonly perSecond: number;
}

/** Keys that are remembered. Whoever comes under ever new keys (addresses, say) pushes out the quietest and costs no memory. */
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
    const { left, at } = this.balances.get(key) ?? { left: burst, at: now };
    const balance = { left: Math.min(burst, left + (Math.max(0, now - at) / 1_000) * perSecond), at: now };
    // Set anew, so that the first key is always the one that was quiet for longest.
    this.balances.delete(key);
    this.balances.set(key, balance);
    const [oldest] = this.balances.keys();
    if (this.balances.size > KEYS && oldest !== undefined) this.balances.delete(oldest);
    return balance;
  }
}
