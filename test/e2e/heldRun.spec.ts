import { join } from 'node:path';
import type { AppServer } from '../support/appServer.ts';
import { accounts, followed, sourcesArguments, writeNdjson } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';
import type { Steward } from './support/steward.ts';

const BEFORE = accounts(50);
/** A fifth of them, and a key that nobody knew. */
const AFTER = [...BEFORE.slice(0, 10), { id: 'break-glass', name: 'break-glass-admin', kind: 'API key', environment: 'production' }];

async function serveAndShrink(folder: string, serve: (options: { args: string[] }) => Promise<AppServer>): Promise<AppServer> {
  const path = join(folder, 'iam.ndjson');
  writeNdjson(path, BEFORE);
  const server = await serve({ args: sourcesArguments(folder, [followed('iam', path)]) });
  await server.muster('discover');
  writeNdjson(path, AFTER);
  return server;
}

const missingOf = async (server: AppServer): Promise<number> => {
  const rows = JSON.parse((await server.muster('list', '--format', 'json')).stdout) as { observed?: string }[];
  return rows.filter(({ observed }) => observed === 'missing').length;
};

async function seeHeldRun(one: Steward): Promise<void> {
  await one.go('Inbox');
  const held = one.page.getByRole('region', { name: 'Held runs' });
  await expect(held.getByRole('button')).toHaveCount(1);
  await expect(one.page.getByRole('navigation', { name: 'Inbox items' }).getByRole('region').first()).toHaveAccessibleName('Held runs');
  const part = one.page.getByRole('region', { name: 'Held part' });
  await expect(part).toContainText('40');
  await expect(part).toContainText('80 %');
  await expect(part).toContainText('removals');
}

test('[OBS11] [OBS15] most of a source is gone: the removals wait with their reason, the new key is there at once, release takes the number', async ({
  serve,
  folder,
  newSteward,
}) => {
  const server = await serveAndShrink(folder, serve);
  const one = await newSteward();
  await one.launch(server.launchLink());

  await test.step('the new admin key is in the register at once, and nothing is missing', async () => {
    await one.filter('break-glass');
    await expect(one.row('break-glass-admin')).toBeVisible();
    expect(await missingOf(server)).toBe(0);
  });

  await test.step('the held run is pinned in Inbox and Sources, with its reason and its difference', async () => {
    await one.go('Sources');
    await expect(one.main.getByRole('row').nth(1)).toContainText(/held/i);
    await seeHeldRun(one);
    await one.page.keyboard.press('d');
    const difference = one.page.getByRole('region', { name: 'Difference' });
    for (const name of ['svc-011', 'svc-050']) await expect(difference).toContainText(name);
    await expect(difference).not.toContainText('svc-010');
  });

  await test.step('a wrong number releases nothing', async () => {
    await one.page.keyboard.type('50');
    await one.page.keyboard.press('Enter');
    await expect(one.page.getByRole('button', { name: /^Release Type 40 first/ })).toHaveAttribute('aria-disabled', 'true');
    expect(await missingOf(server)).toBe(0);
  });

  await test.step('the right one does', async () => {
    await one.page.getByLabel('Type 40 to confirm').fill('40');
    await one.page.keyboard.press('Enter');
    await expect(one.page.getByRole('region', { name: 'Held runs' })).toHaveCount(0);
    await expect.poll(() => missingOf(server)).toBe(40);
    await one.go('Activity');
    await expect(one.main).toContainText('released a held change of iam');
  });
});

test('[OBS18] what is discarded stays as it was, and is not asked again', async ({ serve, folder, newSteward }) => {
  const server = await serveAndShrink(folder, serve);
  const one = await newSteward();
  await one.launch(server.launchLink());
  await expect(one.row('svc-001')).toBeVisible();
  await seeHeldRun(one);
  await one.page.keyboard.press('a');
  await one.page.keyboard.press('Enter');
  await expect(one.page.getByRole('region', { name: 'Held runs' })).toHaveCount(0);
  await server.muster('discover');
  await expect(one.page.getByRole('region', { name: 'Held runs' })).toHaveCount(0);
  expect(await missingOf(server)).toBe(0);
  await one.go('Activity');
  await expect(one.main).toContainText('discarded a held change of iam');
});
