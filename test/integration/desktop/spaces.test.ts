import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose } from '../../../electron/compose.ts';
import { CHANNEL, type HostInfo } from '../../../shared/bridge/bridge.ts';
import { type DeepLink, deepLink } from '../../../shared/bridge/deepLink.ts';
import { invitationReply, spaceInfo } from '../../../shared/wire/http.ts';
import { type FakeDesktop, fakeDesktop } from '../../support/fakeDesktop.ts';
import { forkEmbedded } from '../../support/forkEmbedded.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';

const ours = { contentsId: 7, topFrameUrl: 'muster://app/' };
let folder: string;
let desktop: FakeDesktop;
let team: TestServer;
let admin: TestDevice;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-spaces-'));
  team = await startTestServer();
  admin = await TestDevice.enrol(team.launchLink());
  desktop = fakeDesktop({ userData: folder, forkServer: (args) => forkEmbedded(args, () => undefined) });
  await compose(desktop, { assets: '/nonexistent', preload: '/p/preload.cjs', server: 'embedded' });
});
afterAll(async () => {
  await desktop.stop?.();
  await team.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = <T>(channel: string, message?: unknown): Promise<T> => desktop.handlers.get(channel)?.(ours, message) as Promise<T>;
const info = (): Promise<HostInfo> => call<HostInfo>(CHANNEL.info);
/** What the page asks first, from its own origin. */
const heard = async (server: string) => {
  const reply = await fetch(`${server}/api/space`, { headers: { origin: 'muster://app' } });
  expect(reply.headers.get('access-control-allow-origin')).toBe('muster://app');
  return spaceInfo.parse(await reply.json());
};

describe('the desktop on its own server and on a team’s', () => {
  it('[DSK13] [DSK14] [DSK15] joins by a link of the system, with another device in another register, and the own server goes on', async () => {
    const local = await info();
    const mine = await TestDevice.enrol(`${local.server}/#launch=${local.launchToken}`);
    const invited = invitationReply.parse(
      (await admin.request('POST', '/api/invitations', { role: 'steward', label: 'desk', hours: 1 })).body,
    );
    const [, token = '', key = ''] = /#join=([\w-]+)&key=([0-9a-f]+)$/.exec(invited.link) ?? [];
    desktop.openUrl(`muster-link://join?server=${encodeURIComponent(team.address)}#join=${token}&key=${key}`);
    const link = deepLink.parse(await call<DeepLink>(CHANNEL.openedLink));
    expect(await call<boolean>(CHANNEL.joinSpace, link)).toBe(true);
    const there = await info();
    expect(there).toEqual({ host: 'electron', platform: 'linux', version: '0.0.0-test', server: team.address });
    expect(desktop.windows[0]?.loaded.at(-1)).toContain(`#join=${token}`);
    const theirs = await TestDevice.enrol(`${there.server}/#join=${token}`, { personName: 'Ana' });
    expect(theirs.device).not.toBe(mine.device);
    expect((await heard(there.server)).space).not.toBe((await heard(local.server)).space);

    await call(CHANNEL.openSpace, { place: 'local' });
    expect(await info(), 'one launch token, once').toEqual({
      host: 'electron',
      platform: 'linux',
      version: '0.0.0-test',
      server: local.server,
    });
    await call(CHANNEL.leaveSpace, { place: team.address });
    await expect(theirs.ticket(), 'the server forgot nothing').resolves.toBeTruthy();
    await expect(mine.ticket()).resolves.toBeTruthy();
  });

  it('[DSK16] ends its own server and no other', async () => {
    const local = await info();
    await desktop.stop?.();
    desktop.stop = undefined;
    await expect(fetch(`${local.server}/api/space`)).rejects.toThrow();
    expect((await heard(team.address)).space).toBeTruthy();
  });
});
