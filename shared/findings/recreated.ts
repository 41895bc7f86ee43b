import { plural } from '../register/age.ts';
import { CANNOT, CLEAR, FOUND_MEDIUM, type Rule } from './finding.ts';

export const recreated: Rule = {
  rule: 'recreated',
  references: ['NHI1:2025', 'ID.AM-08', 'PR.AA-01'],
  judge: ({ succeeds, namesakesUnproved }) => (succeeds > 0 ? FOUND_MEDIUM : namesakesUnproved > 0 ? CANNOT : CLEAR),
  sentence({ namesakesUnproved, moved }, verdict) {
    if (verdict === 'found' && moved > 0)
      return 'It came here from another cluster under its name: a new identity. Owner and purpose are offered; decisions do not carry over.';
    if (verdict === 'found')
      return 'It was recreated under the same name: a new identity. Owner and purpose are offered; decisions do not carry over.';
    if (verdict === 'clear') return 'Its name was not used by another identity before.';
    return `${plural(namesakesUnproved, 'other record')} of the same source ${namesakesUnproved === 1 ? 'has' : 'have'} its name: which came first is not known.`;
  },
  missing: () => 'an immutable id, which the source does not give for all of them',
};
