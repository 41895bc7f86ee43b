import type { Millis } from '../base/time.ts';
import type { CredentialVerdict } from '../register/credential.ts';
import type { Finding, FindingRule, Severity, Verdict } from '../register/view.ts';

/** What the rules look at: gathered once a record, never decoded again. */
export interface FindingFacts {
  readonly now: Millis;
  readonly registrable: boolean;
  readonly owner:
    | {
        readonly text: string;
        readonly state: 'set' | 'blank' | 'unread' | 'conflict';
        readonly active: boolean | undefined;
        readonly leftOn: string | undefined;
      }
    | undefined;
  /** Some source says of parties whether they are still here. */
  readonly directory: boolean;
  readonly live: boolean;
  readonly lifecycle: string;
  readonly lifecycleConflict: boolean;
  readonly firstSeen: Millis | undefined;
  readonly unregisteredDays: number;
  readonly privileged: boolean | undefined;
  readonly credentials: readonly CredentialVerdict[];
  readonly missingSince: Millis | undefined;
  /** What is known of it comes from no source: nothing can be missing. */
  readonly observed: boolean;
  readonly evidenceUnknown: boolean;
  /** Names that it took over from something else. */
  readonly succeeds: number;
  /** Others of that name without an immutable id. */
  readonly namesakesUnproved: number;
  /** Of those that it succeeds: how many were in another cluster. */
  readonly moved: number;
  readonly sharedWith: number;
  readonly fingerprintsUnread: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly severity: Severity;
}

/** A rule judges without words, for every row; the sentence is written where a person reads it. */
export interface Rule {
  readonly rule: FindingRule;
  /** As FRAMEWORKS.md has them. */
  readonly references: readonly string[];
  judge(facts: FindingFacts): Judgement;
  sentence(facts: FindingFacts, verdict: Verdict): string;
  /** The evidence that is missing, for `cannot evaluate`. */
  missing(facts: FindingFacts): string;
}

/** Shared values: 100,000 rows hold references, not copies. */
export const CLEAR: Judgement = { verdict: 'clear', severity: 'low' };
export const FOUND_HIGH: Judgement = { verdict: 'found', severity: 'high' };
export const FOUND_MEDIUM: Judgement = { verdict: 'found', severity: 'medium' };
export const FOUND_LOW: Judgement = { verdict: 'found', severity: 'low' };
export const CANNOT: Judgement = { verdict: 'cannot evaluate', severity: 'low' };

export function judged(rule: Rule, facts: FindingFacts): Finding {
  const { verdict, severity } = rule.judge(facts);
  const finding = { rule: rule.rule, verdict, severity, sentence: rule.sentence(facts, verdict), references: rule.references };
  return verdict === 'cannot evaluate' ? { ...finding, missing: rule.missing(facts) } : finding;
}

/** Parts of a sentence that starts with one of the register's own words. */
export const sentenceFrom = (parts: readonly string[]): string => {
  const text = parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
};
