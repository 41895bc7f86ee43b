import type { Millis } from '../../shared/base/time.ts';
import { Allowances } from '../core/allowances.ts';
import { LIMITS } from './limits.ts';

/** What one device costs over all its connections. Work is remembered when the last of them has closed. */
export class DeviceAccount {
  connections = 0;
  /** Bytes of frames that have begun and not ended. */
  unfinished = 0;
  /** Bytes that were encoded for this device alone and are not sent yet. */
  ownBacklog = 0;
  private readonly key: string;
  private readonly rates: DeviceRates;

  constructor(key: string, rates: DeviceRates) {
    this.key = key;
    this.rates = rates;
  }

  work(cost: number): void {
    this.rates.work.charge(this.key, cost);
  }

  /** Milliseconds that this device is to be left alone. */
  get pause(): Millis {
    return this.rates.work.wait(this.key);
  }

  mayBePresent(): boolean {
    return this.rates.awareness.take(this.key);
  }
}

export class DeviceRates {
  readonly work: Allowances;
  readonly awareness: Allowances;

  constructor(clock: () => Millis) {
    this.work = new Allowances(LIMITS.work, clock);
    this.awareness = new Allowances(LIMITS.awarenessRate, clock);
  }
}

/** Accounts of the devices that are connected. Tokens of the command line share one: they belong to one person. */
export class DeviceAccounts {
  private readonly rates: DeviceRates;
  private readonly accounts = new Map<string, DeviceAccount>();

  constructor(clock: () => Millis) {
    this.rates = new DeviceRates(clock);
  }

  of(device: string | undefined): DeviceAccount {
    const key = device ?? '';
    const account = this.accounts.get(key) ?? new DeviceAccount(key, this.rates);
    this.accounts.set(key, account);
    return account;
  }

  /** Drops what nobody uses any more. */
  sweep(): void {
    for (const [key, { connections }] of this.accounts) if (connections === 0) this.accounts.delete(key);
  }
}
