import type { FreshnessLevel } from '../../shared/model/vocabulary.ts';
import type { RowState, Verdict } from '../../shared/register/view.ts';
import type { IconName } from './Icon.tsx';

export type MarkState = RowState | FreshnessLevel | Verdict | 'privileged';

export interface Mark {
  readonly icon: IconName;
  readonly word: string;
  readonly tone: 'red' | 'amber' | 'green' | 'violet' | 'blue' | 'grey';
  /** What it means, for the tooltip. */
  readonly means: string;
}

export const MARKS: Readonly<Record<MarkState, Mark>> = {
  conflict: { icon: 'conflict', word: 'Conflict', tone: 'red', means: 'Two values that no rule can settle: a person decides' },
  drift: { icon: 'drift', word: 'Drift', tone: 'amber', means: 'The registered value and a source’s value differ' },
  held: { icon: 'held', word: 'Held', tone: 'violet', means: 'Part of a run waits for a person to release it' },
  missing: { icon: 'missing', word: 'Missing', tone: 'red', means: 'A complete listing no longer contains it' },
  disabled: { icon: 'disabled', word: 'Disabled', tone: 'grey', means: 'The source reports it as disabled' },
  expired: { icon: 'expired', word: 'Expired', tone: 'red', means: 'It no longer works' },
  unregistered: { icon: 'unregistered', word: 'Unregistered', tone: 'blue', means: 'Seen by a source, not yet accepted by anyone' },
  fresh: { icon: 'fresh', word: 'Fresh', tone: 'green', means: 'The evidence is recent enough' },
  stale: { icon: 'stale', word: 'Stale', tone: 'amber', means: 'The evidence is older than its source promises' },
  unknown: { icon: 'unknown', word: 'Unknown', tone: 'grey', means: 'There is no evidence to judge by' },
  private: { icon: 'private', word: 'Private', tone: 'grey', means: 'Kept on this device until its user publishes it' },
  unbound: { icon: 'unbound', word: 'Not tied', tone: 'grey', means: 'A credential whose identity is unknown' },
  retiring: { icon: 'retiring', word: 'Retiring', tone: 'grey', means: 'Somebody is taking it out of use' },
  retired: { icon: 'retired', word: 'Retired', tone: 'grey', means: 'Out of use' },
  excluded: { icon: 'excluded', word: 'Excluded', tone: 'grey', means: 'Left out of the register, with a reason' },
  found: { icon: 'found', word: 'Found', tone: 'red', means: 'The rule applies here' },
  clear: { icon: 'check', word: 'Clear', tone: 'green', means: 'Judged, and nothing is wrong' },
  'cannot evaluate': { icon: 'unknown', word: 'Cannot evaluate', tone: 'grey', means: 'Evidence that the rule needs is missing' },
  privileged: { icon: 'privileged', word: 'Privileged', tone: 'violet', means: 'It may read secrets, grant rights or do anything' },
};
