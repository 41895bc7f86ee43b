import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { forged } from '../support/snapshotFixture.ts';
import { storyWithRows } from '../unit/renderer/openedSnapshot.ts';
import { followed, sourcesArguments, writeNdjson } from './support/estate.ts';
import { HOSTILE_NAMES } from './support/hostileText.ts';
import { expect, test } from './support/musterTest.ts';
import { band, createSnapshot, goToPlace, openSnapshot, serveTeam, slider } from './support/snapshotFiles.ts';
import type { Steward } from './support/steward.ts';

const verified = (one: Steward) => expect(band(one).getByRole('button', { name: /Verified/ })).toBeVisible({ timeout: 30_000 });

test('[SNP50] [SNP52] [SNP53] [SNP54] a snapshot is opened beside the live register, moved through, and left again', async ({
  serve,
  folder,
  newSteward,
}) => {
  const server = await serveTeam(folder, serve, 60);
  const one = await newSteward();
  const { page } = one;
  await one.launch(server.launchLink());
  await one.setOwner('svc-001', 'Payments');
  await one.setField('svc-001', 'Purpose', 'Deploys payments');
  await one.setOwner('svc-001', 'Platform');
  await one.savedHere(0);
  const path = await createSnapshot(server, folder);
  await one.setOwner('svc-001', 'Storefront');
  await one.filter('svc-0');
  await one.peekAt('svc-004');

  await test.step('it opens at its last place, and says what it is', async () => {
    await openSnapshot(one, path);
    await expect(band(one)).toContainText('Snapshot, read-only');
    await expect(one.cell('svc-001', 'owner')).toContainText('Platform');
    await verified(one);
    await expect(one.statusBar).toContainText('From a file: no server is asked');
    await expect(page.getByRole('navigation', { name: 'Sections and views' }).getByRole('button', { name: 'Inbox' })).toHaveCount(0);
  });

  const last = Number(await slider(one).getAttribute('max'));
  await test.step('no key and no control changes anything, and the reason is said once', async () => {
    await one.peekAt('svc-001');
    const notice = page.getByText('This is a snapshot: nothing in it can be changed.');
    for (const key of ['o', 'e', 'a', 'c', 'r']) await page.keyboard.press(key);
    await expect(notice).toHaveCount(1);
    await expect(page.getByRole('combobox')).toHaveCount(0);
    await expect(page.getByRole('button', { name: /^(Set owner|Accept|Comment|Edit|Re-read|Change state|Add source)/ })).toHaveCount(0);
    await expect(one.peek.getByRole('textbox')).toHaveCount(0);
  });

  await test.step('a former place shows the former owner, and says that it is past', async () => {
    await goToPlace(one, last - 1);
    await expect(one.cell('svc-001', 'owner')).toContainText('Payments');
    await expect(band(one)).toContainText('a past state, not the last one');
    await expect(page.getByText(`now showing the register as of place ${last - 1}`)).toBeVisible();
    await expect(one.field('Purpose')).toContainText('Deploys payments');
    await page
      .getByRole('gridcell', { name: /svc-001/ })
      .first()
      .click();
    await page.keyboard.press('i');
    const why = page.getByRole('dialog', { name: 'Why this value' });
    await expect(why).toContainText('Payments');
    await expect(why).not.toContainText('Platform');
    await page.keyboard.press('Escape');
    await goToPlace(one, last - 2);
    await expect(one.peek).not.toContainText('Deploys payments');
    await slider(one).press('Home');
    await expect(band(one)).toContainText('place 1 of');
    await page.getByRole('button', { name: 'Back to the end' }).click();
    await expect(one.cell('svc-001', 'owner')).toContainText('Platform');
    await expect(band(one)).not.toContainText('past state');
  });

  await test.step('the pointer says when and what', async () => {
    const box = await slider(one).boundingBox();
    if (!box) throw new Error('no slider');
    await page.mouse.move(box.x + box.width - 8, box.y + box.height / 2);
    await expect(page.getByText(new RegExp(`^Place ${last} · `))).toBeVisible();
    await expect(page.getByText(/created party Platform/).first()).toBeVisible();
  });

  await test.step('closing leads back to where one was, with what happened since', async () => {
    await band(one).getByRole('button', { name: 'Close' }).click();
    await expect(band(one)).toHaveCount(0);
    await expect(page.getByLabel('Filter the register')).toHaveValue('svc-0');
    await expect(one.peek.getByRole('heading', { level: 1 })).toHaveText('svc-004');
    await expect(one.cell('svc-001', 'owner')).toContainText('Storefront');
    await one.isOnline();
  });
});

