import { join } from 'node:path';
import { accounts, followed, sourcesArguments, writeCsv } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';
import type { Steward } from './support/steward.ts';

const PURPOSES = ['Pays suppliers', 'Pays the staff'] as const;

async function sayWhatEverybodyDid(steward: Steward): Promise<void> {
  await steward.go('Activity');
  const activity = steward.page.getByRole('region', { name: 'Activity' });
  for (const purpose of [...PURPOSES, 'Moves stock', 'Prints labels'])
    await expect(activity.getByRole('button', { name: `set purpose to ${purpose}` }).first()).toBeVisible();
  await expect(activity).not.toContainText('saved here');
}

test('[ENG5] [LED3] [AUT5] two people edit while the server is gone, and agree when it is back', async ({
  serve,
  folder,
  newSteward,
  noise,
}) => {
  const path = join(folder, 'list.csv');
  writeCsv(path, accounts(8));
  const server = await serve({ args: sourcesArguments(folder, [followed('list', path)]) });
  await server.muster('discover');
  const [ana, ben] = [await newSteward(), await newSteward()];
  await ana.launch(server.launchLink());
  const { link } = JSON.parse((await server.muster('invite', '--role', 'steward', '--format', 'json')).stdout) as { link: string };
  await ben.join(link, 'Ben Marsh');
  for (const one of [ana, ben]) {
    await expect(one.row('svc-008')).toBeVisible();
    await one.isKept();
  }
  noise.expectServerDown();

  await test.step('the server is killed; both edit, and both are told that it is saved here', async () => {
    await server.kill();
    for (const one of [ana, ben]) await one.isOffline();
    await ana.setField('svc-001', 'Purpose', 'Moves stock');
    await ben.setField('svc-002', 'Purpose', 'Prints labels');
    await ana.setField('svc-003', 'Purpose', PURPOSES[0]);
    await ben.setField('svc-003', 'Purpose', PURPOSES[1]);
    for (const one of [ana, ben]) await one.savedHere(2);
  });

  await test.step('both reload while it is gone, and see what they did', async () => {
    for (const one of [ana, ben]) {
      await one.page.reload();
      await one.isOffline();
      await one.savedHere(2);
    }
    await ana.peekAt('svc-001');
    await expect(ana.field('Purpose')).toContainText('Moves stock');
    await ana.peekAt('svc-003');
    await expect(ana.field('Purpose')).toContainText(PURPOSES[0]);
    await ben.peekAt('svc-002');
    await expect(ben.field('Purpose')).toContainText('Prints labels');
    await ben.peekAt('svc-003');
    await expect(ben.field('Purpose')).toContainText(PURPOSES[1]);
  });

  await test.step('the server is back: nothing waits any more, and both have both edits', async () => {
    await server.start();
    for (const one of [ana, ben]) {
      await one.isOnline();
      await one.savedHere(0);
      await one.peekAt('svc-001');
      await expect(one.field('Purpose')).toContainText('Moves stock');
      await one.peekAt('svc-002');
      await expect(one.field('Purpose')).toContainText('Prints labels');
    }
  });

  const conflict = (one: Steward) =>
    one.peek.getByRole('region', { name: 'What needs you' }).locator('li', { hasText: 'conflict' }).first();
  await test.step('the field that both changed is in conflict on both screens, with both values', async () => {
    for (const one of [ana, ben]) {
      await expect(one.cell('svc-003', 'states').getByRole('img', { name: 'Conflict' })).toBeVisible();
      await one.peekAt('svc-003');
      for (const purpose of PURPOSES) await expect(conflict(one)).toContainText(purpose);
    }
    const { stdout } = await server.muster('conflicts', '--format', 'json');
    expect(JSON.parse(stdout)).toHaveLength(1);
  });

  await test.step('one settles it, for both', async () => {
    await conflict(ben).getByRole('button', { name: PURPOSES[1] }).click();
    for (const one of [ana, ben]) {
      await expect(one.cell('svc-003', 'states').getByRole('img', { name: 'Conflict' })).toBeHidden();
      await expect(one.field('Purpose')).toContainText(PURPOSES[1]);
    }
    expect(await ana.register()).toEqual(await ben.register());
    const { stdout } = await server.muster('conflicts', '--format', 'json');
    expect(JSON.parse(stdout)).toEqual([]);
  });

  await test.step('Activity shows all of it on both screens', async () => {
    for (const one of [ana, ben]) {
      await sayWhatEverybodyDid(one);
      await expect(one.main).toContainText('Ben Marsh');
    }
  });
});
