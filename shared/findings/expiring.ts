import { plural } from '../register/age.ts';
import { CANNOT, CLEAR, type FindingFacts, FOUND_HIGH, FOUND_MEDIUM, type Rule, sentenceFrom } from './finding.ts';

const count = ({ credentials }: FindingFacts, ...states: string[]): number =>
  credentials.filter(({ expiring }) => states.includes(expiring)).length;

export const expiring: Rule = {
  rule: 'expiring',
  references: ['NHI7:2025', 'PR.AA-01'],
  judge(facts) {
    if (count(facts, 'expired', 'high') > 0) return FOUND_HIGH;
    if (count(facts, 'warn') > 0) return FOUND_MEDIUM;
    return count(facts, 'unknown') > 0 ? CANNOT : CLEAR;
  },
  sentence(facts, verdict) {
    if (verdict === 'clear') return 'Nothing is about to expire.';
    if (verdict === 'cannot evaluate') return `The expiry of ${plural(count(facts, 'unknown'), 'credential')} is not known.`;
    const expired = count(facts, 'expired');
    const soon = facts.credentials.filter((one) => one.expiring === 'high' || one.expiring === 'warn');
    const parts = [
      ...(expired > 0 ? [`${plural(expired, 'credential')} expired`] : []),
      ...soon.slice(0, 3).map(({ worst }) => worst.text),
    ];
    return sentenceFrom(parts);
  },
  missing: () => 'the expiry date, which no source reports',
};