test('[SNP50] an auditor opens a file without an enrolment, by dropping it, and without a server', async ({
  serve,
  folder,
  newSteward,
  noise,
}) => {
  const server = await serveTeam(folder, serve);
  const path = await createSnapshot(server, folder);
  const guest = await newSteward();
  const { page } = guest;
  await page.goto(server.address);
  await expect(guest.main.getByRole('heading', { level: 1 })).toContainText('not known here');
  await drop(page, path);
  await expect(guest.row('svc-001')).toBeVisible();
  await verified(guest);
  await band(guest).getByRole('button', { name: 'Close' }).click();
  await expect(guest.main.getByRole('heading', { level: 1 })).toContainText('not known here');

  await guest.isKept();
  noise.expectServerDown();
  await server.stop();
  await page.reload();
  const button = page.getByRole('button', { name: 'Open a snapshot…' });
  await expect(button).toBeVisible({ timeout: 30_000 });
  const chooser = page.waitForEvent('filechooser');
  await button.click();
  await (await chooser).setFiles(path);
  await expect(guest.row('svc-001')).toBeVisible();
  await verified(guest);
});

async function drop(page: Page, path: string): Promise<void> {
  const bytes = readFileSync(path).toString('base64');
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    const content = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    data.items.add(new File([content], 'november.muster'));
    return data;
  }, bytes);
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

test('[SNP51] a damaged file is refused with nothing of it on screen, and there is a way out', async ({ serve, folder, newSteward }) => {
  const server = await serveTeam(folder, serve);
  const path = await createSnapshot(server, folder);
  const bytes = readFileSync(path);
  const one = await newSteward();
  await one.launch(server.launchLink());
  const files: Readonly<Record<string, Buffer>> = {
    'cut.muster': bytes.subarray(0, bytes.length - 100),
    'script.muster': Buffer.from('<script>window.__ran=1</script>'.repeat(20)),
    'signature.muster': Buffer.from(bytes.map((byte, index) => (index === bytes.lastIndexOf('"v":1') + 4 ? 0x32 : byte))),
  };
  for (const [name, content] of Object.entries(files)) {
    await test.step(name, async () => {
      writeFileSync(join(folder, name), content);
      await openSnapshot(one, join(folder, name));
      const refused = one.page.getByRole('main', { name: 'Refused snapshot' });
      await expect(refused.getByRole('heading', { name: 'This file is refused' })).toBeVisible();
      await expect(one.page.getByText('svc-001')).toHaveCount(0);
      await expectAccessible(one.page, name);
      await refused.getByRole('button', { name: 'Close' }).click();
      await one.isOnline();
    });
  }
  expect(await one.page.evaluate(() => '__ran' in window)).toBe(false);
});

test('[SNP51] hostile text in a sound snapshot runs nowhere', async ({ serve, folder, newSteward }) => {
  const path = join(folder, 'hostile.ndjson');
  writeNdjson(
    path,
    Object.values(HOSTILE_NAMES).map((name, index) => ({
      id: `h-${index}`,
      name,
      owner: name,
      purpose: name,
      application: name,
      tags: [name],
    })),
  );
  const server = await serve({
    args: sourcesArguments(folder, [{ ...followed('hostile', path), label: '<img src=x onerror=window.__ran=1>' }]),
  });
  await server.muster('discover');
  const file = await createSnapshot(server, folder);
  const one = await newSteward();
  await one.page.goto(server.address);
  await drop(one.page, file);
  await verified(one);
  for (const screen of ['Sources', 'Activity', 'People', 'Register'] as const) await one.go(screen);
  await one.page.getByRole('gridcell').nth(2).click();
  await expect(one.peek.getByRole('heading', { level: 1 })).toBeVisible();
  for (const tab of ['What it cannot say', 'Random sample', 'Verification']) await panel(one, tab);
  expect(await one.page.evaluate(() => '__ran' in window)).toBe(false);
  expect(await one.page.locator('main img, main iframe, [role=dialog] img').count()).toBe(0);
});

test('[SNP55] a register that its ledger does not give is refused after it was shown; a sample estate says so', async ({
  serve,
  folder,
  newSteward,
}) => {
  const { content } = await storyWithRows();
  const derived = content.derived.map((part) =>
    part.name.startsWith('register/')
      ? { ...part, bytes: new TextEncoder().encode(new TextDecoder().decode(part.bytes).replaceAll('svc-1', 'svc-9')) }
      : part,
  );
  const path = join(folder, 'forged.muster');
  writeFileSync(path, forged({ ...content, derived }));
  const server = await serve();
  const one = await newSteward();
  await one.page.goto(server.address);
  await drop(one.page, path);
  await expect(band(one)).toContainText('Refused snapshot');
  await expect(band(one).getByRole('alert')).toContainText('Nothing that is shown can be trusted');
  await expect(one.page.getByText('Sample estate: nothing here is real')).toBeVisible();
  await expect(one.page.getByRole('button', { name: 'Delete sample' })).toHaveCount(0);
  const dialog = await panel(one, 'Verification');
  await expect(dialog.getByRole('region', { name: 'What is wrong' })).toContainText('register/0001.ndjson');
  await one.page.screenshot({ path: test.info().outputPath('refused-after.png') });
  await expectAccessible(one.page, 'refused after it was shown');
});

