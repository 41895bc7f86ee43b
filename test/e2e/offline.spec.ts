import { join } from 'node:path';
import { accounts, followed, sourcesArguments, writeCsv } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';

test('[UI14] [OBS26] the status bar says what is so, and a changed file shows by itself', async ({ serve, folder, newSteward, noise }) => {
  const path = join(folder, 'list.csv');
  const list = accounts(6);
  writeCsv(path, list);
  const server = await serve({ args: sourcesArguments(folder, [followed('list', path)]) });
  await server.muster('discover');
  const [ana, ben] = [await newSteward(), await newSteward()];
  await ana.launch(server.launchLink());
  await expect(ana.row('svc-001')).toBeVisible();

  await test.step('alone, online, with the age of the evidence', async () => {
    await expect(ana.statusBar).toContainText('All on the server');
    await expect(ana.statusBar).toContainText(/evidence:\s*list just now \(reporting only\)/);
    await expect(ana.statusBar).not.toContainText('other here');
  });

  await test.step('who else is here, and on which record', async () => {
    const { link } = JSON.parse((await server.muster('invite', '--role', 'steward', '--format', 'json')).stdout) as { link: string };
    await ben.join(link, 'Ben Marsh');
    await expect(ana.statusBar).toContainText('1 other here');
    await expect(ana.statusBar.getByTitle('Ben Marsh')).toBeVisible();
    await expect(ben.statusBar).toContainText('1 other here');
    await ben.peekAt('svc-003');
    await ana.peekAt('svc-003');
    await expect(ana.peek).toContainText('Also here: Ben Marsh');
    await ben.peek.getByRole('button', { name: /^Purpose: / }).click();
    await expect(ana.peek).toContainText('Also here: Ben Marsh (purpose)');
    await ben.page.keyboard.press('Escape');
    await ben.page.context().close();
    await expect(ana.statusBar).not.toContainText('other here', { timeout: 40_000 });
  });

  await test.step('a changed file shows without anybody asking', async () => {
    const started = performance.now();
    writeCsv(path, [...list, { id: 'svc-new', name: 'svc-new', kind: 'API key' }]);
    await expect(ana.row('svc-new')).toBeVisible();
    const seconds = ((performance.now() - started) / 1_000).toFixed(2);
    test.info().annotations.push({ type: 'time', description: `a changed file shows after ${seconds} s` });
    process.stdout.write(`    a changed file shows after ${seconds} s\n`);
  });

  await test.step('offline: said so, edits are kept, and the app opens without the server', async () => {
    await ana.isKept();
    noise.expectServerDown();
    await server.kill();
    await ana.isOffline();
    await ana.setField('svc-001', 'Purpose', 'Moves stock');
    await ana.savedHere(1);
    await ana.setOwner('svc-002', 'Warehouse');
    await expect(ana.statusBar).toContainText(/[23] saved here/);
    await ana.page.reload();
    await ana.isOffline();
    await expect(ana.row('svc-new')).toBeVisible();
    await expect(ana.cell('svc-002', 'owner')).toContainText('Warehouse');
    await expect(ana.statusBar).toContainText(/[23] saved here/);
    await ana.go('Activity');
    await expect(ana.main.getByText('saved here').first()).toBeVisible();
  });

  await test.step('online again: everything goes to the server by itself', async () => {
    await server.start();
    await ana.isOnline();
    await ana.savedHere(0);
    await expect(ana.main.getByText('saved here')).toHaveCount(0);
  });
});
