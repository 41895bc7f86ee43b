import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compose } from '../../../electron/compose.ts';
import type { MenuItem } from '../../../electron/facade.ts';
import { CHANNEL } from '../../../shared/bridge/bridge.ts';
import { HANDED_BYTES, MOST_SPACES } from '../../../shared/bridge/hostSpaces.ts';
import { type FakeDesktop, fakeDesktop } from '../../support/fakeDesktop.ts';

const KEY = '0123456789abcdef'.repeat(4);
const TOKEN = 'token-of-an-invitation';
const TEAM = 'https://muster.example.org';
const SPACE = '0'.repeat(32);
const link = (server = TEAM) => ({ kind: 'join', server, token: TOKEN, key: KEY });
const systemLink = (server = TEAM): string => `muster-link://join?server=${encodeURIComponent(server)}#join=${TOKEN}&key=${KEY}`;
const ours = { contentsId: 7, topFrameUrl: 'muster://app/' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-spaces-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'assets', 'index.html'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function started(launchArguments: readonly string[] = []): Promise<FakeDesktop> {
  const desktop = fakeDesktop({ userData: folder, launchArguments });
  await compose(desktop, { assets: join(folder, 'assets'), preload: '/p/preload.cjs', server: '/p/embedded.js' });
  return desktop;
}
const call = (desktop: FakeDesktop, channel: string, message?: unknown): Promise<unknown> =>
  desktop.handlers.get(channel)?.(ours, message) ?? Promise.reject(new Error('no handler'));
const loaded = (desktop: FakeDesktop): readonly string[] => desktop.windows[0]?.loaded ?? [];
const policy = async (desktop: FakeDesktop): Promise<string> =>
  (await desktop.schemes.get('muster')?.('muster://app/'))?.headers['content-security-policy'] ?? '';
const registers = (desktop: FakeDesktop): MenuItem[] => {
  const menu = desktop.menu.find((item) => item.kind === 'submenu' && item.label === 'Registers');
  return menu?.kind === 'submenu' ? [...menu.items] : [];
};
const labels = (desktop: FakeDesktop): string[] => registers(desktop).flatMap((item) => (item.kind === 'command' ? [item.label] : []));

describe('several registers in one window', () => {
  it('[DSK14] a link that the system handed over opens in this window, and the page may talk to that server alone', async () => {
    const desktop = await started([systemLink()]);
    expect(await policy(desktop)).toContain("connect-src 'self' http://127.0.0.1:4747 ws://127.0.0.1:4747;");
    expect(await call(desktop, CHANNEL.openedLink)).toEqual(link());
    expect(await call(desktop, CHANNEL.joinSpace, link())).toBe(true);
    expect(desktop.told, 'the page has asked already').toEqual([]);
    expect(loaded(desktop)).toEqual(['muster://app/', `muster://app/?shown=1#join=${TOKEN}&key=${KEY}`]);
    expect(await policy(desktop)).toContain(`connect-src 'self' ${TEAM} wss://muster.example.org;`);
    expect(await call(desktop, CHANNEL.info)).toEqual({ host: 'electron', platform: 'linux', version: '0.0.0-test', server: TEAM });
    expect(desktop.opened, 'no browser').toEqual([]);
  });

  it('[DSK14] any other link is asked about by the program itself: a page reaches no server on its own', async () => {
    const desktop = await started();
    expect(await call(desktop, CHANNEL.joinSpace, link())).toBe(false);
    expect(desktop.told[0]).toContain(TEAM);
    expect(desktop.told[0]).toContain('0123 4567 89ab cdef');
    expect(loaded(desktop)).toEqual(['muster://app/']);
    expect(await call(desktop, CHANNEL.spaces)).toEqual({ current: 'local', spaces: [{ place: 'local' }] });
    await expect(call(desktop, CHANNEL.openSpace, { place: TEAM })).rejects.toThrow('not on the list');
    expect(await policy(desktop)).not.toContain(TEAM);
    desktop.saysYes = true;
    expect(await call(desktop, CHANNEL.joinSpace, link())).toBe(true);
    expect(await policy(desktop)).toContain(TEAM);
  });

  it('[DSK14] a link of the system does not let another one pass', async () => {
    const desktop = await started([systemLink()]);
    await call(desktop, CHANNEL.openedLink);
    expect(await call(desktop, CHANNEL.joinSpace, link('https://evil.example'))).toBe(false);
    expect(await call(desktop, CHANNEL.joinSpace, { ...link(), key: 'f'.repeat(64) })).toBe(false);
    expect(desktop.told).toHaveLength(2);
  });

  it('[DSK15] the last one used opens at the next start; the launch token is for the register on this computer alone', async () => {
    const first = await started([systemLink()]);
    await call(first, CHANNEL.openedLink);
    await call(first, CHANNEL.joinSpace, link());
    await call(first, CHANNEL.nameSpace, { name: 'Payments', space: SPACE });
    expect(statSync(join(folder, 'spaces.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'spaces.json'), 'utf8'), 'no token is kept').not.toContain(TOKEN);
    const second = await started();
    expect(await call(second, CHANNEL.info)).toEqual({ host: 'electron', platform: 'linux', version: '0.0.0-test', server: TEAM });
    expect(await call(second, CHANNEL.spaces)).toEqual({
      current: TEAM,
      spaces: [{ place: 'local' }, { place: TEAM, name: 'Payments', space: SPACE }],
    });
    await call(second, CHANNEL.openSpace, { place: 'local' });
    expect(await call(second, CHANNEL.info)).toMatchObject({ server: 'http://127.0.0.1:4747', launchToken: expect.any(String) });
    expect(await call(await started(), CHANNEL.info)).toMatchObject({ server: 'http://127.0.0.1:4747' });
  });

  it('[DSK15] the menu lists them, marks the open one and changes to another; a name in it is shown harmlessly', async () => {
    const desktop = await started([systemLink()]);
    expect(labels(desktop)).toEqual(['● Register on this computer', 'Join another register…']);
    await call(desktop, CHANNEL.nameSpace, { name: 'Mine', space: '1'.repeat(32) });
    await call(desktop, CHANNEL.openedLink);
    await call(desktop, CHANNEL.joinSpace, link());
    await call(desktop, CHANNEL.nameSpace, { name: 'R&D \u202Egnp', space: SPACE });
    expect(labels(desktop)).toEqual(['Mine · on this computer', '● R&&D □gnp · muster.example.org', 'Join another register…']);
    const [mine] = registers(desktop);
    if (mine?.kind === 'command') mine.run();
    expect(loaded(desktop).at(-1)).toBe('muster://app/?shown=2');
    expect(labels(desktop)[0]).toBe('● Mine · on this computer');
    const ask = registers(desktop).at(-1);
    if (ask?.kind === 'command') ask.run();
    expect(desktop.windows[0]?.sent.at(-1)).toEqual([CHANNEL.menu, 'joinSpace']);
    await call(desktop, CHANNEL.openSpace, { place: TEAM, identity: 'a'.repeat(32) });
    expect(loaded(desktop).at(-1)).toBe(`muster://app/?shown=3#/register/${'a'.repeat(32)}`);
  });

  it('[TRF5] a copy is carried in memory to the page of the register that it was sent to, once, and to no other', async () => {
    const desktop = await started([systemLink()]);
    await call(desktop, CHANNEL.openedLink);
    await call(desktop, CHANNEL.joinSpace, link());
    const copy = Uint8Array.of(1, 2, 3);
    await call(desktop, CHANNEL.openSpace, { place: 'local', copy });
    expect(await call(desktop, CHANNEL.handedOver)).toEqual(copy);
    expect(await call(desktop, CHANNEL.handedOver)).toBeUndefined();
    await call(desktop, CHANNEL.openSpace, { place: TEAM, copy });
    const [mine] = registers(desktop);
    if (mine?.kind === 'command') mine.run();
    expect(await call(desktop, CHANNEL.handedOver), 'the person changed to another register').toBeUndefined();
    await call(desktop, CHANNEL.openSpace, { place: TEAM });
    expect(await call(desktop, CHANNEL.handedOver), 'it was changed to without a copy').toBeUndefined();
    await expect(call(desktop, CHANNEL.openSpace, { place: TEAM, copy: new Uint8Array(HANDED_BYTES + 1) })).rejects.toThrow(/^refused/);
    expect(readFileSync(join(folder, 'spaces.json'), 'utf8')).not.toContain('copy');
  });

  it('[DSK16] leaving takes a server off the list and tells nobody; the one on this computer is never left', async () => {
    const desktop = await started([systemLink()]);
    await call(desktop, CHANNEL.openedLink);
    await call(desktop, CHANNEL.joinSpace, link());
    await call(desktop, CHANNEL.leaveSpace, { place: TEAM });
    expect(await call(desktop, CHANNEL.spaces)).toEqual({ current: 'local', spaces: [{ place: 'local' }] });
    expect(loaded(desktop).at(-1)).toBe('muster://app/?shown=2');
    expect(desktop.fetched).toEqual([]);
    await expect(call(desktop, CHANNEL.leaveSpace, { place: 'local' })).rejects.toThrow(/^refused/);
  });

  it('[DSK15] a list that cannot be read is put aside and said, and one that lies is not believed', async () => {
    writeFileSync(join(folder, 'spaces.json'), '{"v":1,"current":"https://evil.example/x","spaces":[]}');
    const desktop = await started();
    expect(desktop.errors[0]).toContain('spaces.json.damaged');
    expect(existsSync(join(folder, 'spaces.json.damaged'))).toBe(true);
    expect(await call(desktop, CHANNEL.spaces)).toEqual({ current: 'local', spaces: [{ place: 'local' }] });
    const twice = [
      { place: TEAM, name: 'one' },
      { place: TEAM, name: 'two' },
    ];
    writeFileSync(join(folder, 'spaces.json'), JSON.stringify({ v: 1, current: 'https://a.example', spaces: twice }));
    expect(await call(await started(), CHANNEL.spaces)).toEqual({
      current: 'local',
      spaces: [{ place: 'local' }, { place: TEAM, name: 'one' }],
    });
  });

  it('[DSK15] the list has an end', async () => {
    const desktop = await started();
    desktop.saysYes = true;
    for (let n = 0; n < MOST_SPACES; n++) await call(desktop, CHANNEL.joinSpace, link(`https://s${n}.example`));
    await expect(call(desktop, CHANNEL.joinSpace, link())).rejects.toThrow('full');
    expect(await call(desktop, CHANNEL.joinSpace, link('https://s3.example')), 'one that is on it is opened').toBe(true);
  });
});
