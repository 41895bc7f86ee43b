import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { fingerprintOf } from '../../shared/snapshot/fingerprint.ts';
import { spaceInfo } from '../../shared/wire/http.ts';
import { meddlingProxy } from '../support/meddlingProxy.ts';
import { newSigner } from '../support/testClient.ts';
import { accounts, followed, sourcesArguments, writeCsv } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';
import type { Steward } from './support/steward.ts';

async function look(page: Page, path: (scheme: string) => string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: path(colorScheme), animations: 'disabled' });
    if ((await page.getByRole('dialog').count()) > 0)
      expect((await new AxeBuilder({ page }).include('[role=dialog]').setLegacyMode().analyze()).violations).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null });
}

async function trust(one: Steward, digits: string): Promise<void> {
  const dialog = one.page.getByRole('dialog', { name: 'Trust the key that is there now?' });
  await dialog.getByLabel('First eight digits of the new fingerprint').fill(digits);
  await dialog.getByRole('button', { name: 'Trust this key' }).click();
}

test('[TRU50] [TRU52] another key: nothing is sent, and it is trusted only by digits that somebody read out', async ({
  serve,
  folder,
  newSteward,
  noise,
}, info) => {
  const path = join(folder, 'list.csv');
  writeCsv(path, accounts(4));
  const proxy = await meddlingProxy();
  try {
    const server = await serve({ args: [...sourcesArguments(folder, [followed('list', path)]), '--public-url', proxy.address] });
    proxy.port = server.port;
    await server.muster('discover');
    const ana = await newSteward();
    await ana.launch(server.launchLink());
    await expect(ana.row('svc-001')).toBeVisible();
    const { serverKey } = spaceInfo.parse(await (await fetch(`${server.address}/api/space`)).json());
    const other = (await newSigner()).publicKey;
    const band = ana.page.getByRole('alert', { name: 'Not syncing' });
    noise.expectServerDown();

    await test.step('the device says so with both fingerprints, and goes on reading and editing', async () => {
      proxy.meddle = (space) => ({ ...space, serverKey: other });
      proxy.cut();
      await expect(band).toContainText('another key than the one that this device knows');
      await ana.setField('svc-001', 'Purpose', 'Said while another key was there');
      await expect(band).toContainText('1 change is saved here');
      const shown = (await band.getByRole('definition').allTextContents()).map((text) => text.replace(/\s/g, ''));
      expect(shown[0]).toContain(fingerprintOf(serverKey).slice(0, 16));
      expect(shown[1]).toContain(fingerprintOf(other).slice(0, 16));
      await look(ana.page, (scheme) => info.outputPath(`another-key-${scheme}.png`));
    });

    await test.step('wrong digits, and too few, trust nothing', async () => {
      await band.getByRole('button', { name: 'Trust this server…' }).click();
      const dialog = ana.page.getByRole('dialog', { name: 'Trust the key that is there now?' });
      await expect(dialog.getByRole('button', { name: 'Trust this key' })).toHaveAttribute('aria-disabled', 'true');
      await trust(ana, fingerprintOf(serverKey).slice(0, 8));
      await expect(dialog).toContainText('Those are not the first digits of the fingerprint that the server shows.');
      await look(ana.page, (scheme) => info.outputPath(`trust-${scheme}.png`));
      await dialog.getByRole('button', { name: 'Do not trust it' }).click();
      await expect(dialog).toBeHidden();
      await expect(band).toContainText('another key than the one that this device knows');
    });

    await test.step('the right digits trust the key and not another past: what the real key signed is not this one’s', async () => {
      await band.getByRole('button', { name: 'Trust this server…' }).click();
      const digits = fingerprintOf(other);
      await trust(ana, `${digits.slice(0, 4)} ${digits.slice(4, 8).toUpperCase()}`);
      await expect(band).toContainText('The server’s history differs from what this device saw');
      await expect(band.getByRole('button', { name: 'Trust this server…' })).toHaveCount(0);
    });

    await test.step('the real server is back: trusted once more by its digits, it gets what was saved', async () => {
      proxy.meddle = undefined;
      await expect(band).toContainText('another key than the one that this device knows');
      await band.getByRole('button', { name: 'Trust this server…' }).click();
      await trust(ana, fingerprintOf(serverKey).slice(0, 8));
      await ana.isOnline();
      await ana.savedHere(0);
      await expect(band).toBeHidden();
      const { stdout } = await server.muster('show', 'svc-001', '--format', 'json');
      expect(stdout).toContain('Said while another key was there');
    });
  } finally {
    await proxy.close();
  }
});

