import { CANNOT, CLEAR, FOUND_HIGH, FOUND_MEDIUM, type Rule } from './finding.ts';

export const noOwner: Rule = {
  rule: 'no-owner',
  references: ['NHI1:2025', 'GV.RR-02', 'PR.AA-01'],
  judge({ registrable, owner, privileged }) {
    if (!registrable || owner?.state === 'set') return CLEAR;
    if (owner?.state === 'conflict' || owner?.state === 'unread') return CANNOT;
    return privileged === true ? FOUND_HIGH : FOUND_MEDIUM;
  },
  sentence({ owner }, verdict) {
    if (verdict === 'clear') return owner?.text ? `${owner.text} answers for it.` : 'It needs no owner.';
    if (verdict === 'cannot evaluate')
      return owner?.state === 'conflict'
        ? 'Two owners are registered, and nobody has decided between them.'
        : 'The owner could not be read.';
    return 'Nobody answers for it.';
  },
  missing: ({ owner }) => (owner?.state === 'conflict' ? 'a decision on the owner' : 'the owner, which the source did not let Muster read'),
};
