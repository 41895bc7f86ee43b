import { createHash, randomBytes } from 'node:crypto';
import { err, ok, type Result } from '../../shared/base/result.ts';
import type { Verify } from '../../shared/base/signature.ts';
import { MINUTE, type Millis, toInstant } from '../../shared/base/time.ts';
import type { LedgerReader } from '../../shared/ledger/ledgerReader.ts';
import type { DeviceId, PersonId, SpaceId } from '../../shared/model/ids.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import type { DeviceRequest, DeviceRequestReply, WaitingDevice } from '../../shared/wire/team.ts';
import { isConfirmationProved } from './actProofs.ts';
import type { Principal } from './principal.ts';

const LIFE = 15 * MINUTE;
/** Requests that may be open at a time: whoever asks is unknown. */
const OPEN = 100;
/** Codes that one person may try in the life of a request and that are none: of 2^50 codes nobody guesses one so. */
const MISSES = 20;

export interface DeviceRequestOptions {
  readonly space: SpaceId;
  readonly ledger: () => LedgerReader;
  readonly verify: Verify;
  readonly clock: () => Millis;
}

interface Waiting extends WaitingDevice {
  readonly code: string;
  readonly until: Millis;
}

const failure = (code: string, message: string, wayOut: string, retry = false): Result<never, ApiError> =>
  err({ code, message, wayOut, retry });

const NOT_PROVED = failure('bad request', 'The signature does not prove that this device holds its key.', 'Ask again.');
const ENROLLED = failure('conflict', 'This device is enrolled already.', 'Ask for a ticket.');
const REVOKED = failure('forbidden', 'This device was revoked: its key does not come back.', 'Use a new browser profile or device.');
const TOO_MANY = failure('too many requests', 'Too many devices wait to be confirmed.', 'Try again in some minutes.', true);
const TOO_OFTEN = failure('too many requests', 'Too many codes were tried.', 'Try again in 15 minutes.', true);
const UNKNOWN = failure(
  'not found',
  'No device shows this code.',
  'Compare it again. A code holds for 15 minutes; the new device can ask for another.',
);

/** Crockford's base 32: no letter that is taken for another, and none of them spell a word. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Ten digits over the device's key and 128 bits that only this server knows, shown as `XXXXX-XXXXX`. */
function newCode(device: DeviceId): string {
  const digest = createHash('sha256').update(`${device}\n`).update(randomBytes(16)).digest();
  const digits = Array.from({ length: 10 }, (_, index) => DIGITS[(digest[index] ?? 0) % 32]).join('');
  return `${digits.slice(0, 5)}-${digits.slice(5)}`;
}

/** As somebody typed it: in small letters, with O for 0, I or L for 1, with other hyphens or none. */
export function normalCode(text: string): string {
  const digits = text
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return `${digits.slice(0, 5)}-${digits.slice(5)}`;
}

/** New devices that wait until one that is enrolled confirms them. In memory: after a restart they ask again. */
export class DeviceRequests {
  private readonly options: DeviceRequestOptions;
  private readonly waiting = new Map<DeviceId, Waiting>();
  private readonly misses = new Map<PersonId, { count: number; until: Millis }>();

  constructor(options: DeviceRequestOptions) {
    this.options = options;
  }

  /** @param person whose device it is, when an identity provider said so: nobody else's device may confirm it then. */
  async ask({ device, label, proof }: DeviceRequest, person?: PersonId): Promise<Result<DeviceRequestReply, ApiError>> {
    if (!(await isConfirmationProved(this.options.space, { device, proof }, this.options.verify))) return NOT_PROVED;
    const known = this.options.ledger().personOf(device);
    if (known) return known.devices.some((one) => one.device === device && one.revoked) ? REVOKED : ENROLLED;
    this.forgetExpired();
    if (!this.waiting.has(device) && this.waiting.size >= OPEN) return TOO_MANY;
    const now = this.options.clock();
    const [code, until] = [newCode(device), now + LIFE];
    const expires = toInstant(until);
    this.waiting.set(device, { device, label, proof, asked: toInstant(now), expires, code, until, ...(person ? { person } : {}) });
    return ok({ code, expires });
  }

  /** The device that shows this code, for one that may confirm it. */
  find(text: string, by: Principal): Result<WaitingDevice, ApiError> {
    this.forgetExpired();
    const { person } = by;
    if (person === undefined) return UNKNOWN;
    if ((this.misses.get(person)?.count ?? 0) >= MISSES) return TOO_OFTEN;
    const code = normalCode(text);
    const found = [...this.waiting.values()].find((one) => one.code === code);
    if (found && (found.person === undefined || found.person === person || by.role === 'admin')) {
      const { code: _code, until: _until, ...shown } = found;
      return ok(shown);
    }
    this.countMiss(person);
    return UNKNOWN;
  }

  /** It is enrolled: the code was good for this one confirmation. */
  enrolled(device: DeviceId): void {
    this.waiting.delete(device);
  }

  private countMiss(person: PersonId): void {
    const { count = 0, until = this.options.clock() + LIFE } = this.misses.get(person) ?? {};
    this.misses.set(person, { count: count + 1, until });
  }

  private forgetExpired(): void {
    const now = this.options.clock();
    for (const [device, { until }] of this.waiting) if (until <= now) this.waiting.delete(device);
    for (const [person, { until }] of this.misses) if (until <= now) this.misses.delete(person);
  }
}
