import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Keychain } from '../../../electron/keychain.ts';
import type { SecretName } from '../../../shared/model/secretName.ts';
import { type FakeDesktop, type FakeOptions, fakeDesktop } from '../../support/fakeDesktop.ts';

let folder: string;
let desktop: FakeDesktop;
let keychain: Keychain;
const VALUE = 'kept-nowhere-in-the-clear';
const name = (text: string): SecretName => text as SecretName;
const file = (): string => join(folder, 'keychain.json');

function onPlatform(platform: NonNullable<FakeOptions['platform']>): Keychain {
  desktop = fakeDesktop({ userData: folder, platform });
  return new Keychain(desktop);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-keychain-'));
  keychain = onPlatform('linux');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('secrets of the desktop', () => {
  it('[DSK1] [DSK2] a secret is kept encrypted for its user alone, listed by name, revealed, replaced and forgotten', async () => {
    expect(await keychain.keep(name('db.password'), VALUE)).toEqual({ ok: true, value: null });
    expect(await keychain.keep(name('constructor'), 'x')).toEqual({ ok: true, value: null });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(), 'utf8')).not.toContain(VALUE);
    expect(readFileSync(file(), 'utf8')).not.toContain(Buffer.from(VALUE).toString('base64').slice(0, 12));
    expect(readdirSync(folder)).toEqual(['keychain.json']);
    const later = new Keychain(desktop);
    expect(later.names()).toEqual({ ok: true, value: ['constructor', 'db.password'] });
    expect(await later.reveal(name('db.password'))).toEqual({ ok: true, value: VALUE });
    await later.keep(name('db.password'), 'another');
    expect(await keychain.reveal(name('db.password'))).toEqual({ ok: true, value: 'another' });
    expect(keychain.forget(name('db.password'))).toEqual({ ok: true, value: null });
    expect(keychain.names()).toEqual({ ok: true, value: ['constructor'] });
    expect(await keychain.reveal(name('db.password'))).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('no secret') },
    });
  });

  it.each(['basic_text', 'unknown'])('[DSK1] the backend %s is refused: nothing is encrypted, nothing written', async (backend) => {
    desktop.safeStorage.keyring.backend = backend;
    const refused = await keychain.keep(name('db.password'), VALUE);
    expect(refused).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('no keyring'), wayOut: expect.stringMatching(/Install.*environment variable or a file/) },
    });
    expect(desktop.safeStorage.encrypted).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    expect(await keychain.reveal(name('db.password'))).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('no keyring') },
    });
  });

  it('[DSK1] bytes that were encrypted with the well-known password are refused, whatever the backend said', async () => {
    desktop.safeStorage.keyring.prefix = 'v10';
    expect(await keychain.keep(name('db.password'), VALUE)).toMatchObject({ ok: false });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('[DSK1] macOS and Windows have no backend to choose, and their bytes may begin as they like', async () => {
    for (const platform of ['mac', 'windows'] as const) {
      const there = onPlatform(platform);
      desktop.safeStorage.keyring.backend = 'unknown';
      desktop.safeStorage.keyring.prefix = 'v10';
      expect(await there.keep(name('db.password'), VALUE)).toEqual({ ok: true, value: null });
      desktop.safeStorage.keyring.isAvailable = false;
      expect(await there.keep(name('other'), VALUE)).toMatchObject({
        ok: false,
        error: { message: expect.stringContaining('not available') },
      });
    }
  });

  it('[DSK1] a keychain that fails in the middle is a sentence without the value', async () => {
    await keychain.keep(name('db.password'), VALUE);
    desktop.safeStorage.keyring.throws = true;
    const outcomes = [await keychain.keep(name('other'), VALUE), await keychain.reveal(name('db.password'))];
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, false]);
    expect(JSON.stringify(outcomes)).not.toContain(VALUE);
    desktop.safeStorage.keyring.throws = false;
    desktop.safeStorage.loseKey();
    expect(await keychain.reveal(name('db.password'))).toMatchObject({
      error: { message: expect.stringContaining('cannot be decrypted') },
    });
  });

  it('[DSK1] a key that the system replaced encrypts the secret again', async () => {
    await keychain.keep(name('db.password'), VALUE);
    const before = readFileSync(file(), 'utf8');
    desktop.safeStorage.keyring.rotated = true;
    expect(await keychain.reveal(name('db.password'))).toEqual({ ok: true, value: VALUE });
    expect(readFileSync(file(), 'utf8')).not.toBe(before);
    expect(await keychain.reveal(name('db.password'))).toEqual({ ok: true, value: VALUE });
  });

  it.each([
    '',
    '{',
    '[]',
    '{"version":2,"secrets":{}}',
    '{"version":1,"secrets":{"../x":"AA=="}}',
    '{"version":1,"secrets":{"a":"not base64!"}}',
  ])('[DSK3] a damaged file is reported and stays as it is: %s', async (text) => {
    writeFileSync(file(), text);
    const outcomes = [
      keychain.names(),
      keychain.forget(name('a')),
      await keychain.keep(name('a'), VALUE),
      await keychain.reveal(name('a')),
    ];
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ ok: false, error: { message: expect.stringContaining('is damaged') } });
    }
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  it('[DSK3] a write that fails leaves the old file', async () => {
    await keychain.keep(name('a'), 'one');
    mkdirSync(`${file()}.new`);
    expect(await keychain.keep(name('a'), 'two')).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('cannot be written') },
    });
    rmSync(`${file()}.new`, { recursive: true });
    expect(await keychain.reveal(name('a'))).toEqual({ ok: true, value: 'one' });
  });

  it('[DSK2] secrets that are kept at the same moment are all there', async () => {
    const names = Array.from({ length: 20 }, (_, index) => name(`s${index}`));
    await Promise.all(names.map((each) => keychain.keep(each, `value of ${each}`)));
    expect(keychain.names()).toEqual({ ok: true, value: [...names].sort() });
  });
});
