import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchBytes } from '../../../electron/fetchBytes.ts';
import { offerUpdate } from '../../../electron/offerUpdate.ts';
import { METADATA_BYTES, METADATA_NAMES, type MetadataName, verifyRelease } from '../../../electron/release.ts';
import { RELEASE_KEY } from '../../../electron/releaseKey.ts';
import { signRelease } from '../../../electron/signRelease.ts';
import { updateAddress } from '../../../electron/updateAddress.ts';
import { writeMetadata } from '../../../electron/writeMetadata.ts';
import { type FakeDesktop, fakeDesktop } from '../../support/fakeDesktop.ts';

const ADDRESS = 'https://updates.example.org/muster/';
const SHA512 = `${'A'.repeat(86)}==`;
const LINUX: MetadataName = 'latest-linux.yml';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-updates-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const newKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;
const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const ours = newKey();

const metadataOf = (version: string, file = `Muster-${version}.AppImage`, more = ''): string =>
  `version: ${version}\nfiles:\n  - url: ${file}\n    sha512: ${SHA512}\n    size: 12345\n    blockMapSize: 10\npath: ${file}\nsha512: ${SHA512}\nreleaseDate: '2026-11-01T10:00:00.000Z'\n${more}`;

/** Signed as a maintainer does it. */
function signed(text: string, { name = LINUX, key = ours }: { name?: MetadataName; key?: KeyObject } = {}) {
  const there = mkdtempSync(join(folder, 'release-'));
  writeFileSync(join(there, name), text);
  const { publicKey } = signRelease(pemOf(key), there);
  return { metadata: readFileSync(join(there, name)), signature: readFileSync(join(there, `${name}.sig`), 'utf8'), publicKey };
}
const publicKey = (): string => signed('x').publicKey;

function judge(text: string, change: Partial<Parameters<typeof verifyRelease>[0]> = {}) {
  const { metadata, signature, publicKey: key } = signed(text);
  return verifyRelease({ name: LINUX, metadata, signature, key, current: '0.1.0', ...change });
}
const whyNot = (result: ReturnType<typeof judge>): string => (result.ok ? 'taken' : result.error.message);

