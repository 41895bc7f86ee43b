import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { writeCertificates } from '../../sync-server/cli/sample/certificates.ts';
import type { AppServer, AppServerOptions } from '../support/appServer.ts';
import { accounts, followed, sourcesArguments, writeCsv } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';
import type { Steward } from './support/steward.ts';

async function serveEstate(folder: string, serve: (options: AppServerOptions) => Promise<AppServer>): Promise<AppServer> {
  const [path, certificates] = [join(folder, 'list.csv'), join(folder, 'certificates')];
  const list = accounts(12);
  writeCsv(path, [...list, { id: 'zeta-deploy', name: 'zeta-deploy', owner: 'Payments', application: 'pricing', kind: 'API key' }]);
  await writeCertificates(certificates, Date.now());
  const sources = [followed('list', path), { id: 'certificates', kind: 'x509', paths: [certificates] }];
  const server = await serve({ args: sourcesArguments(folder, sources) });
  await server.muster('discover');
  // Most of it is gone at once, so that there is a held run to look at.
  writeCsv(path, list.slice(0, 3));
  await server.muster('discover');
  return server;
}

async function expectAccessible(page: Page, where: string): Promise<void> {
  // One page has everything, so axe needs no second one to put its answers together.
  const { violations } = await new AxeBuilder({ page })
    .options({ resultTypes: ['violations'] })
    .setLegacyMode()
    .analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 3)}`)).toEqual([]);
}

interface View {
  readonly name: string;
  readonly show: (one: Steward) => Promise<void>;
}

const press = (key: string) => async (one: Steward) => one.page.keyboard.press(key);
const closed = async (one: Steward): Promise<void> => {
  await one.page.keyboard.press('Escape');
  await expect(one.page.getByRole('dialog')).toHaveCount(0);
};

/** Every screen and every layer, each reached from the one before it. */
const VIEWS: readonly View[] = [
  { name: 'register', show: (one) => one.go('Register') },
  { name: 'register with nothing found', show: (one) => one.filter('no-such-name production') },
  {
    name: 'peek',
    show: async (one) => {
      await one.filter('');
      await one.peekAt('svc-001');
    },
  },
  { name: 'why this value', show: press('i') },
  {
    name: 'owner editor',
    show: async (one) => {
      await closed(one);
      await press('o')(one);
      await expect(one.page.getByRole('combobox', { name: 'Accountable owner' })).toBeVisible();
    },
  },
  {
    name: 'bulk preview',
    show: async (one) => {
      await closed(one);
      await one.page.getByRole('checkbox', { name: 'Select all that match' }).click();
      await one.page
        .getByRole('toolbar', { name: 'Selected' })
        .getByRole('button', { name: /Accept/ })
        .click();
      await expect(one.page.getByRole('dialog').filter({ hasText: 'will change' })).toBeVisible();
    },
  },
  {
    name: 'identity',
    show: async (one) => {
      await closed(one);
      await one.go('Register');
      await one.cell('svc-001', 'name').dblclick();
      await expect(one.page.getByRole('region', { name: 'Identity' })).toBeVisible();
    },
  },
  { name: 'inbox', show: (one) => one.go('Inbox') },
  { name: 'held run', show: press('d') },
  { name: 'sources', show: (one) => one.go('Sources') },
  {
    name: 'source',
    show: async (one) => {
      await one.main.getByRole('button', { name: 'certificates' }).click();
      await expect(one.main.getByRole('button', { name: /Run now/ })).toBeVisible();
    },
  },
  {
    name: 'add source',
    show: async (one) => {
      await one.go('Sources');
      await press('n')(one);
      await expect(one.main.getByRole('heading', { name: 'Add source' })).toBeVisible();
    },
  },
  { name: 'activity', show: (one) => one.go('Activity') },
  { name: 'people', show: (one) => one.go('People') },
  {
    name: 'write-back',
    show: async (one) => {
      await one.go('Write-back');
      await expect(one.main.getByRole('heading', { name: 'Nothing was sent to a source.' })).toBeVisible();
    },
  },
  { name: 'team', show: (one) => one.go('Team') },
  { name: 'invite', show: press('n') },
  {
    name: 'sign-in',
    show: async (one) => {
      await closed(one);
      await one.main.getByRole('button', { name: /^Sign-in/ }).click();
      await one.main.getByRole('button', { name: 'Set up sign-in' }).click();
      await one.main.getByRole('button', { name: 'Add a group' }).click();
    },
  },
  {
    name: 'server key',
    show: async (one) => {
      await one.main.getByRole('button', { name: /^Server key/ }).click();
      await one.main.getByRole('button', { name: 'Replace the key…' }).click();
      await expect(one.main.getByRole('region', { name: 'Replace the key' })).toBeVisible();
    },
  },
  { name: 'settings', show: (one) => one.go('Settings') },
  {
    name: 'webhook',
    show: async (one) => {
      await one.main.getByRole('button', { name: 'Set up…' }).click();
      await one.main.getByRole('button', { name: 'Tell changes from now on' }).click();
      await expect(one.main.getByText('A webhook is signed')).toBeVisible();
    },
  },
  { name: 'keys', show: press('?') },
  {
    name: 'palette',
    show: async (one) => {
      await closed(one);
      await press('Control+k')(one);
      await one.page.getByRole('combobox', { name: 'Find anything' }).fill('svc');
      await expect(one.page.getByRole('option', { name: /svc-001/ })).toBeVisible();
    },
  },
];

for (const scheme of ['light', 'dark'] as const) {
  test.describe(scheme, () => {
    test.use({ contextOptions: { colorScheme: scheme, reducedMotion: 'reduce' } });
    test(`[UI13] every view in ${scheme} passes axe and is quiet; each leaves a picture`, async ({ serve, folder, newSteward }, info) => {
      test.slow();
      const server = await serveEstate(folder, serve);
      const one = await newSteward();
      await one.launch(server.launchLink());
      await expect(one.row('svc-001')).toBeVisible();
      await expect(one.page.locator('html')).toHaveAttribute('data-mantine-color-scheme', scheme);
      for (const view of VIEWS) {
        await test.step(view.name, async () => {
          await view.show(one);
          // A screen that is still being fetched is empty, and an empty one passes every rule.
          await expect(one.main).toHaveText(/\S/);
          await one.page.screenshot({ path: info.outputPath(`${view.name.replaceAll(' ', '-')}-${scheme}.png`) });
          await expectAccessible(one.page, view.name);
        });
      }
    });
  });
}

test('[UI13] the first screens pass axe in light and dark', async ({ serve, newSteward }, info) => {
  const server = await serve();
  const [one, guest] = [await newSteward(), await newSteward()];
  await one.launch(server.launchLink());
  await expect(one.main.getByRole('heading', { name: 'Nothing here yet.' })).toBeVisible();
  await guest.page.goto(server.address);
  await expect(guest.main.getByRole('heading', { level: 1 })).toBeVisible();
  for (const scheme of ['light', 'dark'] as const) {
    for (const [name, { page }] of Object.entries({ 'first-run': one, join: guest })) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: info.outputPath(`${name}-${scheme}.png`) });
      await expectAccessible(page, `${name} ${scheme}`);
    }
  }
});

test.describe('reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });
  test('[UI13] nothing moves for who asked for no motion', async ({ serve, folder, newSteward }) => {
    const server = await serveEstate(folder, serve);
    const one = await newSteward();
    await one.launch(server.launchLink());
    await one.peekAt('svc-001');
    await one.page.keyboard.press('Control+k');
    await expect(one.page.getByRole('combobox', { name: 'Find anything' })).toBeVisible();
    const longest = await one.page.evaluate(() => {
      const seconds = (list: string): number =>
        Math.max(...list.split(',').map((time) => Number.parseFloat(time) * (time.includes('ms') ? 0.001 : 1)));
      const styles = [...document.querySelectorAll('*')].map((element) => getComputedStyle(element));
      return Math.max(
        ...styles.map((style) =>
          Math.max(seconds(style.transitionDuration), style.animationName === 'none' ? 0 : seconds(style.animationDuration)),
        ),
      );
    });
    expect(longest).toBeLessThanOrEqual(0.01);
  });
});
