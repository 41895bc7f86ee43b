import { describe, expect, it } from 'vitest';
import { networkSettings } from '../../../shared/wire/http.ts';
import { parseProxy, resolveNetwork } from '../../../sync-server/network/networkSettings.ts';
import { NoProxy } from '../../../sync-server/network/noProxy.ts';
import { resolveSecret } from '../../../sync-server/runner/secrets.ts';

describe('[OPS7] what is reached without the proxy', () => {
  it.each([
    [[], 'vault.example', 443, false],
    [[], '127.0.0.1', 443, true],
    [[], 'localhost', 443, true],
    [[], '::1', 443, true],
    [['*'], 'vault.example', 443, true],
    [['example'], 'vault.example', 443, true],
    [['.example'], 'vault.example', 443, true],
    [['*.example'], 'vault.example', 443, true],
    [['example'], 'badexample', 443, false],
    [['vault.example:8443'], 'vault.example', 8443, true],
    [['vault.example:8443'], 'vault.example', 443, false],
    [['Vault.Example'], 'vault.example.', 443, true],
    [['10.0.0.0/8'], '10.9.8.7', 443, true],
    [['10.0.0.0/8'], '11.0.0.1', 443, false],
    [['fd00::/8'], 'fd12::1', 443, true],
    [['[fd12::1]:443'], 'fd12::1', 443, true],
    [['10.0.0.0/99'], '10.0.0.1', 443, false],
    [[' vault.example ', ''], 'vault.example', 443, true],
  ] as const)('%j covers %s:%i: %s', (list, host, port, covered) => expect(new NoProxy(list).covers(host, port)).toBe(covered));
});

describe('settings of the network', () => {
  it('[OPS7] what the settings leave open comes from the environment', async () => {
    const environment = { HTTPS_PROXY: 'http://ana:hunter2@proxy.example:3128', NO_PROXY: 'intern.example,10.0.0.0/8' };
    const resolved = await resolveNetwork(undefined, environment, resolveSecret);
    expect(resolved).toMatchObject({ value: { proxy: { host: 'proxy.example', port: 3128, tls: false, credentials: 'ana:hunter2' } } });
    expect(resolved.ok && resolved.value.noProxy.covers('a.intern.example', 443)).toBe(true);
    expect(await resolveNetwork({ proxy: null }, environment, resolveSecret)).toMatchObject({ value: { proxy: undefined } });
    const own = { proxy: 'https://other.example', proxyCredentials: { env: 'NO_SUCH_VARIABLE' } };
    expect(await resolveNetwork(own, environment, resolveSecret)).toMatchObject({ error: { code: 'misconfigured' } });
    expect(await resolveNetwork({ proxy: 'https://other.example' }, environment, resolveSecret)).toMatchObject({
      value: { proxy: { host: 'other.example', port: 443, tls: true, credentials: undefined } },
    });
  });

  it('[OPS8] an address that cannot be used is not repeated: it may hold a password', () => {
    for (const text of ['socks5://ana:hunter2@proxy.example', 'http://ana:hunter2@', 'http://']) {
      const parsed = parseProxy(text, undefined, 'HTTPS_PROXY');
      expect(parsed.ok).toBe(false);
      expect(JSON.stringify(parsed)).not.toContain('hunter2');
    }
    const refused = networkSettings.safeParse({ proxy: 'http://ana:hunter2@proxy.example:3128' });
    expect(refused.success).toBe(false);
    expect(String(refused.error?.issues[0]?.message)).toContain('must hold no password');
    expect(String(refused.error)).not.toContain('hunter2');
  });

  it('[OPS9] a file of authorities that is none is named', async () => {
    expect(await resolveNetwork({ ca: '/nonexistent/ca.pem' }, {}, resolveSecret)).toMatchObject({
      error: { code: 'misconfigured', message: 'The file of authorities /nonexistent/ca.pem cannot be read' },
    });
    expect(await resolveNetwork(undefined, { SSL_CERT_FILE: '/dev/null' }, resolveSecret)).toMatchObject({
      error: { code: 'misconfigured' },
    });
  });
});
