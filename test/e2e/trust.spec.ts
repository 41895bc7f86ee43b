import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { accounts, followed, sourcesArguments, writeCsv } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';

test('[TRU51] [TRU52] a server that was put back without a word is noticed; everything stays, and the right one gets the edits', async ({
  serve,
  folder,
  newSteward,
  noise,
}, info) => {
  const path = join(folder, 'list.csv');
  writeCsv(path, accounts(4));
  const server = await serve({ args: sourcesArguments(folder, [followed('list', path)]) });
  await server.muster('discover');
  const ana = await newSteward();
  await ana.launch(server.launchLink());
  await expect(ana.row('svc-001')).toBeVisible();
  await ana.isKept();
  noise.expectServerDown();
  const [old, right] = [join(folder, 'old'), join(folder, 'right')];
  const swap = (from: string): void => {
    rmSync(server.data, { recursive: true, force: true });
    cpSync(from, server.data, { recursive: true });
  };

  await test.step('a copy of the data is put back in place of what came after it', async () => {
    await server.stop();
    cpSync(server.data, old, { recursive: true });
    await server.start();
    await ana.isOnline();
    await ana.setField('svc-001', 'Purpose', 'Said after the copy');
    await ana.savedHere(0);
    await server.stop();
    cpSync(server.data, right, { recursive: true });
    swap(old);
    await server.start();
  });

  const band = ana.page.getByRole('alert', { name: 'Not syncing' });
  await test.step('it says what is wrong, what it means and what to do; nothing is sent and nothing is lost', async () => {
    await expect(band).toContainText('The server’s history is shorter than what this device saw');
    await expect(band).toContainText('muster restore');
    await expect(ana.field('Purpose')).toContainText('Said after the copy');
    await ana.setField('svc-002', 'Purpose', 'Said while nobody could be trusted');
    await ana.savedHere(1);
    await expect(band).toContainText('1 change is saved here');
    for (const scheme of ['light', 'dark'] as const) {
      await ana.page.emulateMedia({ colorScheme: scheme });
      await ana.page.screenshot({ path: info.outputPath(`not-syncing-${scheme}.png`) });
    }
  });

  await test.step('the right server is back: the device goes on by itself', async () => {
    await server.stop();
    swap(right);
    await server.start();
    await ana.isOnline();
    await ana.savedHere(0);
    await expect(band).toBeHidden();
    const { stdout } = await server.muster('show', 'svc-002', '--format', 'json');
    expect(stdout).toContain('Said while nobody could be trusted');
  });
});
