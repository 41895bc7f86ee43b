import { createHash, generateKeyPairSync } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExternalId } from '../../shared/model/ids.ts';
import type { Observation } from '../../shared/model/record.ts';
import { connector } from '../../sync-server/connectors/github/connector.ts';
import { type Estate, type GitHubServer, startGitHub } from '../servers/github.ts';
import { type Collected, collect, reread } from '../support/collect.ts';

const AT = '2026-01-02T03:04:05Z';
const LATER = '2026-03-04T05:06:07Z';
const ORG = 'octo-org';
const publicKey = (seed: string): string => `ssh-ed25519 ${createHash('sha256').update(seed).digest('base64')}`;

const estate = (): Estate => ({
  organization: { id: 77, login: ORG },
  installations: [
    {
      id: 1,
      app_id: 10,
      app_slug: 'deployer',
      repository_selection: 'all',
      permissions: { contents: 'write', secrets: 'write', metadata: 'read', members: 'read' },
      suspended_at: null,
    },
    { id: 2, app_id: 11, app_slug: 'reader', repository_selection: 'selected', permissions: { contents: 'read' }, suspended_at: AT },
  ],
  tokens: [
    {
      token_id: 501,
      token_name: 'ci',
      login: 'ana',
      permissions: { repository: { administration: 'write' }, organization: { members: 'read' } },
      expires: LATER,
      used: AT,
    },
  ],
  secrets: [{ name: 'NPM_PUBLISH', created_at: AT, updated_at: LATER, visibility: 'all' }],
  repositories: [
    {
      id: 9001,
      name: 'app',
      keys: [
        { id: 31, key: publicKey('a'), title: 'builder', read_only: false, created_at: AT, added_by: 'ana', last_used: LATER },
        { id: 32, key: publicKey('b'), title: 'mirror', read_only: true, created_at: AT, added_by: null, last_used: null },
      ],
      secrets: [{ name: 'DEPLOY', created_at: AT, updated_at: AT }],
      environments: [{ id: 61, name: 'production', secrets: [{ name: 'DEPLOY', created_at: AT, updated_at: LATER }] }],
      subject: { use_default: true, sub_claim_prefix: `repo:${ORG}/app` },
    },
    {
      id: 9002,
      name: 'docs',
      keys: [],
      secrets: [],
      environments: [],
      subject: { use_default: false, include_claim_keys: ['repository_owner_id', 'job_workflow_ref'] },
    },
  ],
});

let github: GitHubServer;
let unavailable: string | undefined;
beforeAll(async () => {
  const started = await startGitHub(estate());
  if ('unavailable' in started) {
    unavailable = started.unavailable;
    process.stdout.write(`${unavailable}\n`);
  } else github = started;
}, 300_000);
afterAll(async () => github?.dispose());
beforeEach((context) => {
  if (unavailable !== undefined) return context.skip(unavailable);
  github.estate = estate();
  github.overrides.length = 0;
  github.violations.length = 0;
  github.calls();
});
afterEach(() => {
  expect(github?.violations ?? []).toEqual([]);
});

const settings = (more: object = {}): object => ({
  organization: ORG,
  baseUrl: github.address,
  appId: github.appId,
  privateKey: { env: 'KEY' },
  ...more,
});
const list = (more: object = {}, cursor?: string): Promise<Collected> =>
  collect(connector, settings(more), { environment: { KEY: github.privateKey }, ...(cursor === undefined ? {} : { cursor }) });
const again = (id: string, more: object = {}): Promise<Collected> =>
  reread(connector, settings(more), id as ExternalId, { environment: { KEY: github.privateKey } });
const outcomes = (run: Collected): Record<string, string> => Object.fromEntries([...run.done].map(([id, { outcome }]) => [id, outcome]));
const problems = (run: Collected, coverage: string): string[] =>
  run.done.get(coverage as never)?.problems.map(({ message }) => message) ?? [];
const named = (records: readonly Observation[], name: string): Observation | undefined =>
  records.find(({ fields }) => fields.name === name);
