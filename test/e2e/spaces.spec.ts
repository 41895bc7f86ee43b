import type { Locator, Page } from '@playwright/test';
import type { DeepLink } from '../../shared/bridge/deepLink.ts';
import type { AppServer } from '../support/appServer.ts';
import { desktopHost, offerLink } from './support/desktopHost.ts';
import { accounts, followed, sourcesArguments, writeCsv } from './support/estate.ts';
import { expectHarmless } from './support/expectHarmless.ts';
import { expect, test } from './support/musterTest.ts';

async function look(page: Page, path: (scheme: string) => string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: path(colorScheme), animations: 'disabled' });
  }
}

async function invitation(server: AppServer): Promise<{ link: string; deep: DeepLink }> {
  const { stdout } = await server.muster('invite', '--role', 'steward', '--label', 'Ana');
  const link = /http:\S+#join=\S+/.exec(stdout)?.[0] ?? '';
  const [, token = '', key = ''] = /#join=([\w-]+)&key=([0-9a-f]+)/.exec(link) ?? [];
  return { link, deep: { kind: 'join', server: server.address, token, key } };
}

const switcher = (page: Page): Locator => page.getByRole('button', { name: /change to another register$/ });

test('[DSK13] [DSK14] [DSK15] [DSK16] one window: the register of this computer, a joined one, back again, and leaving', async ({
  serve,
  folder,
  newSteward,
  noise,
}, info) => {
  const [mine, theirs] = [`${folder}/mine.csv`, `${folder}/theirs.csv`];
  writeCsv(mine, accounts(3, 'mine'));
  writeCsv(theirs, accounts(4, 'team'));
  const local = await serve({ args: sourcesArguments(folder, [followed('mine', mine)]) });
  await local.muster('discover');
  const team = await serve({ args: sourcesArguments(folder, [followed('theirs', theirs)]) });
  await team.muster('discover');
  const one = await newSteward();
  const { page } = one;
  const calls = await desktopHost(page);
  await one.launch(local.launchLink());
  await expect(one.row('mine-001')).toBeVisible();

  await test.step('an invitation that the system hands over joins in this window', async () => {
    await offerLink(page, (await invitation(team)).deep);
    await expect(page.getByRole('dialog')).toContainText(team.address);
    await look(page, (scheme) => info.outputPath(`invitation-${scheme}.png`));
    await page.getByRole('button', { name: 'Join in this window' }).click();
    await page.getByLabel('Your name').fill('Ana Ruiz');
    await expect(page.getByRole('button', { name: 'Other registers' })).toBeVisible();
    await look(page, (scheme) => info.outputPath(`joining-${scheme}.png`));
    await page.getByLabel('Your name').press('Enter');
    await one.isOnline();
    await expect(one.row('team-001')).toBeVisible();
    await expect(one.row('mine-001')).toHaveCount(0);
    expect(calls.opened, 'no browser').toEqual([]);
    await expectHarmless(page);
  });

  await test.step('the head of the window lists both, and changes between them', async () => {
    await switcher(page).click();
    await expect(page.getByRole('menuitem', { name: team.address.replace('http://', '') })).toHaveAttribute('aria-current', 'true');
    await expect(page.getByRole('menuitem', { name: /on this computer/ })).toBeVisible();
    await look(page, (scheme) => info.outputPath(`switcher-${scheme}.png`));
    await page.getByRole('menuitem', { name: /on this computer/ }).click();
    await one.isOnline();
    await expect(one.row('mine-001')).toBeVisible();
    await expect(one.row('team-001')).toHaveCount(0);
  });

  await test.step('the team’s opens while its server is away, with what this device holds', async () => {
    noise.expectServerDown();
    await switcher(page).press('Enter');
    await page.getByRole('menuitem', { name: team.address.replace('http://', '') }).click();
    await one.isOnline();
    await one.setField('team-001', 'Purpose', 'Said by Ana');
    await one.savedHere(0);
    const { stdout } = await local.muster('list', '--format', 'json');
    expect(stdout).not.toContain('team-001');
    expect((await team.muster('show', 'team-001', '--format', 'json')).stdout).toContain('Said by Ana');
  });

  await test.step('a link to an identity of the other register offers to change to it', async () => {
    const [{ id }] = JSON.parse((await local.muster('list', '--format', 'json')).stdout) as [{ id: string }];
    const { space } = (await (await fetch(`${local.address}/api/space`)).json()) as { space: string };
    await offerLink(page, { kind: 'open', space, id } as DeepLink);
    await expect(page.getByRole('dialog')).toContainText('another register of yours');
    await page.getByRole('button', { name: 'Not now' }).click();
  });

  await test.step('records of the register on this computer are copied into the team’s, in this window', async () => {
    await switcher(page).click();
    await page.getByRole('menuitem', { name: /on this computer/ }).click();
    await one.isOnline();
    await page.getByRole('checkbox', { name: 'Select mine-002', exact: true }).check();
    await page.getByRole('toolbar', { name: 'Selected' }).getByRole('button', { name: 'Copy to another register…' }).click();
    const place = page.getByRole('button', { name: new RegExp(`^Copy to Muster · ${team.address.replace('http://', '')}`) });
    await expect(place).toBeVisible();
    await look(page, (scheme) => info.outputPath(`copy-here-${scheme}.png`));
    await place.click();
    const dialog = page.getByRole('dialog', { name: 'Import a copy of another register' });
    await dialog.getByRole('button', { name: /^Sign for 1 identity/ }).click();
    await expect(dialog).toBeHidden();
    await one.savedHere(0);
    await expect(one.row('mine-002')).toBeVisible();
    expect((await team.muster('show', 'mine-002', '--format', 'json')).stdout).toContain('moved from Muster');
    await page.reload();
    await one.isOnline();
    await expect(dialog, 'once').toHaveCount(0);
  });

  await test.step('leaving says what it means, and the server forgets nothing', async () => {
    await switcher(page).click();
    await page.getByRole('menuitem', { name: 'Leave this register…' }).click();
    await expect(page.getByRole('dialog')).toContainText('Its server is told nothing and forgets nothing');
    await look(page, (scheme) => info.outputPath(`leave-${scheme}.png`));
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await expect(one.row('mine-001')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Copied to another register' })).toContainText('1 identity copied');
    await switcher(page).click();
    await expect(page.getByRole('menuitem', { name: team.address.replace('http://', '') })).toHaveCount(0);
    await expect(page.getByRole('menuitem', { name: 'Leave this register…' })).toHaveCount(0);
    expect((await team.muster('devices')).stdout).toContain('Ana Ruiz');
  });

  await test.step('a pasted link is looked at, and brings this device back as who it is', async () => {
    await page.getByRole('menuitem', { name: 'Join another register…' }).click();
    const box = page.getByLabel('Invitation link');
    await box.fill('https://muster.example.org/');
    await expect(page.getByRole('dialog')).toContainText('That is not an invitation to a register');
    await look(page, (scheme) => info.outputPath(`paste-${scheme}.png`));
    await box.fill((await invitation(team)).link);
    await box.press('Enter');
    await one.isOnline();
    await expect(page.getByText('Ana Ruiz · steward')).toBeVisible();
    await expect(one.row('team-001')).toBeVisible();
    await expect(page).not.toHaveURL(/join=/);
  });
});
