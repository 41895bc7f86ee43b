import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { runMuster } from '../support/appServer.ts';
import { accounts, followed, sourcesArguments, writeCsv } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';
import type { Steward } from './support/steward.ts';

const SCREENS = join('test-results', 'snapshotCreate');

/** Looked at by eye, light and dark; and what axe says of both. */
async function look(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENS, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: join(SCREENS, `${name} ${colorScheme}.png`) });
    const { violations } = await new AxeBuilder({ page })
      .options({ resultTypes: ['violations'] })
      .setLegacyMode()
      .analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 3)}`)).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

async function byPalette(one: Steward): Promise<Locator> {
  await one.page.keyboard.press('Control+k');
  await one.page.keyboard.type('create snap');
  await one.page.keyboard.press('Enter');
  const dialog = one.page.getByRole('dialog', { name: 'Create snapshot' });
  await expect(dialog).toBeVisible();
  return dialog;
}

test('[SNP66] a snapshot of a view, with a sample, is made, saved, and verified with the fingerprint that was shown', async ({
  serve,
  folder,
  newSteward,
}) => {
  const path = join(folder, 'list.csv');
  writeCsv(path, accounts(40));
  const mine = join(folder, 'mine.csv');
  writeCsv(mine, accounts(3, 'mine'));
  const sources = [followed('list', path), { ...followed('mine', mine), visibility: 'private' }];
  const server = await serve({ args: sourcesArguments(folder, sources) });
  await server.muster('discover');
  const one = await newSteward();
  const { page } = one;
  await one.launch(server.launchLink());
  await one.setOwner('svc-001', 'Payments');
  await one.setOwner('svc-002', 'Payments');
  await one.savedHere(0);
  await one.filter('owner:none');

  const dialog = await byPalette(one);
  await test.step('what it will hold, in numbers', async () => {
    await dialog.getByRole('radio', { name: /This view/ }).check();
    await expect(dialog.getByText('This view owner:none 41')).toBeVisible();
    await dialog.getByRole('radio', { name: '25' }).check();
    await dialog.getByLabel('Seed').fill('the auditor’s own seed');
    const holds = dialog.getByRole('region', { name: 'What the file will hold' });
    await dialog.getByRole('checkbox', { name: 'Include 1 source 3 records' }).check();
    await expect(holds).toContainText('41listed');
    await dialog.getByRole('checkbox', { name: 'Include 1 source 3 records' }).uncheck();
    await expect(holds).toContainText('38listed');
    await expect(holds).toContainText('25drawn at random');
    await expect(holds).toContainText('40records, with every version');
    await expect(holds).toContainText('also those that the view does not list');
    await look(page, 'form');
  });

  await test.step('an earlier moment is named by what happened there', async () => {
    await dialog.getByRole('radio', { name: 'An earlier moment' }).check();
    await dialog.getByLabel('Number of the change').fill('1');
    await expect(dialog).toContainText('created this space');
    await look(page, 'form with a place');
    await dialog.getByLabel('Number of the change').fill('99999');
    await expect(dialog.getByRole('button', { name: 'Create snapshot' })).toHaveAttribute('aria-disabled', 'true');
    await dialog.getByRole('radio', { name: /^Now/ }).check();
  });

  await dialog.getByRole('button', { name: 'Create snapshot' }).click();
  const ready = page.getByRole('dialog', { name: 'The snapshot is ready' });
  await expect(ready).toBeVisible({ timeout: 60_000 });
  await look(page, 'ready');

  const saved = join(folder, 'saved.muster');
  await test.step('it is saved', async () => {
    const download = page.waitForEvent('download');
    await ready.getByRole('button', { name: 'Save' }).click();
    await (await download).saveAs(saved);
    await expect(ready).toContainText('saved');
    expect(readFileSync(saved).subarray(0, 4)).toEqual(Buffer.from('PK\u0003\u0004'));
  });

  await test.step('the fingerprint on screen is the key that signed it, and what was asked for is in it', async () => {
    const [fingerprint = ''] = /([0-9a-f]{4} ){7}[0-9a-f]{4}/.exec((await ready.textContent()) ?? '') ?? [];
    const verified = await runMuster(['snapshot', 'verify', saved, '--key', fingerprint, '--format', 'json']);
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
    const tables = join(folder, 'sample.json');
    expect(await runMuster(['snapshot', 'export', saved, '-o', tables, '--table', 'sample'])).toMatchObject({ code: 0, stderr: '' });
    const { about, rows } = JSON.parse(readFileSync(tables, 'utf8')) as { about: Record<string, unknown>; rows: { owner?: string }[] };
    expect(about).toMatchObject({ query: 'owner:none', matches: 38, seed: 'the auditor’s own seed' });
    expect(rows).toHaveLength(25);
    expect(rows.filter(({ owner }) => owner !== undefined)).toEqual([]);
  });

  await test.step('the same fingerprint stands in Settings', async () => {
    const [fingerprint = ''] = /([0-9a-f]{4} ){7}[0-9a-f]{4}/.exec((await ready.textContent()) ?? '') ?? [];
    await ready.getByRole('button', { name: 'Close' }).click();
    await one.go('Settings');
    await expect(one.main.getByRole('region', { name: 'Server key' })).toContainText(fingerprint);
    await one.main.getByRole('button', { name: 'All 64 digits' }).click();
    await look(page, 'settings');
  });

  await test.step('and it opens from where it was made', async () => {
    await one.go('Register');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'Create snapshot…' }).click();
    await ready.getByRole('button', { name: 'Open it' }).click();
    await expect(ready).toBeHidden();
    await expect(page.getByRole('region', { name: 'Snapshot', exact: true })).toContainText('Snapshot, read-only');
  });
});

test('[SNP66] without the server the dialog says what it needs it for, and comes back to life with it', async ({
  serve,
  newSteward,
  noise,
}) => {
  const server = await serve();
  const one = await newSteward();
  await one.launch(server.launchLink());
  await one.isKept();
  noise.expectServerDown();
  await server.stop();
  await one.isOffline();
  const dialog = await byPalette(one);
  await expect(dialog).toContainText('The server is not reached. It signs every snapshot');
  await expect(dialog.getByRole('button', { name: 'Create snapshot' })).toHaveAttribute('aria-disabled', 'true');
  await look(one.page, 'offline');
  await server.start();
  await one.isOnline();
  await dialog.getByRole('button', { name: 'Create snapshot' }).click();
  await expect(one.page.getByRole('dialog', { name: 'The snapshot is ready' })).toBeVisible({ timeout: 60_000 });
});