test('[TRU63] [TRU64] start anew: what can no longer be sent is counted before, and stays to be read after', async ({
  serve,
  folder,
  newSteward,
  noise,
}, info) => {
  const path = join(folder, 'list.csv');
  writeCsv(path, accounts(4));
  const server = await serve({ args: sourcesArguments(folder, [followed('list', path)]) });
  await server.muster('discover');
  const invitation = async (name: string): Promise<string> => {
    const { stdout, code } = await server.muster('invite', '--label', name, '--role', 'steward');
    expect(code).toBe(0);
    return /http:\S+#join=\S+/.exec(stdout)?.[0] ?? '';
  };
  const cleo = await newSteward();
  await cleo.join(await invitation('Cleo'), 'Cleo Park');
  await expect(cleo.row('svc-001')).toBeVisible();
  await cleo.isKept();
  const listed = JSON.parse((await server.muster('devices', '--format', 'json')).stdout) as { person: string; device: string }[];
  const device = listed.find(({ person }) => person === 'Cleo Park')?.device ?? '';
  noise.expectServerDown();
  noise.expectRefusedCalls();
  await server.stop();
  await cleo.isOffline();
  await cleo.setField('svc-001', 'Purpose', 'Said on the lost device');
  await cleo.savedHere(1);
  expect(await server.muster('revoke', device, '--why', 'lost')).toMatchObject({ code: 0 });
  await server.start();

  const band = cleo.page.getByRole('alert', { name: 'Taken out of use' });
  const dialog = cleo.page.getByRole('dialog', { name: 'Give this device another key?' });
  await test.step('the question says how much cannot be sent, and no is no', async () => {
    await band.getByRole('button', { name: 'Start anew on this device…' }).click();
    await expect(dialog).toContainText('1 change signed with this key can then not be sent any more');
    await look(cleo.page, (scheme) => info.outputPath(`start-anew-${scheme}.png`));
    await dialog.getByRole('button', { name: 'Keep the key' }).click();
    await expect(dialog).toBeHidden();
    await expect(band).toBeVisible();
    await expect(cleo.field('Purpose')).toContainText('Said on the lost device');
  });

  await test.step('with another key the device is nobody’s, joins again, and shows what was not sent', async () => {
    await band.getByRole('button', { name: 'Start anew on this device…' }).click();
    await dialog.getByRole('button', { name: 'Start anew, without 1' }).click();
    await expect(cleo.page.getByRole('heading', { name: 'This device is not known here yet' })).toBeVisible();
    await look(cleo.page, (scheme) => info.outputPath(`joins-again-${scheme}.png`));
    await cleo.page.getByLabel('Link', { exact: true }).fill(await invitation('Cleo again'));
    await cleo.page.keyboard.press('Enter');
    await cleo.page.getByLabel('Your name').fill('Cleo Park');
    await cleo.page.keyboard.press('Enter');
    await cleo.isOnline();
    await expect(band).toBeHidden();
    expect(await cleo.page.getByRole('img', { name: 'On the server' }).count(), 'what was set aside did not arrive').toBe(0);
    await cleo.statusBar.getByRole('button', { name: '1 refused' }).click();
    const aside = cleo.page.getByRole('dialog', { name: 'Changes that are not in the register' });
    await expect(aside).toContainText('svc-001: set purpose to Said on the lost device');
    await expect(aside).toContainText('signed with the key that this device gave up');
    await look(cleo.page, (scheme) => info.outputPath(`set-aside-${scheme}.png`));
    await aside.getByRole('button', { name: 'Close' }).click();
    await cleo.setField('svc-002', 'Purpose', 'Said with the new key');
    await cleo.savedHere(0);
  });
});
