import { DAY, type Millis } from '../base/time.ts';
import type { Lifecycle } from '../model/vocabulary.ts';
import type { CredentialFacts } from './credential.ts';
import { days, type Thresholds } from './thresholds.ts';

/** What decides when somebody has to look again (DOMAIN K). Nothing of it depends on the clock. */
export interface ReviewFacts {
  readonly lifecycle: Lifecycle;
  /** When a steward last took it into the register, by the author's clock. */
  readonly accepted: Millis | undefined;
  readonly firstSeen: Millis | undefined;
  readonly production: boolean;
  readonly privileged: boolean;
  readonly thirdParty: boolean;
  /** An agent that may change, run or grant. */
  readonly powerfulAgent: boolean;
  /** When a source last saw it gain a privileged right. */
  readonly gained: Millis | undefined;
  readonly credentials: readonly Pick<CredentialFacts, 'inUse' | 'firstSeen'>[];
  readonly succeeds: boolean;
  /** The owner left; `undefined` within: on a day that nobody recorded. */
  readonly ownerLeft: { readonly on: Millis | undefined } | undefined;
}

export interface Review {
  /** Within the day that it is due on. */
  readonly due: Millis | undefined;
  /** When the day that it is due on has passed. */
  readonly at: Millis | undefined;
  readonly overdue: boolean;
}

const NO_REVIEW: Review = { due: undefined, at: undefined, overdue: false };

/** Counted from the day a steward accepted it, else from when it was first seen; sooner when something happened since. */
export function reviewOf(facts: ReviewFacts, thresholds: Thresholds, now: Millis): Review {
  const from = facts.accepted ?? facts.firstSeen;
  if (facts.lifecycle === 'excluded' || facts.lifecycle === 'retired' || from === undefined) return NO_REVIEW;
  const triggers = triggersOf(facts, from).map((moment) => moment + days(thresholds, 'review trigger') * DAY);
  const due = Math.min(from + days(thresholds, cadenceOf(facts)) * DAY, ...triggers);
  const at = Math.floor(due / DAY + 1) * DAY;
  return { due, at, overdue: now >= at };
}

function cadenceOf({ production, privileged, thirdParty, powerfulAgent }: ReviewFacts) {
  if ((privileged && production) || powerfulAgent) return 'review privileged';
  return production || privileged || thirdParty ? 'review sensitive' : 'review other';
}

/** What a decision cannot have known. An owner who left is one whatever was decided since: nobody answers for it now. */
function triggersOf({ gained, firstSeen, credentials, succeeds, accepted, ownerLeft }: ReviewFacts, from: Millis): Millis[] {
  const moments: Millis[] = [];
  if (gained !== undefined && gained > from) moments.push(gained);
  const added = credentialGained(credentials, from);
  if (added !== undefined) moments.push(added);
  if (succeeds && accepted === undefined && firstSeen !== undefined) moments.push(firstSeen);
  if (ownerLeft) moments.push(ownerLeft.on ?? from);
  return moments;
}

/** One that replaces another is a rotation: only more than before is a gain. */
function credentialGained(credentials: ReviewFacts['credentials'], from: Millis): Millis | undefined {
  const since = (one: Pick<CredentialFacts, 'firstSeen'>): boolean => one.firstSeen !== undefined && one.firstSeen > from;
  const gained = credentials.filter((one) => one.inUse && since(one)).map(({ firstSeen }) => firstSeen ?? from);
  const replaced = credentials.filter((one) => !one.inUse && !since(one)).length;
  return gained.sort((a, b) => a - b)[replaced];
}
