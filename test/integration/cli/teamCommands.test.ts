import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignInPolicy } from '../../../shared/model/policy.ts';
import { spaceInfo } from '../../../shared/wire/http.ts';
import { type AppServer, startAppServer } from '../../support/appServer.ts';
import { type RealProvider, startRealProvider } from '../../support/signIn/realProvider.ts';
import { TestDevice } from '../../support/testClient.ts';

let server: AppServer;
beforeAll(async () => {
  server = await startAppServer();
});
afterAll(async () => {
  await server?.dispose();
});

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await server.muster(...args, '--format', 'json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}
const failed = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await server.muster(...args);
  expect({ code, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 1, stdout: '', lines: 1 });
  return stderr;
};
interface DeviceLine {
  readonly device: string;
  readonly person: string;
  readonly role: string;
  readonly label: string;
  readonly revoked: boolean;
  readonly here: boolean;
  readonly lastSeen?: string;
}
const colleague = async (name: string): Promise<TestDevice> => {
  const { link } = await json<{ link: string }>('invite', '--role', 'steward', '--label', name);
  return TestDevice.enrol(link, { personName: name, label: 'laptop' });
};

describe('[TRU16] people and devices on the command line', () => {
  it('devices tells when each was last here; revoke takes one out of use, once, but never the last administrator', async () => {
    const device = await (await colleague('Ana')).connect();
    const line = async (): Promise<DeviceLine | undefined> =>
      (await json<DeviceLine[]>('devices')).find((one) => one.device === device.device);
    expect(await line()).toMatchObject({ person: 'Ana', role: 'steward', here: true, revoked: false });
    expect((await server.muster('devices')).stdout).toMatch(/Ana .*laptop .*here now/);
    const start = device.device.slice(0, 8);
    expect((await server.muster('revoke', start, '--why', 'lost')).stdout).toBe('laptop of Ana is out of use, for ever.\n');
    device.close();
    await expect.poll(line, { timeout: 20_000 }).toMatchObject({ revoked: true, here: false });
    expect((await line())?.lastSeen).toBeDefined();
    expect(await failed('revoke', start)).toMatch(/does not count: already decided/);
    const [own] = (await json<DeviceLine[]>('devices')).filter(({ label }) => label === 'command line');
    expect(await failed('revoke', own?.device ?? '')).toMatch(/the last administrator stays/);
    expect(await failed('role', own?.person ?? '', 'reader')).toMatch(/the last administrator stays/);
  });

  it('role changes what somebody may do, by their name', async () => {
    const device = await colleague('Ben');
    expect((await server.muster('role', 'Ben', 'reader')).stdout).toBe('Ben is reader now.\n');
    expect((await device.request('GET', '/api/team')).status).toBe(200);
    expect((await device.request('POST', '/api/uploads?name=x.csv', '')).status).toBe(403);
    const changed = await json<{ role: string; remit: string }>('role', 'Ben', 'steward', '--remit', 'row.name == "x"');
    expect(changed).toMatchObject({ role: 'steward', remit: 'row.name == "x"' });
  });

  it('invitations lists open ones and closes them', async () => {
    const { link } = await json<{ link: string }>('invite', '--role', 'reader', '--label', 'the new one');
    const [open] = (await json<{ id: string; label: string }[]>('invitations')).filter(({ label }) => label === 'the new one');
    expect((await server.muster('invitations')).stdout).toMatch(/the new one .*reader/);
    expect((await server.muster('invitations', '--close', open?.id.slice(0, 10) ?? '')).stdout).toMatch(/the new one is closed/);
    await expect(TestDevice.enrol(link)).rejects.toThrow('403');
    expect((await json<{ label: string }[]>('invitations')).some(({ label }) => label === 'the new one')).toBe(false);
    await server.stop();
    await server.start();
    expect((await json<{ label: string }[]>('invitations')).some(({ label }) => label === 'the new one')).toBe(false);
  });

  it('rekey says the new fingerprint, which `snapshot key` says too, also without a server', async () => {
    const before = (await json<{ fingerprint: string }>('snapshot', 'key')).fingerprint;
    const { fingerprint } = await json<{ fingerprint: string; before: string }>('rekey', '--why', 'once a year');
    expect(fingerprint).not.toBe(before);
    expect((await json<{ fingerprint: string }>('snapshot', 'key')).fingerprint).toBe(fingerprint);
    await server.stop();
    const { fingerprint: second } = await json<{ fingerprint: string }>('rekey');
    await server.start();
    const info = spaceInfo.parse(await (await fetch(`${server.address}/api/space`)).json());
    expect(info.succession).toHaveLength(2);
    expect((await json<{ fingerprint: string }>('snapshot', 'key')).fingerprint).toBe(second);
  });
});

describe('[TRU16] sign-in on the command line', () => {
  let provider: RealProvider;
  beforeAll(async () => {
    provider = await startRealProvider();
  });
  afterAll(() => provider.close());

  it('sets the policy and where the secret is, checks the provider, shows it, and turns it off', async () => {
    expect((await server.muster('sign-in')).stdout).toBe('Nobody signs in here with an identity provider.\n');
    expect(await failed('sign-in', '--check')).toMatch(/Nobody signs in here/);
    expect(await failed('sign-in', '--off')).toMatch(/Nobody signs in here/);
    const set = ['--issuer', provider.issuer, '--client-id', 'muster', '--name', 'Example', '--group', 'a=b=admin'];
    const more = ['--group', 'staff=steward:row.name == "a:b"', '--others', 'reader', '--scope', 'profile', '--renew-hours', '12'];
    // The secret file is not there: the policy is set, and the check says what is missing.
    const withSecret = await failed('sign-in', ...set, ...more, '--secret-file', '/run/secrets/muster-canary', '--check');
    expect(withSecret).toMatch(/client secret cannot be read/);
    expect(await failed('sign-in', '--check')).toMatch(/muster-canary with the client secret cannot be read/);
    const file = join(server.data, 'sign-in.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      issuer: provider.issuer,
      secret: { file: '/run/secrets/muster-canary' },
    });
    const shown = await json<SignInPolicy>('sign-in', ...set, ...more);
    expect(shown).toMatchObject({
      groups: [
        { group: 'a=b', grant: { role: 'admin', remit: 'true' } },
        { group: 'staff', grant: { role: 'steward', remit: 'row.name == "a:b"' } },
      ],
      others: { role: 'reader', remit: 'true' },
      renewHours: 12,
      scopes: ['profile'],
    });
    expect(existsSync(file)).toBe(false);
    expect((await server.muster('sign-in', '--check')).stdout).toBe(`${provider.issuer} answers.\n`);
    expect((await server.muster('sign-in')).stdout).toMatch(/staff: steward, where row\.name == "a:b"/);
    const [activity] = (await json<{ acts: { kind: string }[] }[]>('changes')).slice(-1);
    expect(activity?.acts[0]?.kind).toBe('policy');
    expect((await server.muster('sign-in', '--off')).stdout).toMatch(/until revoked/);
    expect(await json('sign-in')).toBeNull();
  });
});
