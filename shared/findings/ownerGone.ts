import { CANNOT, CLEAR, FOUND_HIGH, type Rule } from './finding.ts';

export const ownerGone: Rule = {
  rule: 'owner-gone',
  references: ['NHI1:2025', 'GV.RR-02', 'PR.AA-01'],
  judge({ registrable, owner }) {
    if (!registrable || owner === undefined || owner.state === 'blank') return CLEAR;
    if (owner.state !== 'set' || owner.active === undefined) return CANNOT;
    return owner.active ? CLEAR : FOUND_HIGH;
  },
  sentence({ owner }, verdict) {
    if (verdict === 'found') return `${owner?.text ?? 'The owner'} has left${owner?.leftOn === undefined ? '' : ` (${owner.leftOn})`}.`;
    if (verdict === 'clear') return owner?.state === 'set' ? `${owner.text} is still here.` : 'It has no owner who could have left.';
    if (owner?.state === 'conflict') return 'Whether the owner is still here cannot be said while two owners are registered.';
    return owner?.text ? `Whether ${owner.text} is still here is not known.` : 'Whether the owner is still here is not known.';
  },
  missing({ owner, directory }) {
    if (owner?.state === 'conflict') return 'a decision on the owner';
    if (owner?.state === 'unread') return 'the owner, which the source did not let Muster read';
    return directory ? 'this owner in a directory that Muster reads' : 'a directory that says whether the owner is still active';
  },
};
