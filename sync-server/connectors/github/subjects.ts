import type { Environment, Repository, RepositorySubject } from './answers.ts';

/** The subject (`sub`) that tokens of workflow jobs carry, for one context of a repository. */
export interface Subject {
  /** Stays the same when the repository or its owner is renamed. */
  readonly context: string;
  /** `*` stands for what is known only when a job runs. */
  readonly text: string;
  /** Claims of that kind. Empty: this is the subject, to the letter. */
  readonly unknown: readonly string[];
  readonly environment?: Environment;
}

const DEFAULT_CLAIMS: readonly string[] = ['repo', 'context'];

/** @param organization the claims of the organisation's template, where it has one and it could be read. */
export function subjectsOf(
  repository: Repository,
  environments: readonly Environment[],
  custom: RepositorySubject,
  organization: readonly string[] | undefined,
): Subject[] {
  const claims = claimsOf(custom, organization);
  const branch = `refs/heads/${repository.default_branch}`;
  const contexts = [
    { context: `ref:${branch}`, claim: `ref:${branch}`, environment: undefined },
    ...environments.map((environment) => ({
      context: `environment:${environment.id}`,
      claim: `environment:${environment.name}`,
      environment,
    })),
  ];
  return contexts.map(({ context, claim, environment }) => {
    const values = claims.map((name) => ({ name, value: claimValue(name, repository, custom, claim, environment) }));
    const text = values.map(({ name, value }) => value ?? `${name}:*`).join(':');
    return {
      context,
      text,
      unknown: values.filter(({ value }) => value === undefined).map(({ name }) => name),
      ...(environment === undefined ? {} : { environment }),
    };
  });
}

/** A repository that opted out of the default and names no claims follows its organisation's template. */
function claimsOf(custom: RepositorySubject, organization: readonly string[] | undefined): readonly string[] {
  if (custom.use_default) return DEFAULT_CLAIMS;
  if (custom.include_claim_keys && custom.include_claim_keys.length > 0) return custom.include_claim_keys;
  return organization && organization.length > 0 ? organization : DEFAULT_CLAIMS;
}

function claimValue(
  name: string,
  { id, full_name, owner, visibility, default_branch }: Repository,
  { sub_claim_prefix }: RepositorySubject,
  context: string,
  environment: Environment | undefined,
): string | undefined {
  switch (name) {
    case 'repo':
      return sub_claim_prefix?.startsWith('repo:') ? sub_claim_prefix : `repo:${full_name}`;
    case 'context':
      return context;
    case 'repository':
      return `repository:${full_name}`;
    case 'repository_id':
      return `repository_id:${id}`;
    case 'repository_owner':
      return `repository_owner:${owner.login}`;
    case 'repository_owner_id':
      return `repository_owner_id:${owner.id}`;
    case 'repository_visibility':
      return `repository_visibility:${visibility}`;
    case 'environment':
      return environment && `environment:${environment.name}`;
    case 'ref':
      return environment ? undefined : `ref:refs/heads/${default_branch}`;
    case 'ref_type':
      return environment ? undefined : 'ref_type:branch';
    default:
      return undefined;
  }
}
