import { compareCodeUnits } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import type { KeptRow } from '../register/projected.ts';
import type { Counts, Query } from '../register/view.ts';
import type { SnapshotQuery } from './format.ts';
import type { DerivedFrom, Replayed, SnapshotData } from './replayed.ts';
import { drawSample } from './sample.ts';

/** `source …`: records that are not in the register at all. The others: rows of it that the population leaves out. */
export type ExclusionKind =
  | 'source left out'
  | 'source removed'
  | 'not matched'
  | 'excluded'
  | 'archived'
  | 'tied credential'
  | 'party'
  | 'other record';

export interface Exclusion {
  readonly kind: ExclusionKind;
  /** Records of a source, or rows. */
  readonly number: number;
  /** In words. */
  readonly reason: string;
  readonly source?: string;
  readonly label?: string;
}

/** `population.json`: what was asked for, what it gave, and what is not in it and why. The numbers of rows add up to all rows. */
export interface Population {
  readonly query: SnapshotQuery;
  readonly matches: number;
  /** In the order of names. */
  readonly ids: readonly string[];
  readonly counts: Counts;
  /** Those that leave nothing out are not listed. */
  readonly exclusions: readonly Exclusion[];
  readonly sample?: { readonly ids: readonly string[]; readonly method: 'sha256-order'; readonly seed: string; readonly size: number };
  /** Why the query could not be asked: then nothing matches. */
  readonly problem?: string;
}

export function populationOf({ register, place }: Replayed, from: DerivedFrom, data: SnapshotData): Population {
  const { query, draw } = from;
  const asked = registerQuery(query);
  const ids = register.ids(asked);
  const { problem } = register.window(asked, 0, 0);
  return {
    query,
    matches: ids.length,
    ids,
    counts: register.counts(asked),
    exclusions: [...leftOut(from), ...removedSources(data, place), ...rowsLeftOut(register.rows(), new Set<string>(ids))],
    ...(draw ? { sample: { ids: drawSample(ids, draw), method: 'sha256-order', seed: draw.seed, size: draw.size } } : {}),
    ...(problem ? { problem: problem.message } : {}),
  };
}

/** The query as it is asked of a register: in the order of names. */
export const registerQuery = ({ text, where, include }: SnapshotQuery): Query => ({
  text,
  sort: [],
  ...(where === undefined ? {} : { where }),
  ...(include === undefined ? {} : { include }),
});

function leftOut({ leftOut: sources, private: personal }: DerivedFrom): Exclusion[] {
  const reason =
    personal === 'left out'
      ? 'This source is kept by one person to their own device.'
      : 'This source was left out by whoever asked for the file.';
  return sources.map(({ source, label, records }) => ({
    kind: 'source left out',
    number: records,
    reason,
    source,
    label: visibleText(label),
  }));
}

function removedSources({ statuses, records }: SnapshotData, place: number): Exclusion[] {
  const removed = new Map<string, Set<string>>();
  for (const line of statuses)
    if (line.place <= place && 'removed' in line)
      if (line.removed) removed.set(line.source, new Set());
      else removed.delete(line.source);
  for (const line of records) if (line.place <= place) removed.get(line.source)?.add(line.id);
  const reason = 'This source was removed: what it said counts no longer.';
  return [...removed]
    .sort(([a], [b]) => compareCodeUnits(a, b))
    .map(([source, ids]) => ({ kind: 'source removed', number: ids.size, reason, source }));
}

const REASONS: Readonly<Record<Exclude<ExclusionKind, `source ${string}`>, string>> = {
  'not matched': 'The query does not match these.',
  excluded: 'A steward excluded these from the register.',
  archived: 'These are retired.',
  'tied credential': 'These credentials are tied to an identity and counted with it.',
  party: 'These are people, teams and vendors, not identities.',
  'other record': 'These are workloads, applications and resources, not identities.',
};
type RowExclusion = keyof typeof REASONS;

function rowsLeftOut(rows: Iterable<KeptRow>, population: ReadonlySet<string>): Exclusion[] {
  const numbers = new Map<RowExclusion, number>();
  for (const one of rows) {
    if (population.has(one.row.id)) continue;
    const kind = kindOf(one);
    numbers.set(kind, (numbers.get(kind) ?? 0) + 1);
  }
  return (Object.keys(REASONS) as RowExclusion[]).flatMap((kind) => {
    const number = numbers.get(kind);
    return number === undefined ? [] : [{ kind, number, reason: REASONS[kind] }];
  });
}

function kindOf({ row, registered }: KeptRow): RowExclusion {
  if (row.type === 'party') return 'party';
  if (row.type !== 'identity' && row.type !== 'credential') return 'other record';
  if (!registered) return 'tied credential';
  if (row.lifecycle === 'excluded') return 'excluded';
  return row.lifecycle === 'retired' ? 'archived' : 'not matched';
}
