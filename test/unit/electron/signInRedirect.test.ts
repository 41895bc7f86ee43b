import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { SignInRedirect } from '../../../electron/signInRedirect.ts';

const STATE = 'state-of-this-sign-in-0123456789';
let signIn = new SignInRedirect();
afterEach(() => signIn.stop());

const provider = (redirect: string, state = STATE): string =>
  `https://login.example.org/authorize?${new URLSearchParams({ response_type: 'code', redirect_uri: redirect, state })}`;

interface Asked {
  readonly method?: string;
  readonly host?: string;
}

/** @returns the status, or `closed` when nobody listens. */
const ask = (address: string, { method = 'GET', host }: Asked = {}): Promise<number | 'closed'> =>
  new Promise((resolve) => {
    const { port, pathname, search } = new URL(address);
    const headers = host === undefined ? {} : { host };
    const asked = request({ host: '127.0.0.1', port, path: pathname + search, method, headers, agent: false }, (reply) => {
      reply.resume().on('end', () => resolve(reply.statusCode ?? 0));
    });
    asked.on('error', () => resolve('closed'));
    asked.end();
  });

async function begun(limit?: number): Promise<{ id: string; redirect: string }> {
  signIn = new SignInRedirect(limit);
  return signIn.begin();
}

describe('the answer to a sign-in', () => {
  it('[DSK6] comes by one GET with the state; the page is static, and the port closes', async () => {
    const { id, redirect } = await begun();
    expect(signIn.expect(id, provider(redirect))).toBe(provider(redirect));
    const query = `code=a%20code?&state=${STATE}&iss=https%3A%2F%2Flogin.example.org`;
    const page = await fetch(`${redirect}?${query}`);
    expect(page.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(await page.text()).not.toMatch(/code%20|<script|state-of/);
    expect(await signIn.result(id)).toEqual({ query });
    expect(await ask(`${redirect}?${query}`)).toBe('closed');
    expect(await signIn.result(id)).toMatchObject({ trouble: { message: 'This sign-in is over' } });
  });

  it('[DSK6] a provider that refused is an answer too', async () => {
    const { id, redirect } = await begun();
    signIn.expect(id, provider(redirect));
    expect(await ask(`${redirect}?error=access_denied&state=${STATE}`)).toBe(200);
    expect(await signIn.result(id)).toEqual({ query: `error=access_denied&state=${STATE}` });
  });

  it('[DSK6] everything else is a 404 and changes nothing', async () => {
    const { id, redirect } = await begun();
    const right = `${redirect}?code=c&state=${STATE}`;
    expect(await ask(right)).toBe(404);
    signIn.expect(id, provider(redirect));
    const { origin, port } = new URL(redirect);
    const strangers: [string, Asked?][] = [
      [redirect],
      [`${redirect}?code=c`],
      [`${redirect}?code=c&state=`],
      [`${redirect}?code=c&state=${STATE}x`],
      [`${redirect}?code=c&state=${STATE.toUpperCase()}`],
      [`${redirect}?code=c&state=${STATE}&state=${STATE}`],
      [`${redirect}/?code=c&state=${STATE}`],
      [`${origin}/?code=c&state=${STATE}`],
      [`${origin}/favicon.ico`],
      [`${right}&more=${'x'.repeat(8_192)}`],
      [right, { method: 'POST' }],
      [right, { method: 'HEAD' }],
      [right, { host: `localhost:${port}` }],
      [right, { host: '127.0.0.1' }],
      [right, { host: 'rebound.example.org' }],
    ];
    for (const [address, how] of strangers) expect([address, how, await ask(address, how)]).toEqual([address, how, 404]);
    expect(await ask(right)).toBe(200);
    expect(await signIn.result(id)).toEqual({ query: `code=c&state=${STATE}` });
  });

  it('[DSK6] of two answers at the same moment one counts', async () => {
    const { id, redirect } = await begun();
    signIn.expect(id, provider(redirect));
    const answers = await Promise.all(['one', 'two', 'three'].map((code) => ask(`${redirect}?code=${code}&state=${STATE}`)));
    expect(answers.filter((status) => status === 200)).toEqual([200]);
  });

  it('[DSK6] waits no longer than it may, ends with the program, and a new beginning ends the one before', async () => {
    const late = await begun(30);
    expect(await signIn.result(late.id)).toMatchObject({ trouble: { message: expect.stringContaining('five minutes') } });
    expect(await ask(late.redirect)).toBe('closed');
    const first = await begun();
    const waiting = signIn.result(first.id);
    const second = await signIn.begin();
    expect(await waiting).toMatchObject({ trouble: { message: 'Another sign-in was begun' } });
    expect([await ask(first.redirect), await ask(second.redirect)]).toEqual(['closed', 404]);
    expect(signIn.expect(second.id, provider(second.redirect))).toBeDefined();
    const last = signIn.result(second.id);
    signIn.stop();
    expect(await last).toMatchObject({ trouble: { message: 'Muster was closed' } });
    expect(await ask(second.redirect)).toBe('closed');
    const [one, two] = await Promise.all([signIn.begin(), signIn.begin()]);
    expect([await ask(one.redirect), await ask(two.redirect)].sort()).toEqual([404, 'closed']);
  });

  it('[DSK7] only a provider’s page with this redirect and a state is opened, once', async () => {
    const { id, redirect } = await begun();
    const page = (base: string): string => `${base}?${new URLSearchParams({ redirect_uri: redirect, state: STATE })}`;
    const refused = [
      page('http://login.example.org/a'),
      page('file:///etc/passwd'),
      page('javascript:alert(1)'),
      page('https://user:pw@login.example.org/a'),
      page('http://127.0.0.1.example.org/a'),
      provider('http://127.0.0.1:1/sign-in'),
      provider(redirect, 'short'),
      provider(redirect, 'with a space in the state'),
      `https://login.example.org/?redirect_uri=${redirect}`,
      `https://login.example.org/?state=${STATE}`,
      `${provider(redirect)}&state=another-state-0123456789`,
      `${provider(redirect)}&redirect_uri=https://evil.example`,
      'not an address',
    ];
    expect(refused.filter((address) => signIn.expect(id, address) !== undefined)).toEqual([]);
    expect(signIn.expect('A'.repeat(22), provider(redirect))).toBeUndefined();
    expect(signIn.expect(id, page('http://localhost:8080/a'))).toBe(page('http://localhost:8080/a'));
    expect(signIn.expect(id, provider(redirect, 'another-state-0123456789'))).toBeUndefined();
  });
});
