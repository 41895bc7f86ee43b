import { compareCodeUnits } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import { toDay } from '../base/time.ts';
import type { SourceId } from '../model/ids.ts';
import { acceptAct } from './acts.ts';
import { plural } from './age.ts';
import { namedRows } from './inboxNames.ts';
import { hasGained, type Projected } from './projected.ts';
import type { Projection } from './projection.ts';
import type { InboxItem } from './view.ts';

/** Rights that a source saw arrive since a steward last accepted the identity, or since it was first seen: one item a source. */
export function privilegeGained(rows: readonly Projected[], projection: Projection): InboxItem[] {
  const bySource = new Map<string, Projected[]>();
  for (const row of rows) {
    if (!hasGained(row)) continue;
    const source = row.row.sources[0] ?? '';
    const group = bySource.get(source);
    if (group) group.push(row);
    else bySource.set(source, [row]);
  }
  return [...bySource].sort(([a], [b]) => compareCodeUnits(a, b)).map(([source, group]) => item(source, group, projection));
}

function item(source: string, group: readonly Projected[], { evidence, classes }: Projection): InboxItem {
  const newest = Math.max(...group.map(({ gained }) => gained ?? 0));
  const label = visibleText(evidence.label(source));
  return {
    id: `gained/${source}`,
    what: `${plural(group.length, 'identity', 'identities')} of ${label} gained a privileged right`,
    count: group.length,
    whyNow: `the last on ${toDay(newest)}; nobody has accepted it since, and a review is due within 14 days`,
    severity: 'high',
    records: namedRows(group),
    query: `is:gained source:${source}`,
    ...(source === '' ? {} : { source: source as SourceId }),
    choices: [
      { label: 'Open', hint: 'look at what it may do now', acts: [], safe: true },
      {
        label: `Accept ${group.length} as they are now`,
        hint: 'you have looked at the rights',
        acts: group.map(({ id }) => acceptAct(classes.anchors(id))),
        safe: false,
      },
    ],
  };
}