const cursorOf = (run: Collected): string | undefined => run.messages.find((message) => message.kind === 'checkpoint')?.cursor;

describe('[GH1] an organisation of GitHub, held to its published description', () => {
  it('is listed whole: apps, keys, tokens, names of secrets, subjects and repositories', async () => {
    const run = await list();
    expect(outcomes(run)).toEqual({
      apps: 'complete',
      tokens: 'complete',
      'organisation secrets': 'complete',
      repositories: 'complete',
      'deploy keys': 'complete',
      'repository secrets': 'complete',
      subjects: 'complete',
    });
    expect(run.place).toBe(`github:${new URL(github.address).host}/organization/77`);
    expect(run.records.map(({ externalId }) => externalId).sort()).toEqual([
      'deploy-key/9001/31',
      'deploy-key/9001/32',
      'installation/1',
      'installation/2',
      'repository/9001',
      'repository/9002',
      'secret/organization/77/2026-01-02T03:04:05.000Z/NPM_PUBLISH',
      'secret/repository/9001/2026-01-02T03:04:05.000Z/DEPLOY',
      'secret/repository/9001/environment/61/2026-01-02T03:04:05.000Z/DEPLOY',
      'subject/9001/environment:61',
      'subject/9001/ref:refs/heads/main',
      'subject/9002/ref:refs/heads/main',
      'token/501',
    ]);
  });
  it('an app has its permissions as levels, with the words of GitHub; a suspended one is disabled', async () => {
    const { records } = await list();
    const app = named(records, 'deployer');
    expect(app).toMatchObject({ type: 'identity', kind: 'application', subtype: 'github.app', fields: { status: 'enabled' } });
    expect(app?.access?.map(({ level, on, native, certainty }) => [level, on, native, certainty])).toEqual([
      ['read', `organisation ${ORG}`, 'members:read', 'exact'],
      ['secrets', `all repositories of ${ORG}`, 'secrets:write', 'exact'],
      ['write', `all repositories of ${ORG}`, 'contents:write', 'exact'],
      ['read', `all repositories of ${ORG}`, 'metadata:read', 'exact'],
    ]);
    expect(named(records, 'reader')).toMatchObject({
      fields: { status: 'disabled' },
      access: [{ level: 'read', certainty: 'upper bound' }],
    });
  });
  it('a deploy key is known by its fingerprint, whether it may write, and who added it', async () => {
    const { records } = await list();
    const builder = named(records, 'builder');
    const blob = Buffer.from(publicKey('a').split(' ')[1] as string, 'base64');
    expect(builder).toMatchObject({
      type: 'credential',
      kind: 'SSH key',
      fields: {
        fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
        algorithm: 'ssh-ed25519',
        location: `${ORG}/app`,
        lastUsed: '2026-03-04',
      },
      access: [{ level: 'write', on: `${ORG}/app` }],
    });
    expect(builder?.links).toContainEqual({ relation: 'created-by', to: { alias: 'ana' }, certainty: 'exact' });
    expect(named(records, 'mirror')?.access).toMatchObject([{ level: 'read' }]);
  });
  it('a fine-grained token has its owner, what it may do, and when it expires; when it was made GitHub does not say', async () => {
    const { records } = await list();
    expect(named(records, 'ci of ana')).toMatchObject({
      kind: 'token',
      unread: ['created'],
      fields: { owner: 'ana', expires: '2026-03-04T05:06:07.000Z', lastUsed: '2026-01-02', status: 'enabled' },
      access: [
        { level: 'read', native: 'members:read' },
        { level: 'grant', native: 'administration:write' },
      ],
    });
  });
  it('of a secret its name and dates alone; deleted and made again it is another', async () => {
    const before = (await list()).records.filter(({ fields }) => fields.name === 'DEPLOY');
    expect(before.map(({ fields }) => [fields.location, fields.created, fields.rotated])).toEqual([
      [`${ORG}/app`, '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05.000Z'],
      [`${ORG}/app · production`, '2026-01-02T03:04:05.000Z', '2026-03-04T05:06:07.000Z'],
    ]);
    const [repository] = github.estate.repositories;
    if (repository) repository.secrets = [{ name: 'DEPLOY', created_at: LATER, updated_at: LATER }];
    const after = (await list()).records.filter(({ fields }) => fields.name === 'DEPLOY');
    expect(after[0]?.externalId).not.toBe(before[0]?.externalId);
    expect(after[1]?.externalId).toBe(before[1]?.externalId);
  });
  it('[REC16] a subject is the name that a cloud role trusts; one that is known only when a job runs is no name', async () => {
    const { records } = await list({ oidcIssuer: 'https://token.actions.githubusercontent.com' });
    const subjects = records.filter(({ subtype }) => subtype === 'oidc.subject');
    expect(subjects.map(({ aliases }) => aliases)).toEqual(
      expect.arrayContaining([
        [`repo:${ORG}/app:environment:production`, `oidc:token.actions.githubusercontent.com#repo:${ORG}/app:environment:production`],
        [`repo:${ORG}/app:ref:refs/heads/main`, `oidc:token.actions.githubusercontent.com#repo:${ORG}/app:ref:refs/heads/main`],
        ['repository_owner_id:77:job_workflow_ref:*'],
      ]),
    );
    expect(subjects.find(({ aliases }) => aliases.length === 1)?.unread).toContain('links');
  });
  it('a repository that follows its organisation has the claims of its template', async () => {
    github.estate.template = ['repo', 'context', 'repository_id'];
    const docs = github.estate.repositories[1];
    if (docs) docs.subject = { use_default: false };
    const { records } = await list();
    expect(records.find(({ externalId }) => externalId === 'subject/9002/ref:refs/heads/main')?.aliases[0]).toBe(
      `repo:${ORG}/docs:ref:refs/heads/main:repository_id:9002`,
    );
  });
});

