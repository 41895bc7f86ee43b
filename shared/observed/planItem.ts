import type { Json } from '../base/json.ts';
import { canonicalJson } from '../base/json.ts';
import type { SourceRecord } from '../model/record.ts';
import type { PlanItem } from '../model/status.ts';
import { differences, type PlannedRecord } from './observe.ts';

const LONGEST_VALUE = 200;
const MOST_FIELDS = 32;

/** Text that may be cut: never in the middle of a surrogate pair, which has no canonical form. */
function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…`;
}

export const shortValue = (value: Json): string => cut(typeof value === 'string' ? value : canonicalJson(value), LONGEST_VALUE);

/** What people call the record: its name, else its first alias, else its id. */
export function displayName(record: Pick<SourceRecord, 'fields' | 'aliases' | 'externalId'>): string {
  const name = record.fields.name;
  return cut(typeof name === 'string' && name !== '' ? name : (record.aliases[0] ?? record.externalId), 512);
}

/** One line of a difference, for a person. */
export function toPlanItem(planned: PlannedRecord): PlanItem {
  const { change, externalId, before, after } = planned;
  const fields = before && (change === 'change' || change === 'return') ? differences(before, after).slice(0, MOST_FIELDS) : [];
  return {
    change,
    externalId,
    name: displayName(after),
    type: after.type,
    ...(fields.length === 0 ? {} : { fields: fields.map(shortDifference) }),
  };
}

function shortDifference({ field, from, to }: { field: string; from?: Json; to?: Json }): { field: string; from?: string; to?: string } {
  return {
    field: cut(field, 63),
    ...(from === undefined ? {} : { from: shortValue(from) }),
    ...(to === undefined ? {} : { to: shortValue(to) }),
  };
}
