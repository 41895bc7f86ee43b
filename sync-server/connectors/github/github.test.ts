import { sign } from '@octokit/webhooks-methods';
import { describe, expect, it } from 'vitest';
import { nextOf } from './client.ts';
import { connector } from './connector.ts';
import { levelOf } from './levels.ts';
import { namedBy } from './names.ts';
import { PageCache } from './pageCache.ts';
import { refusalOf } from './problems.ts';
import { hostOf, issuerOf, settings } from './settings.ts';
import { receive } from './webhook.ts';

const base = { organization: 'octo-org', appId: 1, privateKey: { env: 'KEY' } };
const parse = (more: object) => settings.safeParse({ ...base, ...more });

describe('settings', () => {
  it('take an app or a token, never both, and no secret in them', () => {
    expect(parse({}).success).toBe(true);
    expect(settings.safeParse({ organization: 'o', token: { env: 'T' } }).success).toBe(true);
    for (const wrong of [{ token: { env: 'T' } }, { privateKey: undefined }, { privateKey: '-----BEGIN' }, { organization: 'a/b' }])
      expect(parse(wrong).success).toBe(false);
  });
  it.each(['http://github.example/api/v3', 'https://user:secret@github.example/api/v3', 'https://github.example/?token=x', 'ftp://x'])(
    'refuse %s',
    (baseUrl) => expect(parse({ baseUrl }).success).toBe(false),
  );
  it('know an Enterprise Server by its host, and who issues its tokens', () => {
    const server = { baseUrl: 'https://git.example.org/api/v3' };
    expect([hostOf({}), hostOf(server)]).toEqual(['github.com', 'git.example.org']);
    expect(issuerOf(server)).toBe('https://git.example.org/_services/token');
    expect(issuerOf({})).toBe('https://token.actions.githubusercontent.com');
  });
});

describe('[GH1] levels of DOMAIN E', () => {
  it.each([
    ['contents', 'read', 'read'],
    ['contents', 'write', 'write'],
    ['actions', 'write', 'run'],
    ['workflows', 'write', 'run'],
    ['secrets', 'read', 'read'],
    ['secrets', 'write', 'secrets'],
    ['organization_secrets', 'write', 'secrets'],
    ['administration', 'write', 'grant'],
    ['administration', 'read', 'read'],
    ['members', 'write', 'grant'],
    ['organization_projects', 'admin', 'write'],
  ])('%s: %s is %s', (permission, access, level) => expect(levelOf(permission, access)).toBe(level));
});

describe('[GH2] pages', () => {
  const BASE = 'https://api.github.com';
  it('are followed below the base URL alone', () => {
    expect(nextOf(`<${BASE}/a?page=1>; rel="prev", <${BASE}/a?page=3>; rel="next"`, `${BASE}/`)).toBe('/a?page=3');
    for (const link of [
      undefined,
      `<${BASE}/a>; rel="last"`,
      '<https://evil.example/a>; rel="next"',
      `<${BASE}.evil.example/a>; rel="next"`,
    ])
      expect(nextOf(link, BASE)).toBeUndefined();
  });
  it('are kept in a cursor and found again; another cursor is none', () => {
    const cache = new PageCache(undefined);
    cache.keep('/a', { etag: 'W/"1"', said: [{ id: 1 }], next: '/a?page=2' });
    expect(new PageCache(cache.cursor()).known('/a')).toEqual({ etag: 'W/"1"', said: [{ id: 1 }], next: '/a?page=2' });
    for (const wrong of ['', 'x', Buffer.from('{}').toString('base64')]) expect(new PageCache(wrong).known('/a')).toBeUndefined();
  });
  it.each([
    ['app', true],
    ['App-2', true],
    ['my-app', false],
    ['legacy', false],
    ['service-old-x', true],
  ])('"%s" is chosen: %s', (name, chosen) => expect(namedBy(['app*', 'service-*-x'], name)).toBe(chosen));
});

