import { DAY, type Millis, parseTime } from '../../shared/base/time.ts';
import type { CredentialView } from '../../shared/register/view.ts';
import { duration } from '../sources/evidence.ts';

const NOMINAL = 365 * DAY;

/**
 * How much of a credential's life is over, 0 to 1: of its own lifetime when it expires, of a year when it does not.
 * Undefined: no source says when it was made.
 */
export function usedUp(credential: Pick<CredentialView, 'created' | 'rotated' | 'expires'>, now: Millis): number | undefined {
  const from = parseTime(credential.rotated ?? credential.created ?? '');
  const end = parseTime(credential.expires ?? '');
  if (from === undefined) return undefined;
  const life = end === undefined || end <= from ? NOMINAL : end - from;
  return Math.min(1, Math.max(0, (now - from) / life));
}

/** `expires in 12 d`, `expired 3 d ago`, `does not expire or is unread`. */
export function expiryWords(credential: Pick<CredentialView, 'expires'>, now: Millis): string {
  const end = parseTime(credential.expires ?? '');
  if (end === undefined) return 'no expiry known';
  return end > now ? `expires in ${duration(end - now)}` : `expired ${duration(now - end)} ago`;
}

export function rotationWords(credential: Pick<CredentialView, 'created' | 'rotated'>, now: Millis): string {
  const rotated = parseTime(credential.rotated ?? '');
  const created = parseTime(credential.created ?? '');
  const made = created === undefined ? 'date of creation unknown' : `created ${duration(now - created)} ago`;
  return rotated === undefined ? `${made}, no rotation known` : `${made}, rotated ${duration(now - rotated)} ago`;
}
