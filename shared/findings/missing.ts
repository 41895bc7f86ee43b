import { DAY, toDay } from '../base/time.ts';
import { CANNOT, CLEAR, FOUND_HIGH, FOUND_MEDIUM, type Rule } from './finding.ts';

export const missing: Rule = {
  rule: 'missing',
  references: ['NHI1:2025', 'ID.AM-08'],
  judge({ observed, missingSince, evidenceUnknown, lifecycle }) {
    if (missingSince !== undefined) return lifecycle === 'active' ? FOUND_HIGH : FOUND_MEDIUM;
    return observed && evidenceUnknown ? CANNOT : CLEAR;
  },
  sentence({ missingSince, now }, verdict) {
    if (verdict === 'cannot evaluate') return 'Whether it still exists is not known.';
    if (missingSince === undefined) return 'Its source still lists it.';
    return `Its source no longer lists it, since ${toDay(missingSince)} (${Math.max(0, Math.floor((now - missingSince) / DAY))} d).`;
  },
  missing: () => 'a recent complete listing of its coverage',
};
