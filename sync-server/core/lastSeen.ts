import * as z from 'zod';
import { type Instant, MINUTE, type Millis, parseTime, toInstant } from '../../shared/base/time.ts';
import { type DeviceId, deviceId } from '../../shared/model/ids.ts';
import { instant } from '../../shared/model/record.ts';
import type { Storage } from '../storage/storage.ts';
import { readNote } from './readNote.ts';

const META = 'last seen';
const kept = z.record(z.string(), instant);

/** When devices were last here. It is worth a write a minute and no more: it is nobody's word, only the server's note. */
export class LastSeen {
  private readonly storage: Storage;
  private readonly clock: () => Millis;
  private readonly times = new Map<DeviceId, Millis>();
  private readonly open = new Map<DeviceId, number>();
  private written = 0;
  private changed = false;

  constructor(storage: Storage, clock: () => Millis) {
    this.storage = storage;
    this.clock = clock;
  }

  /** A note that cannot be read is no note: nothing depends on it. */
  async load(): Promise<void> {
    for (const [text, at] of Object.entries(readNote(kept, await this.storage.meta(META)) ?? {})) {
      const device = deviceId.safeParse(text);
      if (device.success) this.times.set(device.data, parseTime(at) ?? 0);
    }
  }

  saw(device: DeviceId): void {
    this.times.set(device, this.clock());
    this.changed = true;
  }

  opened(device: DeviceId): void {
    this.open.set(device, (this.open.get(device) ?? 0) + 1);
    this.saw(device);
  }

  closed(device: DeviceId): void {
    const left = (this.open.get(device) ?? 0) - 1;
    if (left > 0) this.open.set(device, left);
    else this.open.delete(device);
    this.saw(device);
  }

  isHere(device: DeviceId): boolean {
    return this.open.has(device);
  }

  /** Devices with an open connection. */
  here(): Iterable<DeviceId> {
    return this.open.keys();
  }

  at(device: DeviceId): Instant | undefined {
    const time = this.isHere(device) ? this.clock() : this.times.get(device);
    return time === undefined ? undefined : toInstant(time);
  }

  /** @param now also when the last write was less than a minute ago. */
  async save(now = false): Promise<void> {
    for (const device of this.open.keys()) this.saw(device);
    if (!this.changed || (!now && this.clock() - this.written < MINUTE)) return;
    this.changed = false;
    this.written = this.clock();
    const times = Object.fromEntries([...this.times].map(([device, time]) => [device, toInstant(time)]));
    await this.storage.write({ meta: { [META]: JSON.stringify(times) } });
  }
}
