import { type SignInPolicy, signInPolicy } from '../../shared/model/policy.ts';
import type { RoleValue } from './RoleFields.tsx';
import type { PersonRole } from './roleWords.ts';

export interface GroupLine extends RoleValue {
  readonly id: number;
  readonly group: string;
}

/** The sign-in policy while it is typed. */
export interface SignInDraft {
  readonly issuer: string;
  readonly clientId: string;
  readonly name: string;
  readonly scopes: string;
  readonly groupsClaim: string;
  readonly renewHours: number | string;
  readonly groups: readonly GroupLine[];
  readonly others: RoleValue | undefined;
}

const EMPTY: SignInDraft = {
  issuer: '',
  clientId: '',
  name: '',
  scopes: 'profile',
  groupsClaim: 'groups',
  renewHours: 24,
  groups: [],
  others: undefined,
};

export function draftOf(policy: SignInPolicy | undefined): SignInDraft {
  if (!policy) return EMPTY;
  const { issuer, clientId, name, scopes, groupsClaim, renewHours, groups, others } = policy;
  const lines = groups.map(({ group, grant }, id) => ({ id, group, role: grant.role as PersonRole, remit: grant.remit }));
  return {
    ...{ issuer, clientId, name, groupsClaim, renewHours },
    scopes: scopes.join(' '),
    groups: lines,
    others: others && { role: others.role as PersonRole, remit: others.remit },
  };
}

const grantOf = ({ role, remit }: RoleValue) => ({ role, remit: remit.trim() === '' ? 'true' : remit.trim() });

/** @returns the policy, or what is wrong with it in one line that names the field and not its value. */
export function policyOf(draft: SignInDraft): { readonly policy: SignInPolicy } | { readonly problem: string } {
  const parsed = signInPolicy.safeParse({
    issuer: draft.issuer.trim(),
    clientId: draft.clientId.trim(),
    name: draft.name.trim(),
    scopes: draft.scopes.split(/\s+/).filter((scope) => scope !== ''),
    groupsClaim: draft.groupsClaim.trim(),
    groups: draft.groups.map((line) => ({ group: line.group.trim(), grant: grantOf(line) })),
    ...(draft.others ? { others: grantOf(draft.others) } : {}),
    renewHours: Number(draft.renewHours),
  });
  if (parsed.success) return { policy: parsed.data };
  const [issue] = parsed.error.issues;
  return { problem: `${WORDS[String(issue?.path[0])] ?? 'This'} is not complete: ${issue?.message ?? 'check it'}` };
}

const WORDS: Readonly<Record<string, string>> = {
  issuer: 'The issuer',
  clientId: 'The client id',
  name: 'The name',
  scopes: 'A scope',
  groupsClaim: 'The groups claim',
  groups: 'A group',
  others: 'What everybody else becomes',
  renewHours: 'The hours until the next sign-in',
};
