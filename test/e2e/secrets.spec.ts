import AxeBuilder from '@axe-core/playwright';
import { storedText } from './support/browserStorage.ts';
import { desktopHost } from './support/desktopHost.ts';
import { filesBelow } from './support/filesBelow.ts';
import { expect, test } from './support/musterTest.ts';
import type { Steward } from './support/steward.ts';

const CANARY = 'canary-typed-into-the-form-9041';
const ADDRESS = 'postgres://auditor@127.0.0.1:1/app';

async function addPostgres(one: Steward): Promise<void> {
  await one.go('Sources');
  await one.page
    .getByRole('button', { name: /Add source/ })
    .first()
    .click();
  await one.page.getByRole('button', { name: /PostgreSQL/ }).click();
  await one.page.getByLabel('Address').fill(ADDRESS);
}

test('[DSK5] a secret that is typed on the desktop goes to the keychain; the form, the page and the server hold its name', async ({
  serve,
  newSteward,
}, info) => {
  const server = await serve();
  const one = await newSteward();
  const { page } = one;
  const calls = await desktopHost(page);
  await one.launch(server.launchLink());
  await addPostgres(one);

  await test.step('a secret that was typed and not kept holds the form up', async () => {
    await page.getByText('Keychain', { exact: true }).click();
    const box = page.getByLabel('Password', { exact: true });
    await expect(box).toHaveAttribute('type', 'password');
    await box.fill(CANARY);
    await page.getByRole('button', { name: /See what would come in/ }).click();
    await expect(page.getByText('Keep the secret first, or choose None')).toBeVisible();
    expect(calls.kept).toEqual([]);
    await box.press('Enter');
    await expect(page.getByText('Kept as postgres.password')).toBeVisible();
    expect(calls.kept).toEqual([{ name: 'postgres.password', value: CANARY }]);
  });

  await test.step('it is looked at in light and dark', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: info.outputPath(`kept-${scheme}.png`) });
      await page.getByRole('button', { name: 'Replace' }).click();
      await page.screenshot({ path: info.outputPath(`typed-${scheme}.png`) });
      expect(
        (await new AxeBuilder({ page }).include('form').setLegacyMode().analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html]),
      ).toEqual([]);
      await page.getByRole('button', { name: 'Cancel' }).click();
    }
  });

  await test.step('the server is given the name, and the value is nowhere', async () => {
    await page.getByRole('button', { name: /See what would come in/ }).click();
    await expect(page.getByText(/The secret postgres\.password is in the keychain of a desktop/).first()).toBeVisible();
    const places = [await storedText(page), await page.content(), ...filesBelow(server.data).map(({ text }) => text)];
    expect(places.filter((text) => text.includes(CANARY))).toEqual([]);
  });
});

test('[DSK5] a browser has no box for a secret, and a desktop without a keyring says why', async ({ serve, newSteward }) => {
  const [browser, desktop] = [await newSteward(), await newSteward()];
  await desktopHost(desktop.page, 'none');
  for (const one of [browser, desktop]) {
    await one.launch((await serve()).launchLink());
    await addPostgres(one);
    await expect(one.page.getByText('Environment variable', { exact: true })).toBeVisible();
    await expect(one.page.getByText('Keychain', { exact: true })).toHaveCount(0);
  }
  await expect(desktop.page.getByText('This desktop has no keyring. Install one, or name a file.')).toBeVisible();
  await expect(browser.page.getByText('The password itself is never typed here.')).toBeVisible();
});