describe('[GH3] refusals', () => {
  const question = { what: 'deploy keys', permission: 'p' };
  const kind = (status: number, headers: object = {}, message = 'x'): string =>
    refusalOf({ status, response: { headers, data: { message } } }, question).kind;
  it('tell a right from a limit, and both from what is not there', () => {
    expect(kind(403)).toBe('forbidden');
    expect(kind(403, { 'x-ratelimit-remaining': '0' })).toBe('rate limited');
    expect(kind(403, { 'retry-after': '60' })).toBe('rate limited');
    expect(kind(403, {}, 'You have exceeded a secondary rate limit')).toBe('rate limited');
    expect(kind(429)).toBe('rate limited');
    expect([kind(401), kind(404), kind(500), kind(422)]).toEqual(['unauthorized', 'not found', 'unreachable', 'malformed']);
  });
  it('name the permission that GitHub names, and nothing else that a header holds', () => {
    const accepted = (text: string) =>
      refusalOf({ status: 403, response: { headers: { 'x-accepted-github-permissions': text } } }, question).accepted;
    expect(accepted('administration=read; secrets=write')).toBe('administration=read; secrets=write');
    expect(accepted('<script>')).toBeUndefined();
  });
  it('the rights that it prints are those that its questions need, and no value is among them', () => {
    const text = connector.grant?.({ organization: 'octo-org', webhookSecret: { env: 'HOOK' } }) ?? '';
    for (const line of ['"Administration: read"', '"Secrets: read"', '"Personal access tokens: read"', '"Environments: read"', '/hooks/'])
      expect(text).toContain(line);
    expect(text).not.toMatch(/: write"/);
  });
});

describe('[GH6] a delivery', () => {
  const SECRET = 'It is a secret to everybody';
  const own = settings.parse({ ...base, webhookSecret: { env: 'HOOK' } });
  const ID = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
  const deliver = async (event: string, payload: object, more: Record<string, string> = {}, secret = SECRET) => {
    const body = JSON.stringify(payload);
    const headers = { 'x-github-event': event, 'x-github-delivery': ID, 'x-hub-signature-256': await sign(secret, body), ...more };
    return receive(own, { headers, body }, SECRET);
  };
  const org = { organization: { login: 'Octo-Org' } };

  it.each([
    ['installation', { ...org, action: 'created', installation: { id: 5 } }, ['installation/5'], false],
    ['installation', { action: 'suspend', installation: { id: 5, account: { login: 'octo-org' } } }, ['installation/5'], false],
    ['deploy_key', { ...org, action: 'created', key: { id: 31 }, repository: { id: 9001 } }, ['deploy-key/9001/31'], false],
    ['personal_access_token_request', { ...org, personal_access_token_request: { token_id: 501 } }, ['token/501'], false],
    ['repository', { ...org, action: 'edited', repository: { id: 9001 } }, ['repository/9001'], false],
    ['repository', { ...org, action: 'transferred', repository: { id: 9001 } }, [], true],
    ['push', { ...org, repository: { id: 9001 } }, [], false],
    ['ping', {}, [], false],
    ['deploy_key', { organization: { login: 'another' }, key: { id: 31 }, repository: { id: 9001 } }, [], false],
  ])('%s %j', async (event, payload, hints, listing) => {
    expect(await deliver(event, payload)).toEqual({ ok: true, value: { id: ID, hints, listing } });
  });
  it('is not taken with another secret, another body, an old kind of signature or none', async () => {
    const unsigned = { ok: false, error: 'not signed' };
    expect(await deliver('ping', org, {}, 'another secret')).toEqual(unsigned);
    expect(await deliver('ping', org, { 'x-hub-signature-256': '' })).toEqual(unsigned);
    expect(await deliver('ping', org, { 'x-hub-signature-256': `sha1=${'0'.repeat(40)}` })).toEqual(unsigned);
    const body = JSON.stringify(org);
    const headers = { 'x-github-event': 'ping', 'x-github-delivery': ID, 'x-hub-signature-256': await sign(SECRET, body) };
    expect(await receive(own, { headers, body: `${body} ` }, SECRET)).toEqual(unsigned);
  });
  it('that is signed and is none is malformed', async () => {
    expect(await deliver('ping', org, { 'x-github-delivery': 'x' })).toEqual({ ok: false, error: 'malformed' });
    expect(await deliver('deploy_key', { key: { id: 'x' } })).toEqual({ ok: false, error: 'malformed' });
    const body = 'not json';
    const headers = { 'x-github-event': 'ping', 'x-github-delivery': ID, 'x-hub-signature-256': await sign(SECRET, body) };
    expect(await receive(own, { headers, body }, SECRET)).toEqual({ ok: false, error: 'malformed' });
  });
});
