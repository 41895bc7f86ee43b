import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '../../../shared/base/time.ts';
import { type HostileProvider, startHostileProvider, type Told } from '../../support/signIn/hostileProvider.ts';
import { type RealProvider, startRealProvider } from '../../support/signIn/realProvider.ts';
import { type Answer, policyFor, SignInPage, setPolicy } from '../../support/signIn/signInWorld.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { newSigner, TestDevice } from '../../support/testClient.ts';

/** Every bad sign-in ends in its own typed error, and lets nobody in. */
const said = ({ status, code }: Answer): string => `${status} ${code}`;
let server: TestServer;
let owner: TestDevice;
let later = 0;

beforeAll(async () => {
  server = await startTestServer({ clock: () => Date.now() + later });
  owner = await (await TestDevice.enrol(server.launchLink())).connect();
});
afterAll(async () => {
  owner.close();
  await server.close();
});

const persons = (): number => server.core.ledger.persons().size;

describe('against a real provider', () => {
  let provider: RealProvider;
  beforeAll(async () => {
    provider = await startRealProvider();
    provider.accounts.set('ana', { name: 'Ana', groups: ['staff'] });
    provider.accounts.set('cy', { name: 'Cy', groups: ['catering'] });
    await setPolicy(owner, policyFor(provider.issuer));
  });
  afterAll(() => provider.close());

  const cases: Record<string, readonly [string, () => Promise<Answer>]> = {
    'no answer at all': ['400 answer refused', async () => finishWith(() => '')],
    'an answer without a code': ['400 answer refused', async () => finishWith((answer) => without(answer, 'code'))],
    'a code twice': ['400 answer refused', async () => finishWith((answer) => `${answer}&code=x`)],
    'another state': ['400 answer refused', async () => finishWith((answer) => changed(answer, 'state', 'x'.repeat(43)))],
    'no state': ['400 answer refused', async () => finishWith((answer) => without(answer, 'state'))],
    'an issuer mixed up with another (RFC 9207)': [
      '400 answer refused',
      async () => finishWith((answer) => changed(answer, 'iss', 'https://evil.example')),
    ],
    'no issuer from a provider that names itself': ['400 answer refused', async () => finishWith((answer) => without(answer, 'iss'))],
    'a code that the provider never gave': ['403 provider refused', async () => finishWith((answer) => changed(answer, 'code', 'guess'))],
    'a code that was used': [
      '403 provider refused',
      async () => {
        const [first, second] = [await began(), await began()];
        const answer = await provider.visit(first.address);
        expect((await first.page.finish(first.id, answer)).status).toBe(200);
        const state = new URL(second.address).searchParams.get('state') ?? '';
        return second.page.finish(second.id, changed(answer, 'state', state));
      },
    ],
    'a code for another PKCE verifier': [
      '403 provider refused',
      async () => {
        const [mine, theirs] = [await began(), await began()];
        const answer = await provider.visit(theirs.address);
        return mine.page.finish(mine.id, changed(answer, 'state', new URL(mine.address).searchParams.get('state') ?? ''));
      },
    ],
    'a challenge that was taken out on the way': [
      '403 provider refused',
      async () => {
        const { page, id, address } = await began();
        const stripped = new URL(address);
        stripped.searchParams.delete('code_challenge');
        stripped.searchParams.delete('code_challenge_method');
        return page.finish(id, await provider.visit(stripped.href));
      },
    ],
    'a person who refused': [
      '403 provider refused',
      async () => {
        provider.loginAs = 'nobody';
        return finishWith((answer) => answer);
      },
    ],
    'a nonce that was exchanged on the way': [
      '403 token refused',
      async () => {
        const { page, id, address } = await began();
        const other = new URL(address);
        other.searchParams.set('nonce', 'another');
        return page.finish(id, await provider.visit(other.href));
      },
    ],
    'the answer to another device’s sign-in': [
      '400 answer refused',
      async () => {
        const [mine, theirs] = [await began(), await began()];
        return theirs.page.finish(theirs.id, await provider.visit(mine.address));
      },
    ],
    'a sign-in that was finished': [
      '404 sign-in over',
      async () => {
        const { page, id, address } = await began();
        const answer = await provider.visit(address);
        await page.finish(id, answer);
        return page.finish(id, answer);
      },
    ],
    'a sign-in that was tried and failed': [
      '404 sign-in over',
      async () => {
        const { page, id, address } = await began();
        await page.finish(id, 'code=guess');
        return page.finish(id, await provider.visit(address));
      },
    ],
    'a sign-in that its device began anew': [
      '404 sign-in over',
      async () => {
        const { page, id, address } = await began();
        await page.begin();
        return page.finish(id, await provider.visit(address));
      },
    ],
    'a sign-in that took too long': [
      '404 sign-in over',
      async () => {
        const { page, id, address } = await began();
        const answer = await provider.visit(address);
        later = 11 * MINUTE;
        return page.finish(id, answer).finally(() => {
          later = 0;
        });
      },
    ],
    'a sign-in that nobody began': ['404 sign-in over', async () => (await SignInPage.of(server)).finish('x'.repeat(32), 'code=a')],
    'somebody in no group of the policy': [
      '403 not let in',
      async () => {
        provider.loginAs = 'cy';
        return finishWith((answer) => answer);
      },
    ],
    'a proof by another key': ['400 bad request', async () => (await SignInPage.of(server)).ask(undefined, await newSigner())],
  };
  const foreign = [
    'https://evil.example/callback',
    'http://127.0.0.1.evil.example:8080/callback',
    'http://localhost:8080/callback',
    'http://10.0.0.1:8080/callback',
    'http://127.0.0.1:8080@evil.example/callback',
    'http://user:pass@127.0.0.1:8080/callback',
    'http://127.0.0.1:8080/callback?next=https://evil.example',
    'http://127.0.0.1:8080/callback#x',
    'https://127.0.0.1:8080/callback',
    'http://127.0.0.1/callback',
    'muster://app/sign-in',
    'javascript:alert(1)',
  ];

  async function began() {
    const page = await SignInPage.of(server);
    return { page, ...(await page.begin()) };
  }
  async function finishWith(change: (answer: string) => string): Promise<Answer> {
    const { page, id, address } = await began();
    return page.finish(id, change(await provider.visit(address)));
  }
  const parts = (answer: string): URLSearchParams => new URLSearchParams(answer);
  const changed = (answer: string, name: string, value: string): string => {
    const all = parts(answer);
    all.set(name, value);
    return `?${all}`;
  };
  const without = (answer: string, name: string): string => {
    const all = parts(answer);
    all.delete(name);
    return `?${all}`;
  };

  for (const [name, [expected, run]] of Object.entries(cases)) {
    it(`[TRU13] ${name}`, async () => {
      provider.loginAs = 'ana';
      // Whoever comes first as Ana is somebody new; what is refused must add nobody else.
      await (await SignInPage.of(server)).through((address) => provider.visit(address)).catch(() => undefined);
      const before = persons();
      expect(said(await run())).toBe(expected);
      expect(persons()).toBe(before);
    });
  }

  it('[TRU13] a foreign redirect, in 12 spellings', async () => {
    for (const redirect of foreign) {
      const answer = await (await SignInPage.of(server)).ask(redirect);
      expect([redirect, said(answer)]).toEqual([redirect, '400 bad request']);
    }
    for (const redirect of ['http://127.0.0.1:1/', 'http://[::1]:8080/callback', `${server.address}/sign-in`]) {
      expect((await (await SignInPage.of(server)).ask(redirect)).status).toBe(201);
    }
  });
});

