import { canonicalJson } from '../base/json.ts';
import type { Observation } from '../model/record.ts';
import type { AccessLevel } from '../model/vocabulary.ts';

const PRIVILEGED: ReadonlySet<AccessLevel> = new Set<AccessLevel>(['secrets', 'grant', 'full']);

/** The privileged rights of a record (DOMAIN E), each as one text. */
export const privileges = (record: Observation): string[] =>
  (record.access ?? [])
    .filter(({ level }) => PRIVILEGED.has(level))
    .map(({ level, on, boundary }) => canonicalJson(['access', level, on, boundary ?? null]));

/** A right that could not be read before is not known to be new. */
export function gainsPrivilege(before: Observation, after: Observation): boolean {
  if (before.access === undefined && before.unread?.includes('access')) return false;
  const held = new Set(privileges(before));
  return privileges(after).some((right) => !held.has(right));
}
