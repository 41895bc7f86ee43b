import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/base/time.ts';
import type { Observation, SourceRecord } from '../../../shared/model/record.ts';
import { observeAfter } from '../../../shared/observed/observe.ts';
import { DAY, NOW, record } from '../../support/register/registerWorld.ts';

const at = (day: number) => toInstant(NOW + day * DAY);
const right = (level: 'read' | 'full', on = '*'): NonNullable<Observation['access']>[number] => ({
  level,
  on,
  native: 'n',
  certainty: 'exact',
});

/** What runs, one a day, make of one record. */
function runs(...parts: readonly Partial<Observation>[]): SourceRecord | undefined {
  const { firstSeen: _firstSeen, revisions: _revisions, ...plain } = record('a');
  let held: SourceRecord | undefined;
  for (const [day, part] of parts.entries()) held = observeAfter(held, { ...plain, ...part }, at(day))?.after ?? held;
  return held;
}

describe('[REV2] a gained privilege', () => {
  it('is dated by the run that saw it first, and keeps its date while nothing more is gained', () => {
    const held = runs(
      { access: [right('read')] },
      { access: [right('full')] },
      { access: [right('full')] },
      { access: [right('full'), right('read', 'x')] },
    );
    expect(held?.gained).toBe(at(1));
    expect(runs({ access: [right('full')] }, { access: [right('full'), right('full', 'x')] })?.gained).toBe(at(1));
  });
  it('is not what was there at first, what is lost, or what was unread before', () => {
    expect(runs({ access: [right('full')] }, { access: [right('read')] })).not.toHaveProperty('gained');
    expect(runs({ unread: ['access'] }, { access: [right('full')] })).not.toHaveProperty('gained');
    expect(runs({}, { access: [right('full')] })?.gained).toBe(at(1));
  });
  it('an unchanged record is not written again', () => {
    const held = runs({}, { access: [right('full')] }) as SourceRecord;
    const { firstSeen: _firstSeen, revisions: _revisions, ...plain } = record('a', { access: [right('full')] });
    expect(observeAfter(held, plain, at(9))).toBeUndefined();
  });
});
