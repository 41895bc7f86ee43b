import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign } from '@octokit/webhooks-methods';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { subjectName } from '../../../shared/model/globalName.ts';
import type { SourceId } from '../../../shared/model/ids.ts';
import type { IdentityView, RegisterReader } from '../../../shared/register/view.ts';
import { CONNECTORS } from '../../../sync-server/connectors/registry.ts';
import { type Estate, type GitHubServer, startGitHub } from '../../servers/github.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';

const module = new URL('../../support/connectors/scriptedConnector.ts', import.meta.url).href;
const connectors = [...CONNECTORS, { kind: 'scripted', module, load: () => import('../../support/connectors/scriptedConnector.ts') }];
const AT = '2026-01-02T03:04:05Z';
const ORG = 'octo-org';
const HOOK_SECRET = `whsec-${createHash('sha256').update('hook').digest('hex')}`;
const canaries = Array.from({ length: 50 }, (_, n) => `ghp_${createHash('sha256').update(`planted ${n}`).digest('hex').slice(0, 36)}`);
const key = (id: number, title: string): Estate['repositories'][number]['keys'][number] => ({
  id,
  key: `ssh-ed25519 ${createHash('sha256').update(String(id)).digest('base64')}`,
  title,
  read_only: true,
  created_at: AT,
  added_by: 'ana',
  last_used: null,
});
const estate = (): Estate => ({
  organization: { id: 77, login: ORG },
  installations: [
    { id: 1, app_id: 10, app_slug: 'deployer', repository_selection: 'all', permissions: { contents: 'write' }, suspended_at: null },
  ],
  tokens: canaries
    .slice(30)
    .map((canary, n) => ({ token_id: 700 + n, token_name: canary, login: 'ana', permissions: {}, expires: null, used: null })),
  secrets: canaries.slice(20, 30).map((canary) => ({ name: canary, created_at: AT, updated_at: AT, visibility: 'all' as const })),
  repositories: [
    {
      id: 9001,
      name: 'app',
      keys: canaries.slice(0, 20).map((canary, n) => key(100 + n, `uses ${canary}`)),
      secrets: [],
      environments: [{ id: 61, name: 'production', secrets: [] }],
      subject: { use_default: true },
    },
  ],
});

