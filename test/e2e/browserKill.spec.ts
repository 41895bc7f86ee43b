import { join } from 'node:path';
import { type BrowserContext, chromium } from '@playwright/test';
import { chromiumArguments, findChromium } from '../support/chromium.ts';
import { browserProcess } from './support/browserProcess.ts';
import { accounts, followed, sourcesArguments, writeCsv } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';
import { Steward } from './support/steward.ts';

const KILLS = 5;
const executablePath = findChromium();

const openProfile = (profile: string): Promise<BrowserContext> =>
  chromium.launchPersistentContext(profile, {
    viewport: { width: 1440, height: 900 },
    args: chromiumArguments(),
    ...(executablePath === undefined ? {} : { executablePath }),
  });

test.skip(process.platform !== 'linux', 'the browser is found among the processes by /proc, which only Linux has');

test('[ENG5] [ENG1] the browser is killed right after "saved here", five times: nothing that was saved is lost', async ({
  serve,
  folder,
  noise,
}) => {
  const path = join(folder, 'list.csv');
  const profile = join(folder, 'profile');
  writeCsv(path, accounts(KILLS));
  const server = await serve({ args: sourcesArguments(folder, [followed('list', path)]) });
  await server.muster('discover');

  let context = await openProfile(profile);
  let one = new Steward(context.pages()[0] ?? (await context.newPage()));
  await one.launch(server.launchLink());
  await expect(one.row('svc-005')).toBeVisible();
  await one.isKept();
  // Without a server nothing leaves the device: what is found again was found on its disk.
  noise.expectServerDown();
  await server.kill();
  await one.isOffline();

  for (let kill = 1; kill <= KILLS; kill++) {
    await test.step(`kill ${kill}`, async () => {
      await one.setField(`svc-00${kill}`, 'Purpose', `Purpose ${kill}`);
      await one.savedHere(kill);
      await browserProcess(profile).kill();
      context = await openProfile(profile);
      noise.listenTo(context);
      one = new Steward(context.pages()[0] ?? (await context.newPage()));
      await one.page.goto(server.address);
      await one.isOffline();
      await one.savedHere(kill);
      for (let edit = 1; edit <= kill; edit++) {
        await one.peekAt(`svc-00${edit}`);
        await expect(one.field('Purpose')).toContainText(`Purpose ${edit}`);
      }
    });
  }

  await test.step('the server is back and has all of it', async () => {
    await server.start();
    await one.isOnline();
    await one.savedHere(0);
    const rows = JSON.parse((await server.muster('list', '--format', 'json')).stdout) as { name: string; id: string }[];
    const purposes = await Promise.all(rows.map(async ({ id }) => (await server.muster('show', id, '--format', 'json')).stdout));
    for (let edit = 1; edit <= KILLS; edit++) expect(purposes.some((shown) => shown.includes(`Purpose ${edit}`))).toBe(true);
    await context.close();
  });
});
