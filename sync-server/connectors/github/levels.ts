import { compareCodeUnits } from '../../../shared/base/json.ts';
import type { AccessLevel, Entitlement } from '../../../shared/model/vocabulary.ts';

/** Who may change what others may do, or act as the organisation's owner would (DOMAIN E: `administration:write`). */
const GRANTS: ReadonlySet<string> = new Set([
  'administration',
  'organization_administration',
  'members',
  'organization_custom_roles',
  'organization_custom_org_roles',
  'organization_personal_access_tokens',
  'organization_personal_access_token_requests',
]);
/** GitHub gives out no value of a secret: to read is to see names. To write is to replace what every job is given. */
const SECRETS: ReadonlySet<string> = new Set([
  'secrets',
  'organization_secrets',
  'environments',
  'dependabot_secrets',
  'organization_dependabot_secrets',
  'codespaces_secrets',
  'organization_codespaces_secrets',
]);
const RUNS: ReadonlySet<string> = new Set(['actions', 'workflows', 'codespaces', 'organization_self_hosted_runners']);

export function levelOf(permission: string, access: string): AccessLevel {
  if (access === 'read') return 'read';
  if (GRANTS.has(permission)) return 'grant';
  if (SECRETS.has(permission)) return 'secrets';
  return RUNS.has(permission) ? 'run' : 'write';
}

const ORDER: readonly AccessLevel[] = ['full', 'grant', 'secrets', 'run', 'write', 'read'];

export interface Reach {
  readonly on: string;
  readonly boundary: string;
  /** Which of the repositories is not known. */
  readonly certainty: Entitlement['certainty'];
}

/** One entitlement a level, strongest first, with the permissions that it comes from verbatim. */
export function entitlements(permissions: Readonly<Record<string, string>>, { on, boundary, certainty }: Reach): Entitlement[] {
  const byLevel = new Map<AccessLevel, string[]>();
  for (const [name, access] of Object.entries(permissions)) {
    const level = levelOf(name, access);
    byLevel.set(level, [...(byLevel.get(level) ?? []), `${name}:${access}`]);
  }
  return ORDER.flatMap((level) => {
    const natives = byLevel.get(level);
    return natives ? [{ level, on, boundary, native: natives.sort(compareCodeUnits).join(', ').slice(0, 2_048), certainty }] : [];
  });
}

/** Permissions on the organisation itself, apart from those on its repositories. */
export function splitPermissions(permissions: Readonly<Record<string, string>>): {
  readonly organization: Record<string, string>;
  readonly repository: Record<string, string>;
} {
  const ofOrganization = ([name]: [string, string]): boolean => name.startsWith('organization_') || name === 'members';
  const all = Object.entries(permissions);
  return {
    organization: Object.fromEntries(all.filter(ofOrganization)),
    repository: Object.fromEntries(all.filter((one) => !ofOrganization(one))),
  };
}
