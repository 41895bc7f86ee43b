import { createPrivateKey } from 'node:crypto';
import { hashText } from '../../../shared/base/hash.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import { DAY, HOUR, toInstant } from '../../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation } from '../../../shared/model/record.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { type Connector, type ConnectorContext, type ConnectorMessage, problem, type Traits } from '../connector.ts';
import type { Repository } from './answers.ts';
import { type Access, GitHubClient } from './client.ts';
import { leastRights } from './grant.ts';
import { namedBy } from './names.ts';
import { PageCache } from './pageCache.ts';
import { githubProblem, type Refusal, summarised } from './problems.ts';
import { type Denied, OrganizationReader, type RepositoryRead } from './reader.ts';
import { DEFAULT_REQUESTS, GITHUB_COM, type GitHubSettings, hostOf, issuerOf, settings } from './settings.ts';
import {
  deployKeyToObservation,
  installationToObservation,
  type Part,
  type Place,
  placeOf,
  repositoryToObservation,
  secretToObservation,
  subjectToObservation,
  tokenToObservation,
} from './toObservations.ts';
import { receive } from './webhook.ts';

type Context = ConnectorContext<GitHubSettings>;

const FIELDS = [
  ...['name', 'status', 'boundary', 'created', 'expires', 'rotated', 'lastUsed', 'access', 'description', 'location'],
  ...['fingerprint', 'algorithm', 'owner'],
];

function traits({ organization, webhookSecret }: GitHubSettings): Traits {
  const hints = webhookSecret === undefined ? '' : 'Deliveries make it look at once at what they name; the scan decides. ';
  return {
    mechanism: 'poll',
    // What did not change is answered 304, which costs nothing of the limit.
    cadence: HOUR,
    levels: { reporting: DAY, control: 2 * HOUR },
    lag: 0,
    note: `${hints}GitHub shows names of secrets and public halves of keys alone, and no last use of apps or secrets.`,
    private: false,
    watch: [],
    label: `GitHub ${organization}`,
  };
}

async function accessOf({ settings: own, secret }: Context): Promise<Result<Access, ConnectorProblem>> {
  if (own.token !== undefined) {
    const token = await secret(own.token);
    return token.ok ? ok({ by: 'token', token: token.value }) : token;
  }
  const { appId } = own;
  if (appId === undefined) return err(problem('misconfigured', 'neither an app nor a token is named', false));
  const privateKey = await secret(own.privateKey);
  if (!privateKey.ok) return privateKey;
  try {
    createPrivateKey(privateKey.value);
  } catch {
    return err(
      problem('misconfigured', 'the private key cannot be used to sign', false, 'Check the reference in `privateKey`: a PEM file.'),
    );
  }
  return ok({ by: 'app', appId, privateKey: privateKey.value });
}

interface Opened {
  readonly reader: OrganizationReader;
  readonly place: Place;
  readonly cache: PageCache;
}

async function open(context: Context): Promise<Result<Opened, ConnectorProblem>> {
  const { settings: own, network, signal, cursor } = context;
  const access = await accessOf(context);
  if (!access.ok) return access;
  const cache = new PageCache(cursor);
  const { baseUrl = GITHUB_COM, requests = DEFAULT_REQUESTS, organization } = own;
  const client = await GitHubClient.forOrganization(organization, { baseUrl, access: access.value, network, signal, requests, cache });
  if (!client.ok) return client;
  const reader = new OrganizationReader(client.value, own);
  const found = await reader.organization();
  if (!found.ok) return err(reader.stopped ?? githubProblem(found.error, organization));
  return ok({ reader, cache, place: { host: hostOf(own), organization: found.value, issuer: issuerOf(own) } });
}

/** Another choice of repositories is another part of GitHub: what is left out now is not missing. */
const coverageOf = (part: Part, { include, exclude }: GitHubSettings): CoverageId => {
  const chosen =
    include === undefined && exclude === undefined ? '' : `/${hashText(canonicalJson([include ?? [], exclude ?? []])).slice(0, 8)}`;
  return `${part}${OF_REPOSITORIES.has(part) ? chosen : ''}` as CoverageId;
};
const OF_REPOSITORIES: ReadonlySet<Part> = new Set(['repositories', 'deploy keys', 'repository secrets', 'subjects']);

const isChosen = ({ include, exclude = [] }: GitHubSettings, { name }: Repository): boolean =>
  (include === undefined || namedBy(include, name)) && !namedBy(exclude, name);

/** Repositories at once: enough to hide the way there and back, few enough for GitHub's secondary limits. */
const AT_ONCE = 4;

