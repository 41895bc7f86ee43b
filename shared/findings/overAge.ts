import { plural } from '../register/age.ts';
import { CANNOT, CLEAR, FOUND_HIGH, FOUND_MEDIUM, type Rule, sentenceFrom } from './finding.ts';

export const overAge: Rule = {
  rule: 'over-age',
  references: ['NHI7:2025', 'PR.AA-01'],
  judge({ credentials, privileged }) {
    if (credentials.some(({ age }) => age === 'over')) return privileged === true ? FOUND_HIGH : FOUND_MEDIUM;
    return credentials.some(({ age }) => age === 'unknown') ? CANNOT : CLEAR;
  },
  sentence({ credentials }, verdict) {
    if (verdict === 'clear') return 'No credential is over its age.';
    if (verdict === 'cannot evaluate')
      return `The age of ${plural(credentials.filter(({ age }) => age === 'unknown').length, 'credential')} is not known.`;
    const over = credentials
      .filter(({ age }) => age === 'over')
      .map(({ worst, ageDays, limitDays }) => limitText(worst.text, ageDays, limitDays));
    return sentenceFrom(over.slice(0, 3));
  },
  missing: () => 'the creation or rotation date, which no source reports',
};

function limitText(text: string, age: number | undefined, limit: number | undefined): string {
  if (limit === 0) return `${text}: a token that never expires by itself`;
  return `${age === undefined ? text : `a credential is ${age} d old`}, the limit is ${limit} d`;
}
