import { type Instant, type Millis, toInstant } from '../../../shared/base/time.ts';

const GENERALIZED = /^(\d{4})(\d{2})(\d{2})(\d{2})(?:(\d{2})(\d{2})?)?(?:[.,](\d+))?(Z|[+-]\d{2}(?:\d{2})?)$/;

/** GeneralizedTime (RFC 4517, 3.3.13). @returns undefined for what is none, and for the year 0 that servers use as a mark. */
export function parseGeneralizedTime(text: string): Millis | undefined {
  const match = GENERALIZED.exec(text);
  if (!match) return undefined;
  const [, year = '', month, day, hour, minute, second, fraction, zone = 'Z'] = match;
  if (Number(year) < 1) return undefined;
  const unit = minute === undefined ? 3_600_000 : second === undefined ? 60_000 : 1_000;
  const whole = Date.parse(`${year}-${month}-${day}T${hour}:${minute ?? '00'}:${second ?? '00'}Z`);
  const millis = whole + Math.trunc(Number(`0.${fraction ?? '0'}`) * unit) - offsetOf(zone);
  return Number.isFinite(millis) ? millis : undefined;
}

function offsetOf(zone: string): Millis {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5) || 0);
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** Between 1601-01-01 and 1970-01-01, in milliseconds. */
const EPOCH_1601 = 11_644_473_600_000n;
const NEVER = 0x7fff_ffff_ffff_ffffn;

/** What a Windows FILETIME says: a moment, `never` (the largest number), or zero, which each attribute reads in its own way. */
export type FileTime = { readonly kind: 'at'; readonly at: Millis } | { readonly kind: 'never' } | { readonly kind: 'zero' };

/** Intervals of 100 ns since 1601-01-01 UTC ([MS-DTYP] 2.3.3). @returns undefined for text that is no such number. */
export function parseFileTime(text: string | undefined): FileTime | undefined {
  if (text === undefined || !/^-?\d{1,20}$/.test(text)) return undefined;
  const ticks = BigInt(text);
  if (ticks === 0n) return { kind: 'zero' };
  if (ticks >= NEVER || ticks < 0n) return { kind: 'never' };
  const millis = Number(ticks / 10_000n - EPOCH_1601);
  return millis > 8.64e15 ? { kind: 'never' } : { kind: 'at', at: millis };
}

/** Only moments that a register can show: a server's marks lie far outside. */
export const instantOf = (millis: Millis | undefined): Instant | undefined =>
  millis === undefined || millis < -62_135_596_800_000 || millis > 253_402_300_799_999 ? undefined : toInstant(millis);

/** objectGUID: the first three groups are little-endian ([MS-DTYP] 2.3.4). */
export function guidText(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 16) return undefined;
  const hex = (...places: number[]): string => places.map((place) => (bytes[place] ?? 0).toString(16).padStart(2, '0')).join('');
  return `${hex(3, 2, 1, 0)}-${hex(5, 4)}-${hex(7, 6)}-${hex(8, 9)}-${hex(10, 11, 12, 13, 14, 15)}`;
}

/** The bytes of {@link guidText}, for a filter. */
export function guidBytes(text: string): Buffer {
  const plain = Buffer.from(text.replaceAll('-', ''), 'hex');
  return Buffer.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((place) => plain[place] ?? 0));
}

/** `S-1-5-21-…` ([MS-DTYP] 2.4.2.2). */
export function sidText(bytes: Uint8Array): string | undefined {
  const count = bytes[1];
  if (count === undefined || bytes.length !== 8 + count * 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const authority = view.getUint16(2) * 2 ** 32 + view.getUint32(4);
  const parts = Array.from({ length: count }, (_, index) => view.getUint32(8 + index * 4, true));
  return ['S', bytes[0], authority, ...parts].join('-');
}
