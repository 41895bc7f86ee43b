import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose } from '../../../electron/compose.ts';
import { CHANNEL } from '../../../shared/bridge/bridge.ts';
import { resolveSecret } from '../../../sync-server/runner/secrets.ts';
import { type FakeDesktop, fakeDesktop } from '../../support/fakeDesktop.ts';
import { forkEmbedded } from '../../support/forkEmbedded.ts';
import { type PasswordTaker, startPasswordTaker } from '../../support/passwordTaker.ts';
import { TestDevice } from '../../support/testClient.ts';

const CANARY = 'canary-Tr0ub4dor-of-the-keychain';
const FORMS = [
  CANARY,
  Buffer.from(CANARY).toString('base64').replace(/=+$/, ''),
  Buffer.from(CANARY).toString('hex'),
  encodeURIComponent(CANARY),
];

let folder: string;
let desktop: FakeDesktop;
let database: PasswordTaker;
let device: TestDevice;
const heard: string[] = [];

const ours = { contentsId: 7, topFrameUrl: 'muster://app/' };
const call = async (channel: string, message?: unknown): Promise<unknown> => {
  const answer = await desktop.handlers.get(channel)?.(ours, message);
  heard.push(JSON.stringify(answer ?? null));
  return answer;
};
const settings = () => ({
  id: 'db',
  kind: 'postgres',
  url: `postgres://auditor@127.0.0.1:${database.port}/app`,
  password: { keychain: 'db.password' },
});
const dryRun = async (): Promise<string> => {
  const reply = await device.request('POST', '/api/sources/dry-run', settings());
  const text = JSON.stringify(reply);
  heard.push(text);
  return text;
};
const filesBelow = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-secrets-'));
  database = await startPasswordTaker();
  desktop = fakeDesktop({ userData: folder, forkServer: (args) => forkEmbedded(args, (text) => heard.push(text)) });
  await compose(desktop, { assets: '/nonexistent', preload: '/p/preload.cjs', server: 'embedded' });
  const info = (await desktop.handlers.get(CHANNEL.info)?.(ours, undefined)) as { server: string; launchToken: string };
  device = await TestDevice.enrol(`${info.server}/#launch=${info.launchToken}`);
});
afterAll(async () => {
  device.close();
  await desktop.stop?.();
  await database.close();
  rmSync(folder, { recursive: true });
});

describe('a secret that was typed on the desktop', () => {
  it('[DSK4] is asked for at each use, reaches the database, and a forgotten one is a clear problem', async () => {
    const before = database.taken.length;
    const taken = (): string[] => database.taken.slice(before);
    expect(await call(CHANNEL.keepSecret, { name: 'db.password', value: CANARY })).toEqual({ done: true });
    await dryRun();
    expect(taken()).toEqual([CANARY]);
    expect(await call(CHANNEL.secretNames)).toEqual(['db.password']);
    await call(CHANNEL.keepSecret, { name: 'db.password', value: `${CANARY}-2` });
    await dryRun();
    expect(taken()).toEqual([CANARY, `${CANARY}-2`]);
    expect(await device.request('POST', '/api/sources', settings())).toMatchObject({ status: 201 });
    await expect.poll(() => taken().length).toBe(3);
    await call(CHANNEL.forgetSecret, { name: 'db.password' });
    expect(await dryRun()).toContain('There is no secret db.password in the keychain of this desktop');
    expect(taken().length).toBe(3);
    desktop.safeStorage.keyring.backend = 'basic_text';
    expect(await dryRun()).toContain('no keyring');
  });

  it('[DSK2] is in no file, answer, log or message to the page', async () => {
    desktop.safeStorage.keyring.backend = 'gnome_libsecret';
    await call(CHANNEL.keepSecret, { name: 'db.password', value: CANARY });
    await dryRun();
    expect(database.taken.at(-1)).toBe(CANARY);
    const files = filesBelow(folder);
    expect(files.map((file) => file.slice(folder.length + 1))).toEqual(
      expect.arrayContaining(['keychain.json', join('space', 'sources.json')]),
    );
    const texts: [string, string][] = [
      ...files.map((file): [string, string] => [file, readFileSync(file, 'latin1')]),
      ...desktop.windows.flatMap(({ sent }) => sent.map((message): [string, string] => ['to the page', JSON.stringify(message)])),
      ...heard.map((text): [string, string] => ['heard', text]),
      ['errors', desktop.errors.join('\n')],
    ];
    expect(heard.some((text) => text.includes('listening'))).toBe(true);
    expect(texts.filter(([, text]) => FORMS.some((form) => text.includes(form))).map(([where]) => where)).toEqual([]);
  });

  it('[DSK4] without the desktop program the source says so and what to do', async () => {
    expect(await resolveSecret({ keychain: 'db.password' })).toMatchObject({
      ok: false,
      error: {
        code: 'misconfigured',
        message: expect.stringContaining('not started by the desktop'),
        wayOut: expect.stringContaining('env'),
      },
    });
    expect(await resolveSecret({ keychain: '../x' })).toMatchObject({ ok: false, error: { wayOut: expect.stringContaining('keychain') } });
  });
});