describe('metadata of a release', () => {
  it('[DSK11] what the release key signed and is newer is taken, without what is not used', () => {
    const result = judge(metadataOf('0.2.0', undefined, 'stagingPercentage: 10\nisAdminRightsRequired: true\n'));
    const file = { sha512: SHA512, size: 12_345, url: 'Muster-0.2.0.AppImage' };
    expect(result).toEqual({
      ok: true,
      value: { version: '0.2.0', files: [file], path: file.url, sha512: SHA512, releaseDate: '2026-11-01T10:00:00.000Z' },
    });
    expect(whyNot(judge(metadataOf('0.2.0'), { current: '0.2.0-beta.1' }))).toBe('taken');
    expect(whyNot(judge(metadataOf('0.10.0'), { current: '0.9.9' }))).toBe('taken');
  });

  it('[DSK11] forged: another key, another name, another byte, no signature', () => {
    const text = metadataOf('0.2.0');
    const { metadata, signature } = signed(text);
    const changed = Buffer.from(metadata);
    changed.writeUInt8(changed.readUInt8(9) ^ 1, 9);
    const forged = [
      judge(text, { signature: signed(text, { key: newKey() }).signature }),
      judge(text, { signature: signed(text, { name: 'latest-mac.yml' }).signature }),
      judge(text, { signature: signed(text, { name: 'latest.yml' }).signature }),
      judge(text, { name: 'latest.yml' }),
      judge(text, { metadata: changed }),
      judge(text, { metadata: Buffer.concat([metadata, Buffer.from('\n')]) }),
      judge(text, { signature: '' }),
      judge(text, { signature: 'A'.repeat(86) }),
      judge(text, { signature: signature.slice(1) }),
      judge(text, { signature: `${signature}${signature}` }),
      judge(text, { signature: `${signature.trim()}=` }),
      judge(text, { key: signed(text, { key: newKey() }).publicKey }),
      judge(text, { key: '' }),
      judge(text, { key: 'A'.repeat(43) }),
      judge(text, { key: 'not a key' }),
    ];
    expect(forged.map(whyNot)).toEqual(forged.map(() => expect.stringContaining('not signed by the release key')));
  });

  it('[DSK11] swapped: the signature of one release over the metadata of another', () => {
    expect(whyNot(judge(metadataOf('0.3.0'), { signature: signed(metadataOf('0.2.0')).signature }))).toContain('not signed');
  });

  it('[DSK11] old: the version that runs, and every one before it, stays out though it is signed', () => {
    const old: [string, string][] = [
      ['0.1.0', '0.1.0'],
      ['0.0.9', '0.1.0'],
      ['0.9.9', '0.10.0'],
      ['1.0.0', '2.0.0-beta.1'],
      ['9.9.9', 'nonsense'],
      ['9.9.9', ''],
    ];
    for (const [version, current] of old) expect(whyNot(judge(metadataOf(version), { current }))).toContain('not newer');
  });

  it('[DSK11] cut at every length, nothing is taken', () => {
    const { metadata, signature, publicKey: key } = signed(metadataOf('0.2.0'));
    for (let length = 0; length < metadata.length; length++) {
      const result = verifyRelease({ name: LINUX, metadata: metadata.subarray(0, length), signature, key, current: '0.1.0' });
      expect(whyNot(result)).toContain('not signed');
    }
  });

  it.each([
    ['a path', metadataOf('0.2.0', '../../bin/sh')],
    ['another server', metadataOf('0.2.0', 'https://evil.example/x.AppImage')],
    ['a hidden file', metadataOf('0.2.0', '.bashrc')],
    ['a version with more behind it', metadataOf('0.2.0-beta.1')],
    ['a number for a version', metadataOf('2')],
    ['no files', `version: 0.2.0\nfiles: []\npath: x\nsha512: ${SHA512}\nreleaseDate: '2026-11-01T10:00:00.000Z'\n`],
    ['a short checksum', metadataOf('0.2.0').replaceAll(SHA512, 'AAAA')],
    ['an installer that is not among its files', metadataOf('0.2.0').replace('path: Muster', 'path: Other')],
    ['aliases', `a: &a [x]\nb: [*a, *a]\n${metadataOf('0.2.0')}`],
    ['no YAML', '{{{'],
    ['nothing', ''],
  ])('[DSK11] signed and still not the metadata of a release: %s', (_what, text) => {
    expect(whyNot(judge(text))).toMatch(/is signed and is not the metadata|not among its files/);
  });

  it('[DSK11] what is too large is not even compared', () => {
    expect(whyNot(judge(metadataOf('0.2.0', undefined, `# ${'x'.repeat(METADATA_BYTES)}`)))).toContain('too large');
  });

  it('[DSK11] what a maintainer writes and signs for a folder of installers is taken on each platform', () => {
    const names = ['Muster-0.2.0.AppImage', 'muster_0.2.0_amd64.deb', 'Muster-0.2.0-mac.zip', 'Muster-0.2.0.dmg', 'Muster Setup 0.2.0.exe'];
    for (const name of [...names, 'Muster-0.1.0.AppImage']) writeFileSync(join(folder, name), name);
    expect(writeMetadata(folder, '0.2.0', new Date(0))).toEqual(['latest-linux.yml', 'latest-mac.yml', 'latest.yml']);
    const { publicKey: key } = signRelease(pemOf(ours), folder);
    const offered = Object.values(METADATA_NAMES).map((name) => {
      const [metadata, signature] = [readFileSync(join(folder, name)), readFileSync(join(folder, `${name}.sig`), 'utf8')];
      const result = verifyRelease({ name, metadata, signature, key, current: '0.1.0' });
      return result.ok ? [result.value.path, ...result.value.files.map(({ url }) => url)] : result.error.message;
    });
    expect(offered).toEqual([
      [names[0], names[0], names[1]],
      [names[2], names[2], names[3]],
      [names[4], names[4]],
    ]);
  });

  it('[DSK11] only an Ed25519 key signs, and only where there is a release', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
    expect(() => signRelease(pemOf(rsa), folder)).toThrow('Ed25519');
    expect(() => signRelease(pemOf(ours), folder)).toThrow('no latest*.yml');
  });
});

