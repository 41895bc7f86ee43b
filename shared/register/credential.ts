import { DAY, type Millis } from '../base/time.ts';
import type { ObservedState } from '../model/vocabulary.ts';
import { days, type Thresholds } from './thresholds.ts';
import type { WorstCredential } from './view.ts';

/** What judging a credential takes. Nothing of it depends on the clock. */
export interface CredentialFacts {
  readonly kind: string;
  readonly subtype: string | undefined;
  readonly firstSeen: Millis | undefined;
  readonly created: Millis | undefined;
  readonly rotated: Millis | undefined;
  readonly expires: Millis | undefined;
  readonly expiryUnread: boolean;
  readonly ageUnread: boolean;
  readonly fingerprintUnread: boolean;
  readonly inUse: boolean;
}

export interface CredentialVerdict {
  readonly worst: WorstCredential;
  readonly expiring: 'expired' | 'high' | 'warn' | 'ok' | 'unknown';
  readonly age: 'over' | 'ok' | 'unknown';
  readonly ageDays: number | undefined;
  readonly limitDays: number | undefined;
  /** When any of this may read differently. */
  readonly next: Millis;
}

const SHORT: ReadonlyMap<string, string> = new Map([['certificate', 'cert']]);
const UNKNOWN_ORDER = 1e6;

/** DOMAIN K. Judged by the last rotation where there was one. */
export function judgeCredential(facts: CredentialFacts, privileged: boolean, thresholds: Thresholds, now: Millis): CredentialVerdict {
  const born = facts.rotated ?? facts.created;
  const ageDays = born === undefined ? undefined : Math.max(0, Math.floor((now - born) / DAY));
  const limitDays = limitOf(facts, privileged, thresholds);
  const expiring = judgeExpiry(facts, born, now);
  const age = judgeAge(facts, ageDays, limitDays);
  return {
    worst: worstText(facts, expiring, age, ageDays, limitDays, now),
    expiring,
    age,
    ageDays,
    limitDays,
    next: nextChange(facts, born, now),
  };
}

/** A Kubernetes token that lives in a Secret never ends by itself: any age is too old (DOMAIN K). */
const isSecretToken = (facts: CredentialFacts): boolean => /^k8s\..*token/.test(facts.subtype ?? '');

function limitOf(facts: CredentialFacts, privileged: boolean, thresholds: Thresholds): number | undefined {
  if (isSecretToken(facts) && facts.expires === undefined) return 0;
  switch (facts.kind) {
    case 'key':
      return days(thresholds, 'key age');
    case 'token':
    case 'secret':
    case 'password':
      return days(thresholds, privileged ? 'privileged secret age' : 'secret age');
    case 'SSH key':
      return days(thresholds, 'SSH key age');
    default:
      return undefined;
  }
}

function judgeAge(facts: CredentialFacts, age: number | undefined, limit: number | undefined): 'over' | 'ok' | 'unknown' {
  if (limit === undefined || !facts.inUse) return 'ok';
  if (limit === 0) return 'over';
  return age === undefined ? 'unknown' : age > limit ? 'over' : 'ok';
}

/** Warns from a third of the lifetime on, high from a sixth or 7 days; secrets and tokens never earlier than 30 days before. */
function windows(facts: CredentialFacts, born: Millis | undefined): { warn: Millis; high: Millis } {
  const lifetime = facts.expires === undefined || born === undefined ? 90 * DAY : Math.max(0, facts.expires - born);
  const high = Math.max(lifetime / 6, Math.min(7 * DAY, lifetime));
  return facts.kind === 'certificate'
    ? { warn: Math.max(lifetime / 3, high), high }
    : { warn: Math.min(30 * DAY, Math.max(lifetime / 3, 7 * DAY)), high: 7 * DAY };
}

function judgeExpiry(facts: CredentialFacts, born: Millis | undefined, now: Millis): CredentialVerdict['expiring'] {
  if (!facts.inUse) return 'ok';
  if (facts.expires === undefined) return facts.expiryUnread || facts.kind === 'certificate' ? 'unknown' : 'ok';
  const left = facts.expires - now;
  const { warn, high } = windows(facts, born);
  return left <= 0 ? 'expired' : left <= high ? 'high' : left <= warn ? 'warn' : 'ok';
}

function worstText(
  facts: CredentialFacts,
  expiring: CredentialVerdict['expiring'],
  age: CredentialVerdict['age'],
  ageDays: number | undefined,
  limitDays: number | undefined,
  now: Millis,
): WorstCredential {
  const name = SHORT.get(facts.kind) ?? (facts.kind || 'credential');
  if (facts.expires !== undefined && (expiring !== 'ok' || facts.kind === 'certificate'))
    return expiryText(name, facts.expires, expiring, now);
  if (ageDays === undefined) return { text: `${name}, age unknown`, severity: 'unknown', order: UNKNOWN_ORDER };
  const limit = limitDays ?? 365;
  const order = Math.round(((limit - ageDays) / Math.max(1, limit)) * 1000) / 1000;
  return { text: `${name} ${ageDays} d`, severity: age === 'over' ? (ageDays > 2 * limit ? 'high' : 'warn') : 'ok', order };
}

function expiryText(name: string, expires: Millis, expiring: CredentialVerdict['expiring'], now: Millis): WorstCredential {
  const left = Math.floor((expires - now) / DAY);
  if (expiring === 'expired') return { text: `${name} expired ${-left - 1} d ago`, severity: 'high', order: left - 1000 };
  const severity = expiring === 'high' ? 'high' : expiring === 'warn' ? 'warn' : 'ok';
  return { text: `${name} ${left} d left`, severity, order: severity === 'ok' ? 1 + left : left / 1000 - (severity === 'high' ? 2 : 1) };
}

/** Texts count days from birth and to expiry; windows open at moments of their own. */
function nextChange(facts: CredentialFacts, born: Millis | undefined, now: Millis): Millis {
  const moments: Millis[] = [];
  if (born !== undefined) moments.push(born + (Math.floor((now - born) / DAY) + 1) * DAY);
  if (facts.expires !== undefined) {
    const { warn, high } = windows(facts, born);
    moments.push(facts.expires, facts.expires - warn, facts.expires - high, facts.expires - Math.floor((facts.expires - now) / DAY) * DAY);
  }
  return Math.min(Number.POSITIVE_INFINITY, ...moments.flatMap((moment) => [moment, moment + 1]).filter((moment) => moment > now));
}

/** The most urgent of several; those that are out of use only when there is no other. */
export function worstOf(verdicts: readonly CredentialVerdict[]): WorstCredential | undefined {
  const rank = (verdict: CredentialVerdict): number =>
    verdict.worst.order + (verdict.worst.severity === 'high' ? -1e4 : verdict.worst.severity === 'warn' ? -1e3 : 0);
  let worst: CredentialVerdict | undefined;
  for (const verdict of verdicts) if (!worst || rank(verdict) < rank(worst)) worst = verdict;
  return worst?.worst;
}

export const inUse = (observed: ObservedState): boolean => observed !== 'disabled' && observed !== 'missing';