describe('[GH1] the description', () => {
  it('is asked of every call and answer: what it does not have is told', async () => {
    const told = async (path: string): Promise<string[]> => {
      await fetch(`${github.address}${path}`, { headers: { authorization: `token ${github.issued[0] ?? ''}` } });
      return github.violations.splice(0);
    };
    await list();
    expect(await told(`/orgs/${ORG}/no-such-thing`)).toEqual([`GET /orgs/${ORG}/no-such-thing: is not described`]);
    expect(await told(`/orgs/${ORG}/repos?per_page=many&colour=red`)).toEqual([
      '/orgs/{org}/repos?per_page: "many" is no integer',
      '/orgs/{org}/repos?colour: is not a parameter',
    ]);
    github.estate.organization = { id: 77.5, login: ORG };
    expect(await told(`/orgs/${ORG}`)).toEqual(['/orgs/{org}.id: is no integer']);
  });
});

describe('[GH2] paging, budget and polls', () => {
  it('follows Link headers over more than two pages, and calls nothing twice', async () => {
    const [first] = github.estate.repositories;
    github.estate.tokens = Array.from({ length: 250 }, (_, n) => ({
      ...(estate().tokens[0] as Estate['tokens'][number]),
      token_id: 1_000 + n,
      token_name: `t${n}`,
    }));
    github.estate.repositories = first ? [first] : [];
    const run = await list();
    expect(run.records.filter(({ kind }) => kind === 'token')).toHaveLength(250);
    const paths = github.calls().map(({ path }) => path);
    expect(paths.filter((path) => path.includes('personal-access-tokens'))).toHaveLength(3);
    expect(new Set(paths).size).toBe(paths.length);
  });
  it('a poll of what did not change is answered 304 by every call, and says the same records', async () => {
    const first = await list();
    const full = github.calls();
    const second = await list({}, cursorOf(first));
    const polled = github.calls().filter(({ path }) => !/access_tokens|\/installation$/.test(path));
    expect(
      new Set(polled.filter(({ path }) => !path.endsWith(`/orgs/${ORG}/actions/oidc/customization/sub`)).map(({ status }) => status)),
    ).toEqual(new Set([304]));
    expect(second.records).toEqual(first.records);
    expect(outcomes(second)).toEqual(outcomes(first));
    expect(full.some(({ status }) => status === 304)).toBe(false);
  });
  it('what did change is read anew, beside what did not', async () => {
    const cursor = cursorOf(await list());
    github.calls();
    github.estate.repositories[0]?.keys.splice(0, 1);
    const run = await list({}, cursor);
    expect(run.records.filter(({ kind }) => kind === 'SSH key').map(({ fields }) => fields.name)).toEqual(['mirror']);
    expect(github.calls().filter(({ path, status }) => status === 200 && path.includes('/keys'))).toHaveLength(1);
  });
  it('a cursor that cannot be read is none', async () => {
    expect(outcomes(await list({}, 'not a cursor'))).toEqual(outcomes(await list()));
  });
  it('a budget that is used up is partial, never empty', async () => {
    const [first] = github.estate.repositories;
    github.estate.repositories = Array.from({ length: 12 }, (_, n) => ({
      ...(first as NonNullable<typeof first>),
      id: 100 + n,
      name: `r${n}`,
    }));
    const run = await list({ requests: 25 });
    expect(outcomes(run)).toMatchObject({
      apps: 'complete',
      repositories: 'complete',
      'deploy keys': 'partial',
      'repository secrets': 'partial',
      subjects: 'partial',
    });
    expect(problems(run, 'deploy keys')).toEqual(['The budget of 25 requests for one run is used up']);
    expect(github.calls().length).toBeLessThanOrEqual(25 + 2);
  });
  it('only what was chosen is read, under a coverage of its own', async () => {
    const run = await list({ include: ['a*'], exclude: ['app-old'] });
    expect(run.records.filter(({ kind }) => kind === 'repository').map(({ fields }) => fields.name)).toEqual([`${ORG}/app`]);
    expect([...run.done.keys()].filter((id) => id.startsWith('repositories'))[0]).toMatch(/^repositories\/[0-9a-f]{8}$/);
    expect(github.calls().some(({ path }) => path.includes('/docs/'))).toBe(false);
  });
});