describe('where updates come from', () => {
  const policy = (): string => join(folder, 'policy', 'policy.json');
  const settings = (): string => join(folder, 'settings.json');
  const write = (path: string, value: unknown): void => {
    mkdirSync(join(folder, 'policy'), { recursive: true });
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  };
  const found = () => updateAddress(folder, policy());

  it('[DSK12] nowhere, then this person’s settings, then the policy, which may also turn them off', () => {
    expect(found()).toEqual({ ok: true, value: undefined });
    write(settings(), { updates: { address: ADDRESS } });
    expect(found()).toEqual({ ok: true, value: ADDRESS });
    write(policy(), {});
    expect(found()).toEqual({ ok: true, value: ADDRESS });
    write(policy(), { updates: { address: 'https://managed.example/' } });
    expect(found()).toEqual({ ok: true, value: 'https://managed.example/' });
    write(policy(), { updates: 'off' });
    expect(found()).toEqual({ ok: true, value: undefined });
  });

  it.each([
    'rubbish',
    '[]',
    { updates: { address: 'http://updates.example.org/' } },
    { updates: { address: 'https://user:pw@updates.example.org/' } },
    { updates: { address: 'https://updates.example.org/?token=x/' } },
    { updates: { address: 'https://updates.example.org/muster' } },
    { updates: { address: 'file:///tmp/' } },
    { updates: 'on' },
    { update: 'off' },
  ])('[DSK12] a policy that cannot be understood turns updates off: %j', (text) => {
    write(settings(), { updates: { address: ADDRESS } });
    write(policy(), text);
    expect(found()).toMatchObject({ ok: false, error: { message: expect.stringContaining('updates are off') } });
  });

  it('[DSK12] one small file over https is fetched, without redirects', async () => {
    const asked: RequestInit[] = [];
    const web = (status: number, length: number) => async (_url: string, init: RequestInit) => {
      asked.push(init);
      return new Response('x'.repeat(length), { status });
    };
    expect((await fetchBytes(web(200, 10), `${ADDRESS}x`, 10)).length).toBe(10);
    expect(asked[0]).toMatchObject({ redirect: 'error', credentials: 'omit' });
    await expect(fetchBytes(web(200, 11), `${ADDRESS}x`, 10)).rejects.toThrow('longer');
    await expect(fetchBytes(web(404, 1), `${ADDRESS}x`, 10)).rejects.toThrow('404');
    await expect(fetchBytes(web(200, 1), 'http://updates.example.org/x', 10)).rejects.toThrow('https');
    expect(asked.length).toBe(3);
  });
});

describe('a person asks for an update', () => {
  const desktopWith = (settings: unknown): FakeDesktop => {
    const desktop = fakeDesktop({ userData: folder });
    Object.assign(desktop, { version: '0.1.0' });
    if (settings !== undefined) writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
    return desktop;
  };
  const noPolicy = (): string => join(folder, 'none.json');
  const publish = (desktop: FakeDesktop, { metadata, signature }: { metadata: Uint8Array; signature: string }): void => {
    desktop.web.set(`${ADDRESS}${LINUX}`, metadata);
    desktop.web.set(`${ADDRESS}${LINUX}.sig`, Buffer.from(signature));
  };

  it('[DSK12] this build has no release key, or no address is set: nothing is asked of anybody', async () => {
    const desktop = desktopWith({ updates: { address: ADDRESS } });
    publish(desktop, signed(metadataOf('0.2.0')));
    desktop.saysYes = true;
    expect(RELEASE_KEY).toBeUndefined();
    await offerUpdate(desktop, RELEASE_KEY, noPolicy());
    expect(desktop.told[0]).toContain('This build has no release key: updates are off');
    const silent = desktopWith({});
    await offerUpdate(silent, publicKey(), noPolicy());
    expect(silent.told[0]).toContain('No address for updates is set');
    expect([desktop, silent].flatMap(({ fetched, installed }) => [...fetched, ...installed])).toEqual([]);
  });

  it('[DSK11] a verified one is downloaded after a yes, and not after a no', async () => {
    const desktop = desktopWith({ updates: { address: ADDRESS } });
    publish(desktop, signed(metadataOf('0.2.0')));
    await offerUpdate(desktop, publicKey(), noPolicy());
    expect([desktop.fetched, desktop.installed]).toEqual([[`${ADDRESS}${LINUX}`, `${ADDRESS}${LINUX}.sig`], []]);
    desktop.saysYes = true;
    await offerUpdate(desktop, publicKey(), noPolicy());
    expect(desktop.installed).toEqual([`0.2.0 from ${ADDRESS}`]);
    expect(desktop.told.at(-1)).toContain('installed when you quit');
  });

  it('[DSK11] a forged, an old and a missing one are said, and nothing is installed', async () => {
    const desktop = desktopWith({ updates: { address: ADDRESS } });
    desktop.saysYes = true;
    await offerUpdate(desktop, publicKey(), noPolicy());
    publish(desktop, signed(metadataOf('0.2.0'), { key: newKey() }));
    await offerUpdate(desktop, publicKey(), noPolicy());
    publish(desktop, signed(metadataOf('0.1.0')));
    await offerUpdate(desktop, publicKey(), noPolicy());
    expect(desktop.told).toEqual([
      expect.stringContaining('could not be fetched'),
      expect.stringContaining('not signed by the release key'),
      expect.stringContaining('not newer'),
    ]);
    expect(desktop.installed).toEqual([]);
  });
});
