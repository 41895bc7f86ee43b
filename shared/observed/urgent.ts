import { canonicalJson, type Json } from '../base/json.ts';
import type { Observation, SourceRecord } from '../model/record.ts';
import type { LinkRelation } from '../model/vocabulary.ts';
import type { PlannedRecord } from './observe.ts';
import { privileges } from './privilege.ts';

const TRUST: ReadonlySet<LinkRelation> = new Set<LinkRelation>(['can-assume', 'acts-for', 'member-of', 'has-credential']);

/**
 * What must reach people whatever else a run says: a guard must not hide an incident (DESIGN 6). New credentials, gained
 * privilege or trust, disabled, deleted with evidence.
 */
export function isUrgent({ change, before, after }: PlannedRecord): boolean {
  if (change === 'delete') return true;
  if (change === 'missing') return false;
  if (!before) return after.type === 'credential' || privileges(after).length > 0;
  return wasDisabled(before, after) || gained(rights(before), rights(after));
}

const wasDisabled = (before: SourceRecord, after: SourceRecord): boolean =>
  after.fields.status !== before.fields.status && ['disabled', 'expired'].includes(String(after.fields.status));

const gained = (before: ReadonlySet<string>, after: ReadonlySet<string>): boolean => [...after].some((right) => !before.has(right));

/** Everything that gives power: privileged entitlements, memberships, links of trust. */
function rights(record: Observation): ReadonlySet<string> {
  const all = new Set<string>(privileges(record));
  for (const { relation, to, inward } of record.links ?? [])
    if (TRUST.has(relation)) all.add(canonicalJson([relation, to, inward ?? false]));
  const memberships = record.fields.memberships;
  if (Array.isArray(memberships)) for (const group of memberships as readonly Json[]) all.add(canonicalJson(['member', group]));
  return all;
}
