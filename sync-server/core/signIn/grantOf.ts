import type { Grant, SignInPolicy } from '../../../shared/model/policy.ts';

/** The first line whose group somebody is in says what they become; who is in none becomes `others`, or is not let in. */
export function grantOf({ groups, others }: SignInPolicy, memberOf: readonly string[]): Grant | undefined {
  return groups.find(({ group }) => memberOf.includes(group))?.grant ?? others;
}

/** A claim that lists groups: texts, or one alone. Anything else is no group. */
export function groupsIn(claim: unknown): string[] {
  const list: unknown[] = Array.isArray(claim) ? claim : [claim];
  return list.filter((one) => typeof one === 'string');
}
