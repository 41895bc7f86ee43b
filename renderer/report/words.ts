import { type Millis, parseTime } from '../../shared/base/time.ts';
import type { FindingRule } from '../../shared/register/view.ts';
import { dayText, relativeText } from '../parts/age.ts';

/** "1 Jun 2026, 12:00 UTC": a report is read in many zones and speaks of one. */
export function momentText(instant: string | undefined): string {
  const at = instant === undefined ? undefined : parseTime(instant);
  return at === undefined ? '–' : `${dayText(at)}, ${new Date(at).toISOString().slice(11, 16)} UTC`;
}

/** "4 min before": how old something was at the moment of the report, which stands still while the reader's clock runs on. */
export function ageAt(instant: string | undefined, now: Millis): string {
  const at = instant === undefined ? undefined : parseTime(instant);
  return at === undefined ? '–' : relativeText(at, now);
}

export const number = (count: number): string => count.toLocaleString('en-GB');
export const counted = (count: number, one: string, many = `${one}s`): string => `${number(count)} ${count === 1 ? one : many}`;

export const RULE_WORDS: Readonly<Record<FindingRule, { readonly title: string; readonly means: string }>> = {
  'no-owner': { title: 'No owner', means: 'Nobody answers for it.' },
  'owner-gone': { title: 'Owner gone', means: 'Who answers for it has left.' },
  unregistered: { title: 'Unregistered', means: 'It is live, and no steward has accepted it.' },
  missing: { title: 'Missing', means: 'It is registered, and a complete listing no longer contains it.' },
  expiring: { title: 'Expiring', means: 'A credential expires soon, or has expired.' },
  'over-age': { title: 'Over age', means: 'A credential is older than the policy allows.' },
  recreated: { title: 'Recreated', means: 'Something else took over its name.' },
  'shared-credential': { title: 'Shared credential', means: 'The same credential is used in several places.' },
};

export const ruleTitle = (rule: string): string => RULE_WORDS[rule as FindingRule]?.title ?? rule;
