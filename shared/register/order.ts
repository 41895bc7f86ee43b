import { compareCodeUnits } from '../base/json.ts';
import { type Millis, parseTime } from '../base/time.ts';
import { momentOrder } from './momentOrder.ts';
import { asOfOf, type Projected } from './projected.ts';
import type { ColumnId, Query } from './view.ts';

export const byName = (a: Projected, b: Projected): number => compareCodeUnits(a.sortName, b.sortName) || compareCodeUnits(a.id, b.id);

const MANY = 200;

/** All rows by name. One change costs a search and a shift; many are merged in one pass. */
export class NameOrder {
  private rows: Projected[] = [];

  get list(): readonly Projected[] {
    return this.rows;
  }

  apply(removed: readonly Projected[], added: readonly Projected[]): void {
    if (removed.length + added.length > MANY) this.merge(new Set(removed), [...added].sort(byName));
    else {
      for (const row of removed) this.rows.splice(this.place(row), 1);
      for (const row of added) this.rows.splice(this.place(row), 0, row);
    }
  }

  private place(row: Projected): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byName(this.rows[middle] as Projected, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private merge(removed: ReadonlySet<Projected>, added: readonly Projected[]): void {
    const merged: Projected[] = [];
    let next = 0;
    for (const row of this.rows) {
      if (removed.has(row)) continue;
      for (let one = added[next]; one && byName(one, row) < 0; one = added[++next]) merged.push(one);
      merged.push(row);
    }
    for (; next < added.length; next++) merged.push(added[next] as Projected);
    this.rows = merged;
  }
}

type Key = string | number | undefined;
type KeyReader = (row: Projected) => Key;

/** Texts that many rows have in common are lower-cased once. */
function lowered(read: (row: Projected) => string | undefined): () => KeyReader {
  return () => {
    const known = new Map<string, string>();
    return (row) => {
      const text = read(row);
      if (text === undefined) return undefined;
      let lower = known.get(text);
      if (lower === undefined) {
        lower = text.toLowerCase();
        known.set(text, lower);
      }
      return lower;
    };
  };
}
const plain = (read: KeyReader) => (): KeyReader => read;

/** What a column sorts by; undefined goes last whichever way. */
const KEYS: Record<Exclude<ColumnId, 'asOf' | 'created'>, () => KeyReader> = {
  name: plain(({ sortName }) => sortName),
  kind: plain(({ row }) => row.kind),
  owner: lowered(({ row }) => row.owner?.text),
  team: lowered(({ row }) => row.team?.text),
  application: lowered(({ row }) => row.application),
  environment: plain(({ row }) => row.environment),
  access: plain(({ row }) => (row.access === undefined ? undefined : ACCESS.indexOf(row.access))),
  credential: plain(({ row }) => (row.credential ? row.credential.order + SEVERITY[row.credential.severity] : undefined)),
  lastUsed: plain(({ row }) => row.lastUsed),
  reviewDue: plain(({ row }) => row.reviewDue),
  sources: plain(({ row }) => row.sources[0]),
  lifecycle: plain(({ row }) => row.lifecycle),
  observed: plain(({ row }) => row.observed),
  findings: plain(({ row }) => -row.findings.filter(({ verdict }) => verdict === 'found').length),
  purpose: lowered(({ row }) => row.purpose),
  criticality: plain(({ row }) => (row.criticality === undefined ? undefined : CRITICALITY.indexOf(row.criticality))),
  classification: lowered(({ row }) => row.classification),
  vendor: lowered(({ row }) => row.vendor?.text),
  usedBy: plain(({ row }) => row.usedBy),
  neededUntil: plain(({ row }) => row.neededUntil),
  tags: plain(({ row }) => row.tags[0]),
  boundary: lowered(({ row }) => row.boundary),
  states: plain(({ row }) => row.states[0]),
};
/** Columns of moments: nearly every row has one of its own. */
const MOMENTS: Record<'asOf' | 'created', (row: Projected) => Millis | undefined> = {
  asOf: asOfOf,
  created: ({ row }) => (row.created === undefined ? undefined : parseTime(row.created)),
};
const ACCESS: readonly string[] = ['full', 'grant', 'secrets', 'run', 'write', 'read'];
const CRITICALITY: readonly string[] = ['critical', 'high', 'medium', 'low'];
const SEVERITY = { high: -1e4, warn: -1e3, ok: 0, unknown: 1e6 } as const;

/** `rows` come by name. Few distinct keys are sorted, then dealt out: stable, and no comparison per row. */
export function sortRows(rows: readonly Projected[], sort: Query['sort']): readonly Projected[] {
  let ordered = rows;
  for (const { column, direction } of [...sort].reverse()) {
    const descending = direction === 'descending';
    if (column === 'name') ordered = byNameAgain(ordered, direction, sort.length > 1);
    else if (column === 'asOf' || column === 'created') ordered = byMoment(ordered, MOMENTS[column], descending);
    else if (Object.hasOwn(KEYS, column)) ordered = dealOut(ordered, KEYS[column](), descending);
  }
  return ordered;
}

function byMoment(rows: readonly Projected[], read: (row: Projected) => Millis | undefined, descending: boolean): readonly Projected[] {
  const places = momentOrder(
    Float64Array.from(rows, (row) => read(row) ?? Number.NaN),
    descending,
  );
  if (!places) return dealOut(rows, read, descending);
  return Array.from(places, (place) => rows[place] as Projected);
}

function byNameAgain(rows: readonly Projected[], direction: 'ascending' | 'descending', mixed: boolean): readonly Projected[] {
  const sorted = mixed ? [...rows].sort(byName) : rows;
  return direction === 'descending' ? [...sorted].reverse() : sorted;
}

/** Ranks the distinct keys, then counts the rows of each rank into place: rows with one key stay in the order they came in. */
function dealOut(rows: readonly Projected[], read: (row: Projected) => Key, descending: boolean): Projected[] {
  const { keys, keyOfRow } = distinctKeys(rows, read);
  const rank = ranksOf(keys, descending);
  const ranked = keyOfRow.map((key) => rank[key] as number);
  const next = startsOf(ranked, keys.length);
  const ordered = new Array<Projected>(rows.length);
  rows.forEach((row, index) => {
    const place = next[ranked[index] as number] as number;
    ordered[place] = row;
    next[ranked[index] as number] = place + 1;
  });
  return ordered;
}

/** Where the rows of each rank begin. */
function startsOf(ranked: Uint32Array, ranks: number): Uint32Array {
  const starts = new Uint32Array(ranks + 1);
  for (const rank of ranked) starts[rank + 1] = (starts[rank + 1] as number) + 1;
  for (let rank = 1; rank <= ranks; rank++) starts[rank] = (starts[rank] as number) + (starts[rank - 1] as number);
  return starts;
}

function distinctKeys(rows: readonly Projected[], read: (row: Projected) => Key): { keys: Key[]; keyOfRow: Uint32Array } {
  const numbers = new Map<Key, number>();
  const keyOfRow = new Uint32Array(rows.length);
  rows.forEach((row, index) => {
    const key = read(row);
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(key, number);
    }
    keyOfRow[index] = number;
  });
  return { keys: [...numbers.keys()], keyOfRow };
}

function ranksOf(keys: readonly Key[], descending: boolean): Uint32Array {
  const ordered = sortedKeys(keys.filter((key) => key !== undefined));
  if (descending) ordered.reverse();
  const placeOf = new Map<Key, number>();
  for (const key of ordered) placeOf.set(key, placeOf.size);
  return Uint32Array.from(keys, (key) => placeOf.get(key) ?? ordered.length);
}

/** Numbers are sorted as such, which takes a tenth of the time: moments are nearly as many as rows. */
function sortedKeys(keys: readonly (string | number)[]): (string | number)[] {
  const numbers = keys.filter((key) => typeof key === 'number');
  return numbers.length === keys.length ? Array.from(Float64Array.from(numbers).sort()) : [...keys].sort(compareKeys);
}

function compareKeys(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareCodeUnits(String(a), String(b));
}