let folder: string;
let github: GitHubServer;
let server: TestServer;
let unavailable: string | undefined;
beforeAll(async () => {
  const started = await startGitHub(estate());
  if ('unavailable' in started) {
    unavailable = started.unavailable;
    process.stdout.write(`${unavailable}\n`);
    return;
  }
  github = started;
  folder = mkdtempSync(join(tmpdir(), 'muster-github-whole-'));
  writeFileSync(join(folder, 'key.pem'), github.privateKey, { mode: 0o600 });
  writeFileSync(join(folder, 'hook'), HOOK_SECRET, { mode: 0o600 });
  server = await startTestServer({ connectors });
  const source = {
    id: 'github',
    kind: 'github',
    organization: ORG,
    baseUrl: github.address,
    oidcIssuer: 'https://token.actions.githubusercontent.com',
    appId: github.appId,
    privateKey: { file: join(folder, 'key.pem') },
    webhookSecret: { file: join(folder, 'hook') },
  };
  expect((await server.runner.add(source, { run: false })).ok).toBe(true);
  const { webhookSecret: _, ...silent } = source;
  expect((await server.runner.add({ ...silent, id: 'silent', paused: true }, { run: false })).ok).toBe(true);
}, 300_000);
afterAll(async () => {
  await server?.close();
  await github?.dispose();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

const run = async (id = 'github'): Promise<string | undefined> => {
  const ended = await server.runner.run(id as SourceId, 'person');
  return ended.ok ? ended.value.outcome : undefined;
};
const register = (): RegisterReader => server.core.register;
function named(name: string): IdentityView | undefined {
  const id = register()
    .ids({ text: '', sort: [] })
    .find((one) => register().row(one)?.name === name);
  return id && register().identity(id);
}
let deliveries = 0;
async function deliver(event: string, payload: object, options: { secret?: string; id?: string; source?: string } = {}): Promise<number> {
  const body = JSON.stringify({ organization: { login: ORG }, ...payload });
  const id = options.id ?? `00000000-0000-4000-8000-${String(++deliveries).padStart(12, '0')}`;
  const answer = await fetch(`${server.address}/hooks/${options.source ?? 'github'}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': id,
      'x-hub-signature-256': await sign(options.secret ?? HOOK_SECRET, body),
    },
    body,
  });
  return answer.status;
}

describe('[GH1] an organisation of GitHub, from its interface to the register', () => {
  it('[GH2] is complete, and a second pass over what did not change writes no record', async () => {
    expect(await run()).toBe('complete');
    expect(named('deployer')?.row).toMatchObject({ subtype: 'github.app', access: 'write' });
    const again = await server.runner.run('github' as SourceId, 'person');
    expect(again).toMatchObject({ ok: true, value: { outcome: 'complete', counts: { added: 0, changed: 0, missing: 0 } } });
  });
  it('[REC17] a cloud role that trusts its jobs is linked to them, told by the cloud', async () => {
    const script = join(folder, 'cloud.json');
    const trust = { pattern: subjectName('token.actions.githubusercontent.com', `repo:${ORG}/app:*`) };
    const role = {
      externalId: 'AROA1',
      kind: 'assumable role',
      fields: { name: 'deploy' },
      links: [{ relation: 'can-assume', to: trust, certainty: 'exact', inward: true }],
    };
    writeFileSync(script, JSON.stringify({ place: 'cloud', coverages: [{ id: 'iam', records: [role] }] }));
    expect((await server.runner.add({ id: 'cloud', kind: 'scripted', script }, { run: false })).ok).toBe(true);
    expect(await run('cloud')).toBe('complete');
    expect(
      named('deploy')
        ?.links.map(({ text, direction, source }) => [text, direction, source])
        .sort(),
    ).toEqual([
      [`repo:${ORG}/app:environment:production`, 'in', 'cloud'],
      [`repo:${ORG}/app:ref:refs/heads/main`, 'in', 'cloud'],
    ]);
    expect(named(`repo:${ORG}/app:environment:production`)?.links).toMatchObject([
      { relation: 'part-of' },
      { relation: 'can-assume', text: 'deploy', source: 'cloud' },
    ]);
  });
  it('[GH3] a right that is taken away makes a part partial, and nothing goes missing', async () => {
    github.deny(/\/keys$/, 'administration=read');
    expect(await run()).toBe('partial');
    github.overrides.length = 0;
    expect(register().counts().missing).toBe(0);
    expect(await run()).toBe('complete');
  });
});

describe('[GH6] deliveries', () => {
  const created = (id: number): object => ({ action: 'created', key: { id }, repository: { id: 9001 } });

  it('a key that was made is in the register after its delivery, without a listing', async () => {
    github.estate.repositories[0]?.keys.push(key(31, 'made just now'));
    github.calls();
    expect(await deliver('deploy_key', created(31))).toBe(202);
    await expect.poll(() => named('made just now')?.row.type).toBe('credential');
    expect(github.calls().some(({ path }) => path.includes('personal-access-tokens'))).toBe(false);
  });
  it('what it says is no evidence: GitHub itself is asked, and knows of no such key', async () => {
    expect(await deliver('deploy_key', created(424_242))).toBe(202);
    await expect.poll(() => github.calls().some(({ path }) => path.includes('/keys'))).toBe(true);
    expect(register().ids({ text: '424242', sort: [] })).toEqual([]);
  });
  it('the same delivery again is not looked at again', async () => {
    const id = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
    const asked = (): number => github.calls().filter(({ path }) => path.includes('/keys')).length;
    let before = 0;
    expect(await deliver('deploy_key', created(31), { id })).toBe(202);
    await expect.poll(() => (before += asked())).toBe(1);
    expect(await deliver('deploy_key', created(31), { id })).toBe(202);
    // What a source hints at is looked at in turn: once this one was, an earlier one would have been.
    expect(await deliver('deploy_key', created(32))).toBe(202);
    let after = 0;
    await expect.poll(() => (after += asked())).toBe(1);
  });
  it('one with another signature is refused, and reads nothing', async () => {
    github.calls();
    expect(await deliver('deploy_key', created(31), { secret: 'another' })).toBe(401);
    expect(await deliver('repository', { action: 'edited', repository: { id: 9001 } })).toBe(202);
    await expect.poll(() => github.calls().map(({ path }) => path)).toContain(`/orgs/${ORG}/repos?per_page=100`);
    expect(github.seen.filter(({ path }) => path.includes('/keys'))).toEqual([]);
  });
  it('without a secret in its settings a source takes none, and neither does one that is not there', async () => {
    expect(await deliver('ping', {}, { source: 'silent' })).toBe(404);
    expect(await deliver('ping', {}, { source: 'nobody' })).toBe(404);
  });
});

describe('[GH5] secrets', () => {
  it('50 canaries in names and titles, the keys and tokens of the app and the secret of deliveries are nowhere in the data', async () => {
    expect(await run()).toBe('complete');
    const files = readdirSync(server.data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = files.map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1')).join('\n');
    const shown = JSON.stringify(
      register()
        .ids({ text: '', sort: [] })
        .map((id) => register().identity(id)),
    );
    const body = github.privateKey.split('\n').slice(1, -2);
    const secrets = [...canaries, ...github.issued, ...body, HOOK_SECRET];
    expect(secrets.filter((secret) => texts.includes(secret) || shown.includes(secret))).toEqual([]);
    expect(github.violations).toEqual([]);
  });
});
