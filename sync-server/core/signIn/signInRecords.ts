import * as z from 'zod';
import { type Instant, type Millis, parseTime, toInstant } from '../../../shared/base/time.ts';
import type { DeviceId, PersonId } from '../../../shared/model/ids.ts';
import { type Grant, grant } from '../../../shared/model/policy.ts';
import { instant } from '../../../shared/model/record.ts';
import type { Storage } from '../../storage/storage.ts';
import { readNote } from '../readNote.ts';

const record = z.object({ grant, devices: z.record(z.string(), instant), ended: z.boolean() }).strict();
type SignInRecord = z.infer<typeof record>;

const keyOf = (person: PersonId): string => `sign-in/${person}`;

/** When people last signed in, on which device, and what the identity provider made of them then. On disk before it counts. */
export class SignInRecords {
  private readonly storage: Storage;
  private readonly records = new Map<PersonId, SignInRecord>();

  constructor(storage: Storage) {
    this.storage = storage;
  }

  /** A record that cannot be read is none: its person signs in again sooner. */
  async load(persons: Iterable<PersonId>): Promise<void> {
    for (const person of persons) {
      const known = readNote(record, await this.storage.meta(keyOf(person)));
      if (known) this.records.set(person, known);
    }
  }

  /** The grant of the last sign-in. */
  grant(person: PersonId): Grant | undefined {
    return this.records.get(person)?.grant;
  }

  /** @returns undefined when this device has not signed in by itself, `ended` when the provider let the person in no longer. */
  at(person: PersonId, device: DeviceId): Millis | 'ended' | undefined {
    const known = this.records.get(person);
    if (known?.ended === true) return 'ended';
    const at: Instant | undefined = known?.devices[device] as Instant | undefined;
    return at === undefined ? undefined : parseTime(at);
  }

  /** @param device absent when it is not enrolled yet: its enrolment counts as its first sign-in. */
  async signedIn(person: PersonId, given: Grant, now: Millis, device?: DeviceId): Promise<void> {
    const devices = { ...this.records.get(person)?.devices, ...(device === undefined ? {} : { [device]: toInstant(now) }) };
    await this.put(person, { grant: given, devices, ended: false });
  }

  /** The provider knows the person and lets them in no longer: that must not wait until a sign-in has run out. */
  async ended(person: PersonId): Promise<void> {
    const known = this.records.get(person);
    if (known && !known.ended) await this.put(person, { ...known, ended: true });
  }

  private async put(person: PersonId, value: SignInRecord): Promise<void> {
    await this.storage.write({ meta: { [keyOf(person)]: JSON.stringify(value) } });
    this.records.set(person, value);
  }
}