describe('against a provider that signs what it is told to', () => {
  let provider: HostileProvider;
  const nonces = new Map<string, string>();
  beforeAll(async () => {
    provider = await startHostileProvider((code) => nonces.get(code) ?? 'unknown');
    await setPolicy(owner, policyFor(provider.issuer));
  });
  afterAll(() => provider.close());

  async function signIn(told: Told, change: Record<string, string> = {}): Promise<Answer> {
    provider.told = told;
    const page = await SignInPage.of(server);
    const { id, address } = await page.begin();
    const asked = new URL(address).searchParams;
    const code = `code of ${id}`;
    nonces.set(code, asked.get('nonce') ?? '');
    const answer = { code, state: asked.get('state') ?? '', iss: provider.issuer, ...change };
    return page.finish(id, new URLSearchParams(answer).toString());
  }
  const seconds = (offset: number): number => Math.floor(Date.now() / 1_000) + offset;

  const forged: Record<string, Told> = {
    'for another audience': { claims: { aud: 'another client' } },
    'for several audiences': { claims: { aud: ['muster', 'another client'] } },
    'for nobody': { claims: { aud: undefined } },
    'that has expired': { claims: { iat: seconds(-7_200), exp: seconds(-3_600) } },
    'that never expires': { claims: { exp: undefined } },
    'that is not valid yet': { claims: { nbf: seconds(3_600) } },
    'without a date': { claims: { iat: undefined } },
    'of another issuer': { claims: { iss: 'https://login.example' } },
    'of no issuer': { claims: { iss: undefined } },
    'about nobody': { claims: { sub: undefined } },
    'with another nonce': { claims: { nonce: 'another' } },
    'without a nonce': { claims: { nonce: undefined } },
    'for another party': { claims: { azp: 'another client', aud: ['muster', 'x'] } },
    'signed with another key': { key: 'another' },
    'signed with a key that is not published': { key: 'another, under another name' },
    'with alg none': { alg: 'none' },
    'with HS256 over the client id': { alg: 'HS256' },
    'whose claims were changed after it was signed': {
      token: (token) => {
        const [header, claims = '', signature] = token.split('.');
        const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
        return `${header}.${Buffer.from(JSON.stringify({ ...said, groups: ['nhi-admins'], sub: 'root' })).toString('base64url')}.${signature}`;
      },
    },
    'without its signature': { token: (token) => token.slice(0, token.lastIndexOf('.') + 1) },
    'that is no token': { token: () => 'rubbish' },
    'that is a number': { token: () => 7 },
    'that is not there': { token: () => undefined },
    'about somebody else than the user info': { claims: { groups: undefined }, userInfo: { sub: 'ana', groups: ['nhi-admins'] } },
  };

  for (const [name, told] of Object.entries(forged)) {
    it(`[TRU13] an ID token ${name}`, async () => {
      const before = persons();
      expect(said(await signIn(told))).toBe('403 token refused');
      expect(persons()).toBe(before);
    });
  }

  it('[TRU13] a provider that is silent, broken or another than its address', async () => {
    expect(said(await signIn({ status: 500 }))).toBe('503 provider unreachable');
    const before = provider.issuer;
    provider.told = { discovery: { issuer: 'https://login.example' } };
    await setPolicy(owner, policyFor(before, { clientId: 'not cached' }));
    expect(said(await (await SignInPage.of(server)).ask())).toBe('503 provider unreachable');
    await setPolicy(owner, policyFor('http://127.0.0.1:9'));
    expect(said(await (await SignInPage.of(server)).ask())).toBe('503 provider unreachable');
    await setPolicy(owner, policyFor('http://login.example'));
    expect(said(await (await SignInPage.of(server)).ask())).toBe('404 no sign-in');
    await setPolicy(owner, policyFor(before));
    provider.told = {};
  });

  it('[TRU13] an honest one is believed: the forgeries fail for what they are', async () => {
    expect(said(await signIn({}))).toBe('200 undefined');
    expect([...server.core.ledger.persons().values()].find(({ signIn: from }) => from?.subject === 'mallory')?.role).toBe('admin');
  });
});