async function* list(context: Context): AsyncGenerator<ConnectorMessage> {
  const asOf = toInstant(context.clock());
  const opened = await open(context);
  if (!opened.ok) {
    const coverage = coverageOf('repositories', context.settings);
    yield { kind: 'coverage', coverage, label: context.settings.organization, asOf };
    yield { kind: 'coverageDone', coverage, outcome: 'failed', problems: [opened.error] };
    return;
  }
  const { reader, place, cache } = opened.value;
  yield { kind: 'place', place: placeOf(place) };
  const part = partOf(context, reader, asOf);
  yield* part('apps', await reader.installations(), (one, coverage) => [installationToObservation(one, place, coverage)]);
  yield* part('tokens', await reader.tokens(), (one, coverage) => [tokenToObservation(one, place, coverage)]);
  const holder = { id: `organization/${place.organization.id}`, location: place.organization.login };
  yield* part('organisation secrets', await reader.secrets(), (one, coverage) => [secretToObservation(one, holder, place, coverage)]);
  const all = await reader.repositories();
  const chosen = all.ok ? ok(all.value.filter((one) => isChosen(context.settings, one))) : all;
  yield* part('repositories', chosen, (one, coverage) => [repositoryToObservation(one, place, coverage)]);
  yield* ofRepositories(context, opened.value, chosen, asOf);
  const cursor = cache.cursor();
  if (cursor !== undefined) yield { kind: 'checkpoint', cursor };
}

/** One coverage that one listing answers. */
function partOf(context: Context, reader: OrganizationReader, asOf: ReturnType<typeof toInstant>) {
  return function* <T>(
    part: Part,
    read: Result<readonly T[], Refusal>,
    toRecords: (one: T, coverage: CoverageId) => Observation[],
  ): Generator<ConnectorMessage> {
    const coverage = coverageOf(part, context.settings);
    yield { kind: 'coverage', coverage, label: part, asOf };
    for (const one of read.ok ? read.value : []) for (const record of toRecords(one, coverage)) yield { kind: 'record', record };
    const where = context.settings.organization;
    const problems = read.ok ? [] : [reader.stopped ?? githubProblem(read.error, where)];
    yield { kind: 'coverageDone', coverage, outcome: read.ok ? 'complete' : 'failed', problems };
  };
}

async function* ofRepositories(
  context: Context,
  { reader, place }: Opened,
  chosen: Result<readonly Repository[], Refusal>,
  asOf: ReturnType<typeof toInstant>,
): AsyncGenerator<ConnectorMessage> {
  const [keys, secrets, subjects] = (['deploy keys', 'repository secrets', 'subjects'] as const).map((part) => ({
    part,
    coverage: coverageOf(part, context.settings),
    denied: [] as Denied[],
  })) as [OpenPart, OpenPart, OpenPart];
  for (const { coverage, part } of [keys, secrets, subjects]) yield { kind: 'coverage', coverage, label: part, asOf };
  const template = await reader.subjectTemplate();
  if (!template.ok) subjects.denied.push({ where: context.settings.organization, refusal: template.error });
  const repositories = chosen.ok ? rotated(chosen.value, context.clock()) : [];
  for (let from = 0; from < repositories.length && !context.signal.aborted; from += AT_ONCE) {
    const some = repositories.slice(from, from + AT_ONCE);
    const reads = await Promise.all(some.map((one) => reader.repository(one, template.ok ? template.value : undefined)));
    for (const read of reads) {
      for (const record of recordsOf(read, place, { keys, secrets, subjects })) yield { kind: 'record', record };
      keys.denied.push(...read.denied.keys);
      secrets.denied.push(...read.denied.secrets);
      subjects.denied.push(...read.denied.subjects);
    }
    yield { kind: 'progress', done: from + some.length, total: repositories.length, what: 'repositories read' };
  }
  for (const { coverage, denied } of [keys, secrets, subjects]) {
    const problems = chosen.ok
      ? summarised(denied, reader.stopped)
      : [reader.stopped ?? githubProblem(chosen.error, context.settings.organization)];
    const outcome = problems.length === 0 ? 'complete' : chosen.ok ? 'partial' : 'failed';
    yield { kind: 'coverageDone', coverage, outcome, problems };
  }
}

interface OpenPart {
  readonly part: Part;
  readonly coverage: CoverageId;
  readonly denied: Denied[];
}

/** Where the budget does not reach all of them, each run begins with others. */
function rotated(repositories: readonly Repository[], now: number): readonly Repository[] {
  const sorted = [...repositories].sort((a, b) => a.id - b.id);
  const from = sorted.length === 0 ? 0 : Math.floor(now / HOUR) % sorted.length;
  return [...sorted.slice(from), ...sorted.slice(0, from)];
}

