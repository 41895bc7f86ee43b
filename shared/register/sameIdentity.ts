import { compareCodeUnits } from '../base/json.ts';
import { normalName } from '../base/text.ts';
import type { Act } from '../model/act.ts';
import { plural } from './age.ts';
import { namedRows } from './inboxNames.ts';
import type { Projected } from './projected.ts';
import type { Projection } from './projection.ts';
import type { InboxItem } from './view.ts';

const MAX_ANCHORS = 64;

/**
 * Records of different sources that have one name in one boundary and share no key: never joined by themselves, one
 * grouped proposal for each pair of sources (DESIGN 7).
 */
export function sameIdentity(rows: readonly Projected[], projection: Projection): InboxItem[] {
  const groups = new Map<string, Projected[][]>();
  for (const pair of candidates(rows)) {
    const key = [...new Set(pair.flatMap(({ row }) => row.sources))].sort().join('/');
    const group = groups.get(key);
    if (group) group.push(pair);
    else groups.set(key, [pair]);
  }
  return [...groups].sort(([a], [b]) => compareCodeUnits(a, b)).map(([key, pairs]) => item(key, pairs, projection));
}

function candidates(rows: readonly Projected[]): Projected[][] {
  const byName = new Map<string, Projected[]>();
  for (const row of rows) {
    if (row.row.type !== 'identity' || row.row.observed === 'missing' || row.row.sources.length === 0) continue;
    const name = `${normalName(row.row.alias ?? row.row.name)}\u0000${normalName(row.row.boundary ?? row.row.environment ?? '')}`;
    const group = byName.get(name);
    if (group) group.push(row);
    else byName.set(name, [row]);
  }
  return [...byName.values()].filter((group) => group.length > 1 && areApart(group));
}

/** Two records of one source are two things: the source says so. */
function areApart(group: readonly Projected[]): boolean {
  const sources = group.flatMap(({ row }) => row.sources);
  return new Set(sources).size === sources.length;
}

function item(key: string, pairs: readonly Projected[][], projection: Projection): InboxItem {
  const labels = key.split('/').map((source) => projection.evidence.label(source));
  const acts = pairs.map(
    (pair): Act => ({
      kind: 'merge',
      anchors: pair.flatMap(({ id }) => projection.classes.anchors(id)).slice(0, MAX_ANCHORS),
      why: 'same name in the same boundary',
    }),
  );
  return {
    id: `same/${key}`,
    what: `${plural(pairs.length, 'identity', 'identities')} of ${labels.join(' and ')} with one name in one boundary`,
    count: pairs.length,
    whyNow: 'no immutable id says that they are one; a name alone does not join them',
    severity: 'low',
    records: namedRows(pairs.flat()),
    choices: [
      { label: 'One by one', acts: [], safe: true },
      { label: `Merge ${pairs.length}`, hint: 'each can be split again', acts, safe: false },
    ],
  };
}
