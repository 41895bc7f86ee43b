import { DAY } from '../base/time.ts';
import { CANNOT, CLEAR, FOUND_LOW, FOUND_MEDIUM, type Rule } from './finding.ts';

export const unregistered: Rule = {
  rule: 'unregistered',
  references: ['ID.AM-02', 'PR.AA-01'],
  judge({ registrable, live, lifecycle, lifecycleConflict, firstSeen, now, unregisteredDays }) {
    if (lifecycleConflict) return CANNOT;
    if (!registrable || !live || lifecycle !== 'unregistered') return CLEAR;
    return firstSeen !== undefined && now - firstSeen > unregisteredDays * DAY ? FOUND_MEDIUM : FOUND_LOW;
  },
  sentence({ firstSeen, now, lifecycle }, verdict) {
    if (verdict === 'clear') return lifecycle === 'unregistered' ? 'It is not live.' : 'A steward has taken it into the register.';
    if (verdict === 'cannot evaluate') return 'Its lifecycle is in conflict.';
    return `It is live and no steward has accepted it${firstSeen === undefined ? '' : `, first seen ${daysAgo(now - firstSeen)}`}.`;
  },
  missing: () => 'a decision on its lifecycle',
};

const daysAgo = (age: number): string => (age < DAY ? 'today' : `${Math.floor(age / DAY)} d ago`);