function recordsOf(
  { repository, keys, secrets, environments, subjects }: RepositoryRead,
  place: Place,
  parts: Readonly<Record<'keys' | 'secrets' | 'subjects', OpenPart>>,
): Observation[] {
  const holder = { id: `repository/${repository.id}`, location: repository.full_name, repository };
  return [
    ...keys.map((key) => deployKeyToObservation(key, repository, place, parts.keys.coverage)),
    ...secrets.map((secret) => secretToObservation(secret, holder, place, parts.secrets.coverage)),
    ...environments.flatMap(({ environment, secrets: own }) => {
      const within = {
        ...holder,
        id: `${holder.id}/environment/${environment.id}`,
        location: `${holder.location} · ${environment.name}`,
      };
      return own.map((secret) => secretToObservation(secret, within, place, parts.secrets.coverage));
    }),
    ...subjects.map((subject) => subjectToObservation(subject, repository, place, parts.subjects.coverage)),
  ];
}

/** One record, by the shortest listing that holds it. What a complete answer does not hold any more was deleted. */
async function* reread(context: Context, externalId: ExternalId): AsyncGenerator<ConnectorMessage> {
  const asOf = toInstant(context.clock());
  const opened = await open(context);
  const [what = ''] = externalId.split('/');
  const coverage = coverageOf(PART_OF[what] ?? 'repositories', context.settings);
  yield { kind: 'coverage', coverage, label: coverage, asOf };
  const found = opened.ok ? await recordsAround(externalId, opened.value, context.settings) : opened;
  if (found.ok) {
    if (opened.ok) yield { kind: 'place', place: placeOf(opened.value.place) };
    const record = found.value.find((one) => one.externalId === externalId);
    yield record ? { kind: 'record', record } : { kind: 'deleted', externalId, evidence: 'tombstone', at: asOf };
  }
  yield { kind: 'coverageDone', coverage, outcome: found.ok ? 'partial' : 'failed', problems: found.ok ? [] : [found.error] };
}

const PART_OF: Readonly<Record<string, Part>> = {
  installation: 'apps',
  token: 'tokens',
  'deploy-key': 'deploy keys',
  secret: 'repository secrets',
  subject: 'subjects',
  repository: 'repositories',
};

/** Everything in the neighbourhood of a record, read completely, or why it could not be. */
async function recordsAround(
  externalId: ExternalId,
  { reader, place }: Opened,
  own: GitHubSettings,
): Promise<Result<readonly Observation[], ConnectorProblem>> {
  const fail = (refusal: Refusal): Result<never, ConnectorProblem> => err(reader.stopped ?? githubProblem(refusal, own.organization));
  const [what, of, number] = externalId.split('/');
  if (what === 'installation') {
    const read = await reader.installations();
    return read.ok ? ok(read.value.map((one) => installationToObservation(one, place, coverageOf('apps', own)))) : fail(read.error);
  }
  if (what === 'token') {
    const read = await reader.tokens();
    return read.ok ? ok(read.value.map((one) => tokenToObservation(one, place, coverageOf('tokens', own)))) : fail(read.error);
  }
  if (what === 'secret' && of === 'organization') {
    const read = await reader.secrets();
    const holder = { id: `organization/${place.organization.id}`, location: place.organization.login };
    const coverage = coverageOf('organisation secrets', own);
    return read.ok ? ok(read.value.map((one) => secretToObservation(one, holder, place, coverage))) : fail(read.error);
  }
  const all = await reader.repositories();
  if (!all.ok) return fail(all.error);
  const repository = all.value.find(({ id }) => String(id) === (what === 'secret' ? number : of));
  if (!repository || !isChosen(own, repository)) return ok([]);
  if (what === 'repository') return ok([repositoryToObservation(repository, place, coverageOf('repositories', own))]);
  if (what === 'deploy-key') {
    const read = await reader.deployKeys(repository);
    const coverage = coverageOf('deploy keys', own);
    return read.ok ? ok(read.value.map((one) => deployKeyToObservation(one, repository, place, coverage))) : fail(read.error);
  }
  const template = await reader.subjectTemplate();
  if (!template.ok) return fail(template.error);
  const read = await reader.repository(repository, template.value);
  const [denied] = what === 'secret' ? read.denied.secrets : read.denied.subjects;
  if (denied) return fail(denied.refusal);
  const part = (name: Part): OpenPart => ({ part: name, coverage: coverageOf(name, own), denied: [] });
  return ok(recordsOf(read, place, { keys: part('deploy keys'), secrets: part('repository secrets'), subjects: part('subjects') }));
}

export const connector: Connector<GitHubSettings> = {
  kind: 'github',
  settings,
  fields: FIELDS,
  traits,
  list,
  reread,
  grant: leastRights,
  deliveries: { secret: ({ webhookSecret }) => webhookSecret, receive },
};
