import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { type RealProvider, startRealProvider } from '../support/signIn/realProvider.ts';
import { accounts, followed, sourcesArguments, writeCsv } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';
import type { Steward } from './support/steward.ts';

let provider: RealProvider;
test.beforeEach(async () => {
  provider = await startRealProvider();
  provider.accounts.set('ana', { name: 'Ana Lyst', groups: ['staff', 'nhi-stewards'] });
  provider.accounts.set('cy', { name: 'Cy', groups: ['catering'] });
});
test.afterEach(() => provider.close());

const button = (page: Page) => page.getByRole('button', { name: /with Example$/ });

/** Follows the provider's tab to the page that says it is done; that tab is closed by the person. */
async function throughTheTab(page: Page, press: () => Promise<void>, title: string): Promise<void> {
  const opened = page.context().waitForEvent('page');
  await press();
  const tab = await opened;
  await expect(tab.getByRole('heading', { level: 1 })).toHaveText(title);
  await expect(tab, 'the answer does not stay in the address').toHaveURL(/\/sign-in$/);
  await tab.close();
}

async function setUp(admin: Steward, hours: number): Promise<void> {
  const { page } = admin;
  await admin.go('Team');
  await page
    .getByRole('navigation', { name: 'People, invitations and keys' })
    .getByRole('button', { name: /^Sign-in/ })
    .click();
  await page.getByRole('button', { name: 'Set up sign-in' }).click();
  const form = page.getByRole('form', { name: 'Set up sign-in' });
  await form.getByLabel('Issuer').fill(provider.issuer);
  await form.getByLabel('Client id').fill('muster');
  await form.getByLabel('Name', { exact: true }).fill('Example');
  await form.getByLabel('Hours until the next sign-in').fill(String(hours));
  await form.getByRole('button', { name: 'Add a group' }).click();
  await form.getByLabel('Group 1', { exact: true }).fill('nhi-stewards');
  await form.getByRole('button', { name: 'Sign the change' }).click();
  await admin.savedHere(0);
}

test('[TRU9] [TRU11] [TRU56] signing in with an identity provider, on the screen of a device that nobody knows', async ({
  serve,
  newSteward,
  noise,
}, info) => {
  const server = await serve();
  const [admin, ana, second] = [await newSteward(), await newSteward(), await newSteward()];
  await admin.launch(server.launchLink());

  await test.step('without a provider there is no such way', async () => {
    await ana.page.goto(server.address);
    await expect(ana.page.getByRole('heading', { name: 'With another device of yours' })).toBeVisible();
    await expect(button(ana.page)).toHaveCount(0);
  });

  await test.step('an administrator sets it up on the screen', async () => {
    await setUp(admin, 1);
    await admin.page.screenshot({ path: info.outputPath('policy.png') });
  });

  await test.step('who is in no group that is let in is told so, and stays outside', async () => {
    provider.loginAs = 'cy';
    await ana.page.reload();
    noise.expectRefusedCalls();
    await throughTheTab(ana.page, () => button(ana.page).click(), 'Go back to Muster');
    await expect(ana.page.getByRole('alert')).toContainText('You are in no group that is let in here');
    await expect(button(ana.page)).toHaveText('Sign in with Example');
  });

  await test.step('who closes the provider’s page with a no was not signed in', async () => {
    provider.loginAs = 'nobody';
    await ana.page.context().clearCookies();
    await throughTheTab(ana.page, () => button(ana.page).click(), 'You were not signed in');
    await expect(ana.page.getByRole('alert')).toBeVisible();
    await lookAt(ana.page, (name) => info.outputPath(`refused-${name}.png`));
  });

  await test.step('who is in a group is in, with its role', async () => {
    provider.loginAs = 'ana';
    await ana.page.context().clearCookies();
    await throughTheTab(ana.page, () => button(ana.page).click(), 'Go back to Muster');
    await ana.isOnline();
    await expect(ana.page.getByText('Ana Lyst · steward')).toBeVisible();
  });

  await test.step('another browser of hers waits until this one confirms it', async () => {
    await second.page.goto(server.address);
    await throughTheTab(second.page, () => button(second.page).click(), 'Go back to Muster');
    const code = second.page.getByRole('region', { name: 'Code of this device' });
    await expect(code).toContainText('You signed in as Ana Lyst, who is here already');
    await lookAt(second.page, (name) => info.outputPath(`confirm-${name}.png`));
    await ana.go('Team');
    await ana.page.keyboard.press('d');
    const typed = ana.page.getByLabel('Code', { exact: true });
    await typed.fill((await code.locator('p').first().textContent()) ?? '');
    await typed.press('Enter');
    await ana.page.getByRole('button', { name: /They are the same/ }).click();
    await second.isOnline();
  });
});

test('[TRU56] a sign-in that the provider takes back is said with one button; work goes on and syncs after it', async ({
  serve,
  folder,
  newSteward,
  noise,
}, info) => {
  const path = join(folder, 'list.csv');
  writeCsv(path, accounts(4));
  const server = await serve({ args: sourcesArguments(folder, [followed('list', path)]) });
  await server.muster('discover');
  const [admin, ana, again] = [await newSteward(), await newSteward(), await newSteward()];
  await admin.launch(server.launchLink());
  await setUp(admin, 1);
  await ana.page.goto(server.address);
  await throughTheTab(ana.page, () => button(ana.page).click(), 'Go back to Muster');
  await ana.isOnline();

  noise.expectRefusedCalls();
  await test.step('the provider lets her in no longer: her open device is closed at the next answer', async () => {
    provider.accounts.set('ana', { name: 'Ana Lyst', groups: ['catering'] });
    await again.page.goto(server.address);
    await throughTheTab(again.page, () => button(again.page).click(), 'Go back to Muster');
    await expect(again.page.getByRole('alert')).toContainText('You are in no group that is let in here');
  });

  const band = ana.page.getByRole('status', { name: 'Sign in again' });
  await test.step('the device says so, and what is made meanwhile is saved here', async () => {
    await expect(band).toContainText('Sign in again to sync.');
    await ana.isOffline();
    await ana.setField('svc-001', 'Purpose', 'Said while signed out');
    await ana.savedHere(1);
    await expect(band).toContainText('1 change is saved here.');
    await lookAt(ana.page, (name) => info.outputPath(`again-${name}.png`));
  });

  await test.step('let in again, one button brings it back', async () => {
    provider.accounts.set('ana', { name: 'Ana Lyst', groups: ['nhi-stewards'] });
    await throughTheTab(ana.page, () => band.getByRole('button', { name: 'Sign in again' }).click(), 'Go back to Muster');
    await ana.isOnline();
    await expect(band).toBeHidden();
    await ana.savedHere(0);
    const { stdout } = await server.muster('show', 'svc-001', '--format', 'json');
    expect(stdout).toContain('Said while signed out');
  });
});

async function lookAt(page: Page, path: (scheme: string) => string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path(colorScheme) });
  }
  await page.emulateMedia({ colorScheme: null });
}