describe('[GH3] what GitHub refuses', () => {
  it('403 is a missing permission, named by GitHub and in the words of its form; the rest is read', async () => {
    github.deny(/\/keys$/, 'administration=read');
    const run = await list();
    expect(outcomes(run)).toMatchObject({ 'deploy keys': 'partial', 'repository secrets': 'complete', apps: 'complete' });
    expect(problems(run, 'deploy keys')).toEqual([
      `2 repositories, first ${ORG}/app: deploy keys: 403, missing: repository permission "Administration: read" (GitHub: administration=read)`,
    ]);
  });
  it('404 is told apart from it: not there, or hidden', async () => {
    github.hide(/\/personal-access-tokens$/);
    const run = await list();
    expect(run.done.get('tokens' as never)).toMatchObject({ outcome: 'failed', problems: [{ code: 'not found' }] });
    expect(problems(run, 'tokens')[0]).toContain(
      '404, it is not there or hidden from this app; needed: organisation permission "Personal access tokens: read"',
    );
  });
  it('a secondary limit is waited for as long as GitHub says', async () => {
    github.limit(1, 1);
    expect(new Set(Object.values(outcomes(await list())))).toEqual(new Set(['complete']));
    expect(github.calls().filter(({ status }) => status === 403)).toHaveLength(1);
  });
  it('one that is too long ends the run as partial, and nothing more is asked', async () => {
    let calls = 0;
    github.overrides.push((path) =>
      path.includes('/repos/') && ++calls > 2
        ? { status: 403, body: { message: 'You have exceeded a secondary rate limit.' }, headers: { 'retry-after': '3600' } }
        : undefined,
    );
    const run = await list();
    expect(outcomes(run)).toMatchObject({ apps: 'complete', subjects: 'partial' });
    expect(run.done.get('subjects' as never)?.problems[0]).toMatchObject({ code: 'rate limited', retry: true });
  });
  it('a wrong key, another app and an organisation without it fail with their own words', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;
    const wrong = await collect(connector, settings(), { environment: { KEY: other } });
    expect(wrong.done.get('repositories' as never)?.problems).toMatchObject([{ code: 'unauthorized' }]);
    const none = await collect(connector, settings(), { environment: { KEY: 'not a key' } });
    expect(none.done.get('repositories' as never)?.problems).toMatchObject([
      { code: 'misconfigured', message: 'the private key cannot be used to sign' },
    ]);
    const elsewhere = await list({ organization: 'another-org' });
    expect(elsewhere.done.get('repositories' as never)?.problems).toMatchObject([{ code: 'not found' }]);
    for (const run of [wrong, none, elsewhere]) expect(run.records).toEqual([]);
  });
  it('an answer that the description does not allow is no answer', async () => {
    github.overrides.push((path) => (path.endsWith('/app/keys') ? { status: 203, body: [{ id: 'x' }] } : undefined));
    const run = await list();
    expect(outcomes(run)['deploy keys']).toBe('partial');
    expect(problems(run, 'deploy keys')[0]).toContain('an answer that GitHub');
    github.violations.length = 0;
  });
});

