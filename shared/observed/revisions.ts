import { canonicalJson, type Json } from '../base/json.ts';
import type { Observation, SourceRecord } from '../model/record.ts';

type Group = keyof SourceRecord['revisions'];

/** The groups that review decisions bind (DESIGN 4): a decision lapses when the group it was about moved. */
const FIELDS_OF: Record<Group, readonly string[]> = {
  owner: ['owner', 'team', 'technicalContact', 'backup'],
  entitlement: ['memberships', 'approvedAccess', 'boundary'],
  credential: ['fingerprint', 'algorithm', 'issuer', 'serial', 'expires', 'rotated', 'created', 'protected'],
};
const LINKS_OF: Record<Group, readonly string[]> = {
  owner: [],
  entitlement: ['can-assume', 'acts-for', 'calls-tool', 'can-access', 'member-of'],
  credential: ['has-credential', 'issued-by', 'uses-credential'],
};

/** What of a record belongs to a group, in canonical form. A field that could not be read counts with its last known value. */
function groupContent(record: Observation, group: Group): string {
  const fields: Record<string, Json> = {};
  for (const name of FIELDS_OF[group]) {
    const value = record.fields[name];
    if (value !== undefined) fields[name] = value;
  }
  const links = (record.links ?? []).filter((link) => LINKS_OF[group].includes(link.relation));
  return canonicalJson({
    fields,
    links: links.map((link) => canonicalJson([link.relation, link.to, ...(link.inward ? ['inward'] : [])])).sort(),
    ...(group === 'entitlement' ? { access: (record.access ?? []).map((right) => canonicalJson(right)).sort() } : {}),
    ...(group === 'credential' && record.type === 'credential' ? { keys: [...record.keys].sort(), status: record.fields.status } : {}),
  });
}

/** The counters after a change from `before` to `after`: each moves by one exactly when its group's content differs. */
export function nextRevisions(before: SourceRecord, after: Observation): SourceRecord['revisions'] {
  const next = (group: Group): number => before.revisions[group] + (groupContent(before, group) === groupContent(after, group) ? 0 : 1);
  return { owner: next('owner'), entitlement: next('entitlement'), credential: next('credential') };
}

export const FIRST_REVISIONS: SourceRecord['revisions'] = { owner: 0, entitlement: 0, credential: 0 };
