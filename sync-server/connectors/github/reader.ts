import type { Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import {
  deployKey,
  type Environment,
  environment,
  type Installation,
  installation,
  organization,
  organizationSubject,
  type Repository,
  repository,
  repositorySubject,
  type Secret,
  secret,
  type TokenGrant,
  tokenGrant,
} from './answers.ts';
import type { GitHubClient, Question } from './client.ts';
import type { Refusal } from './problems.ts';
import type { GitHubSettings } from './settings.ts';
import { type Subject, subjectsOf } from './subjects.ts';
import { type DeployKey, withFingerprint } from './toObservations.ts';

/** What is asked, and the least right that answers it. `grant` prints exactly these. */
export const QUESTIONS = {
  organization: { what: 'the organisation', permission: 'repository permission "Metadata: read"' },
  repositories: { what: 'repositories', permission: 'repository permission "Metadata: read"' },
  apps: { what: 'installed apps', permission: 'organisation permission "Administration: read"' },
  tokens: { what: 'fine-grained tokens', permission: 'organisation permission "Personal access tokens: read", of a GitHub App' },
  organizationSecrets: { what: 'names of organisation secrets', permission: 'organisation permission "Secrets: read"' },
  organizationSubject: { what: 'the subject template of the organisation', permission: 'organisation permission "Administration: read"' },
  deployKeys: { what: 'deploy keys', permission: 'repository permission "Administration: read"' },
  secrets: { what: 'names of repository secrets', permission: 'repository permission "Secrets: read"' },
  environments: { what: 'environments', permission: 'repository permission "Actions: read"' },
  environmentSecrets: { what: 'names of environment secrets', permission: 'repository permission "Environments: read"' },
  subject: { what: 'subjects of workflow jobs', permission: 'repository permission "Actions: read"' },
} as const satisfies Readonly<Record<string, Question>>;

export interface Denied {
  readonly where: string;
  readonly refusal: Refusal;
}

/** What of one repository could be read, and what was refused. */
export interface RepositoryRead {
  readonly repository: Repository;
  readonly keys: readonly DeployKey[];
  readonly secrets: readonly Secret[];
  readonly environments: readonly { readonly environment: Environment; readonly secrets: readonly Secret[] }[];
  readonly subjects: readonly Subject[];
  readonly denied: { readonly keys: readonly Denied[]; readonly secrets: readonly Denied[]; readonly subjects: readonly Denied[] };
}

/** The parts of an organisation, each by the call that GitHub documents for it. */
export class OrganizationReader {
  readonly client: GitHubClient;
  readonly #org: string;

  constructor(client: GitHubClient, { organization: org }: Pick<GitHubSettings, 'organization'>) {
    this.client = client;
    this.#org = org;
  }

  get stopped(): ConnectorProblem | undefined {
    return this.client.stopped;
  }

  organization() {
    return this.client.one('/orgs/{org}', { org: this.#org }, organization, QUESTIONS.organization);
  }
  repositories(): Promise<Result<Repository[], Refusal>> {
    return this.client.all('/orgs/{org}/repos', { org: this.#org }, repository, QUESTIONS.repositories);
  }
  installations(): Promise<Result<Installation[], Refusal>> {
    return this.client.all('/orgs/{org}/installations', { org: this.#org }, installation, QUESTIONS.apps, 'installations');
  }
  tokens(): Promise<Result<TokenGrant[], Refusal>> {
    return this.client.all('/orgs/{org}/personal-access-tokens', { org: this.#org }, tokenGrant, QUESTIONS.tokens);
  }
  secrets(): Promise<Result<Secret[], Refusal>> {
    return this.client.all('/orgs/{org}/actions/secrets', { org: this.#org }, secret, QUESTIONS.organizationSecrets, 'secrets');
  }
  /** A 404 says that there is no template: the permission is one that `apps` needs as well. */
  async subjectTemplate(): Promise<Result<readonly string[] | undefined, Refusal>> {
    const route = '/orgs/{org}/actions/oidc/customization/sub';
    const read = await this.client.one(route, { org: this.#org }, organizationSubject, QUESTIONS.organizationSubject);
    if (read.ok) return { ok: true, value: read.value.include_claim_keys };
    return read.error.kind === 'not found' ? { ok: true, value: undefined } : read;
  }

  async deployKeys(one: Repository): Promise<Result<DeployKey[], Refusal>> {
    const read = await this.client.all('/repos/{owner}/{repo}/keys', named(one), deployKey, QUESTIONS.deployKeys);
    return read.ok ? { ok: true, value: read.value.map(withFingerprint) } : read;
  }

  /** Secrets and subjects need the environments; what is denied of one leaves the others as they are. */
  async repository(one: Repository, template: readonly string[] | undefined): Promise<RepositoryRead> {
    const where = one.full_name;
    const denied = { keys: [] as Denied[], secrets: [] as Denied[], subjects: [] as Denied[] };
    const keys = await this.deployKeys(one);
    if (!keys.ok) denied.keys.push({ where, refusal: keys.error });
    const secrets = await this.client.all('/repos/{owner}/{repo}/actions/secrets', named(one), secret, QUESTIONS.secrets, 'secrets');
    if (!secrets.ok) denied.secrets.push({ where, refusal: secrets.error });
    const environments = await this.client.all(
      '/repos/{owner}/{repo}/environments',
      named(one),
      environment,
      QUESTIONS.environments,
      'environments',
    );
    if (!environments.ok) {
      denied.secrets.push({ where, refusal: environments.error });
      denied.subjects.push({ where, refusal: environments.error });
    }
    const found = environments.ok ? environments.value : [];
    const withSecrets = [];
    for (const each of found) {
      const route = '/repos/{owner}/{repo}/environments/{environment}/secrets';
      const read = await this.client.all(route, { ...named(one), environment: each.name }, secret, QUESTIONS.environmentSecrets, 'secrets');
      if (!read.ok) denied.secrets.push({ where, refusal: read.error });
      withSecrets.push({ environment: each, secrets: read.ok ? read.value : [] });
    }
    const custom = await this.client.one(
      '/repos/{owner}/{repo}/actions/oidc/customization/sub',
      named(one),
      repositorySubject,
      QUESTIONS.subject,
    );
    if (!custom.ok) denied.subjects.push({ where, refusal: custom.error });
    return {
      repository: one,
      keys: keys.ok ? keys.value : [],
      secrets: secrets.ok ? secrets.value : [],
      environments: withSecrets,
      subjects: custom.ok ? subjectsOf(one, found, custom.value, template) : [],
      denied,
    };
  }
}

const named = ({ owner, name }: Repository): { readonly owner: string; readonly repo: string } => ({ owner: owner.login, repo: name });
