import { canonicalJson, compareCodeUnits } from '../../shared/base/json.ts';

/** One field that two versions of a source's record do not agree on. */
export interface FieldDifference {
  readonly field: string;
  readonly from?: string;
  readonly to?: string;
}

/** What the runner adds to every record: bookkeeping, not what the source said. */
const BOOKKEEPING: ReadonlySet<string> = new Set(['revisions', 'firstSeen', 'externalId', 'coverage']);

/** The record's own `fields` stand beside its other members, so that both are compared under the name a reader knows. */
function membersOf(record: unknown): ReadonlyMap<string, string> {
  if (typeof record !== 'object' || record === null) return new Map();
  const { fields, ...rest } = record as Record<string, unknown>;
  const inner = typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {};
  const pairs = [...Object.entries(rest), ...Object.entries(inner)];
  return new Map(pairs.filter(([name]) => !BOOKKEEPING.has(name)).map(([name, value]) => [name, shown(value)]));
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : canonicalJson(value));

const difference = (field: string, from: string | undefined, to: string | undefined): FieldDifference => ({
  field,
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});

/** Field by field, sorted by name. Foreign data: whatever is not an object has no fields. */
export function recordDiff(before: unknown, after: unknown): readonly FieldDifference[] {
  const old = membersOf(before);
  const now = membersOf(after);
  const names = [...new Set([...old.keys(), ...now.keys()])].sort(compareCodeUnits);
  return names.filter((name) => old.get(name) !== now.get(name)).map((name) => difference(name, old.get(name), now.get(name)));
}
