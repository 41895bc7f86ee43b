import type { Finding } from '../register/view.ts';
import { expiring } from './expiring.ts';
import { CANNOT, type FindingFacts, judged, type Rule } from './finding.ts';
import { missing } from './missing.ts';
import { noOwner } from './noOwner.ts';
import { overAge } from './overAge.ts';
import { ownerGone } from './ownerGone.ts';
import { recreated } from './recreated.ts';
import { sharedCredential } from './sharedCredential.ts';
import { unregistered } from './unregistered.ts';

/** The explicit list of rules, in the order in which an identity page shows them. */
export const RULES: readonly Rule[] = [noOwner, ownerGone, unregistered, missing, expiring, overAge, recreated, sharedCredential];

export type FindingMark = Pick<Finding, 'rule' | 'verdict' | 'severity'>;

const NONE: readonly FindingMark[] = [];
/** Without a directory it is so of every owned row: one list for all of them. */
const OWNER_UNFOLLOWED: readonly FindingMark[] = [{ rule: 'owner-gone', ...CANNOT }];

/** What a row carries: the rules that found something or could not be evaluated. */
export function markFindings(facts: FindingFacts): readonly FindingMark[] {
  let marks: FindingMark[] | undefined;
  for (const { rule, judge } of RULES) {
    const { verdict, severity } = judge(facts);
    if (verdict === 'clear') continue;
    marks ??= [];
    marks.push({ rule, verdict, severity });
  }
  return marks === undefined ? NONE : marks.length === 1 && isOwnerUnfollowed(marks[0]) ? OWNER_UNFOLLOWED : marks;
}

/** The verdict that no row is counted or marked for while no directory is read; the page says it (DOMAIN K, "cannot evaluate"). */
export const isOwnerUnfollowed = (mark: FindingMark | undefined): boolean =>
  mark?.rule === 'owner-gone' && mark.verdict === 'cannot evaluate';

export const describeFindings = (facts: FindingFacts): readonly Finding[] => RULES.map((rule) => judged(rule, facts));