describe('[GH4] one record', () => {
  it.each([
    ['installation/1', 'deployer'],
    ['token/501', 'ci of ana'],
    ['deploy-key/9001/31', 'builder'],
    ['secret/organization/77/2026-01-02T03:04:05.000Z/NPM_PUBLISH', 'NPM_PUBLISH'],
    ['secret/repository/9001/environment/61/2026-01-02T03:04:05.000Z/DEPLOY', 'DEPLOY'],
    ['subject/9001/environment:61', `repo:${ORG}/app:environment:production`],
    ['repository/9001', `${ORG}/app`],
  ])('%s is re-read as the listing says it', async (id, name) => {
    const listed = (await list()).records.find(({ externalId }) => externalId === id);
    const run = await again(id);
    expect(run.records).toEqual([listed]);
    expect(run.records[0]?.fields.name).toBe(name);
  });
  it('what is gone is deleted; what may not be read is not', async () => {
    const gone = await again('deploy-key/9001/999');
    expect(gone.messages.filter(({ kind }) => kind === 'deleted')).toHaveLength(1);
    github.deny(/\/keys$/, 'administration=read');
    const denied = await again('deploy-key/9001/31');
    expect(denied.messages.filter(({ kind }) => kind === 'deleted' || kind === 'record')).toEqual([]);
    expect([...denied.done.values()][0]).toMatchObject({ outcome: 'failed', problems: [{ code: 'forbidden' }] });
  });
});

describe('[GH5] [OBS35] secrets', () => {
  it('50 that lie in the organisation, and those that Muster signs in with, are in no message and in no cursor', async () => {
    const canaries = Array.from({ length: 50 }, (_, n) => `ghp_${createHash('sha256').update(`canary ${n}`).digest('hex').slice(0, 36)}`);
    const [app] = github.estate.repositories;
    const example = app?.keys[0];
    if (app && example) app.keys = canaries.slice(0, 20).map((canary, n) => ({ ...example, id: 100 + n, title: `uses ${canary}` }));
    if (app) app.secrets = canaries.slice(20, 35).map((canary) => ({ name: canary, created_at: AT, updated_at: AT }));
    github.estate.tokens = canaries
      .slice(35)
      .map((canary, n) => ({ ...(estate().tokens[0] as Estate['tokens'][number]), token_id: 700 + n, token_name: canary }));
    const run = await list();
    const cursor = cursorOf(run) ?? '';
    const said = `${JSON.stringify(run.messages.filter(({ kind }) => kind !== 'checkpoint'))}${gunzipSync(Buffer.from(cursor, 'base64')).toString('utf8')}`;
    expect(run.records.filter(({ kind }) => kind === 'token')).toHaveLength(15);
    const body = github.privateKey.split('\n').slice(1, -2);
    expect([...canaries, ...github.issued, ...body].filter((secret) => said.includes(secret))).toEqual([]);
  });
});