async function panel(one: Steward, tab: string) {
  const dialog = one.page.getByRole('dialog', { name: 'About this snapshot' });
  if (!(await dialog.isVisible()))
    await band(one)
      .getByRole('button', { name: /^(Verified|Checking|Refused)/ })
      .click();
  await dialog.getByRole('tab', { name: tab }).click();
  return dialog;
}

test('[SNP55] [SNP56] the panel says what was checked, against which key, and whether it only adds', async ({
  serve,
  folder,
  newSteward,
}) => {
  const server = await serveTeam(folder, serve);
  const older = await createSnapshot(server, folder, 'october.muster');
  const one = await newSteward();
  const { page } = one;
  await one.launch(server.launchLink());
  await one.setOwner('svc-001', 'Payments');
  await one.savedHere(0);
  const newer = await createSnapshot(server, folder);
  await openSnapshot(one, newer);
  await verified(one);
  const dialog = await panel(one, 'Verification');
  await expect(dialog.getByRole('region', { name: 'What was checked' }).getByRole('listitem')).toHaveCount(10);
  await expect(dialog.getByRole('region', { name: 'What a file alone cannot prove' })).toContainText('newer entries');
  const fingerprint = (await dialog.getByRole('region', { name: 'The key' }).locator('span').allTextContents()).join('');
  const shown = /[0-9a-f]{64}/.exec(fingerprint)?.[0] ?? '';
  expect(shown).toHaveLength(64);
  await dialog.getByLabel('Expected fingerprint').fill(shown.slice(0, 40).toUpperCase());
  await expect(dialog.getByText(/Matches:/)).toBeVisible();
  await dialog.getByLabel('Expected fingerprint').fill('0'.repeat(64));
  await expect(dialog.getByText(/Differs:/)).toBeVisible();
  await expect(band(one)).toContainText('another key');
  const compare = async (path: string): Promise<void> => {
    const chooser = page.waitForEvent('filechooser');
    await dialog.getByRole('button', { name: 'Choose the older file…' }).click();
    await (await chooser).setFiles(path);
  };
  await compare(older);
  await expect(dialog.getByText(/only adds to the older one/).last()).toBeVisible();
  await dialog.getByRole('button', { name: 'Verify again' }).click();
  await expect(dialog.getByText('Nothing in this file was touched', { exact: false })).toBeVisible({ timeout: 30_000 });
});

async function expectAccessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .options({ resultTypes: ['violations'] })
    .setLegacyMode()
    .analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 3)}`)).toEqual([]);
}

for (const scheme of ['light', 'dark'] as const) {
  test.describe(scheme, () => {
    test.use({ contextOptions: { colorScheme: scheme, reducedMotion: 'reduce' } });
    test(`[SNP50] every view of a snapshot passes axe in ${scheme}; each leaves a picture`, async ({ serve, folder, newSteward }, info) => {
      const server = await serveTeam(folder, serve, 40);
      const one = await newSteward();
      const { page } = one;
      await one.launch(server.launchLink());
      for (const [index, owner] of ['Payments', 'Platform', 'Storefront', 'Data'].entries())
        await one.setOwner(`svc-00${index + 1}`, owner);
      await one.savedHere(0);
      await openSnapshot(one, await createSnapshot(server, folder));
      await verified(one);
      const look = async (name: string): Promise<void> => {
        await page.screenshot({ path: info.outputPath(`snapshot-${name}-${scheme}.png`) });
        await expectAccessible(page, name);
      };
      await look('register');
      await goToPlace(one, Number(await slider(one).getAttribute('max')) - 2);
      await one.peekAt('svc-002');
      await slider(one).hover();
      await look('past-place');
      await one.cell('svc-002', 'name').dblclick();
      await expect(page.getByRole('region', { name: 'Identity' })).toBeVisible();
      await look('identity');
      for (const screen of ['Sources', 'Activity'] as const) {
        await one.go(screen);
        await expect(one.main.getByRole('heading', { level: 1 })).toBeVisible();
        await look(screen.toLowerCase());
      }
      await one.go('Register');
      for (const tab of ['Verification', 'What it cannot say', 'Random sample']) {
        const dialog = await panel(one, tab);
        if (tab === 'Random sample') {
          await dialog.getByLabel('Seed').fill('drawn in front of both');
          await dialog.getByRole('button', { name: 'Draw' }).click();
          await expect(dialog.getByRole('heading', { name: /^25 of/ })).toBeVisible();
        }
        await look(tab.toLowerCase().replaceAll(' ', '-'));
      }
    });
  });
}
