import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from '@playwright/test';
import { SPREADSHEET_400, SPREADSHEET_SECRETS, writeSpreadsheet400 } from '../support/spreadsheet400.ts';
import { storedText } from './support/browserStorage.ts';
import { filesBelow } from './support/filesBelow.ts';
import { expect, test } from './support/musterTest.ts';

const MONTH = 30.44 * 86_400_000;
const SECRETS = Object.values(SPREADSHEET_SECRETS).flatMap((cell) => cell.split(/[=:@/]+/).filter((part) => part.length > 11));

/** Drops a file on the middle of the window, as a file manager does. */
async function drop(page: Page, path: string, modified: number): Promise<void> {
  const file = { name: basename(path), base64: readFileSync(path).toString('base64'), modified };
  const transfer = await page.evaluateHandle(({ name, base64, modified: lastModified }) => {
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], name, { lastModified }));
    return data;
  }, file);
  for (const type of ['dragover', 'drop']) await page.dispatchEvent('main', type, { dataTransfer: transfer });
}

test('[OBS32] [UIX3] a spreadsheet of 400 rows is understood, taken over once, and lands in No owner', async ({
  serve,
  folder,
  newSteward,
}) => {
  const path = join(folder, 'nhi.xlsx');
  await writeSpreadsheet400(path);
  const server = await serve();
  const one = await newSteward();
  const { page } = one;
  await one.launch(server.launchLink());
  await expect(one.main.getByRole('heading', { name: 'Nothing here yet.' })).toBeVisible();
  await drop(page, path, Date.now() - 14.5 * MONTH);
  const dialog = page.getByRole('dialog', { name: 'Identities from a file' });

  await test.step('what the sheet is, in figures', async () => {
    await expect(dialog.getByRole('heading', { level: 2 }).nth(1)).toHaveText(
      "nhi.xlsx · sheet 'Accounts' · 400 rows · last saved 14 months ago.",
    );
    await expect(dialog).toContainText('371 identities, 18 look like duplicates, 11 rows without a name. 7 of 9 columns understood.');
    await expect(dialog).toContainText("Owners: 58 spellings → 31 people and teams to confirm; 212 blank ('TBD', 'n/a', '?').");
    await expect(dialog).toContainText('3 cells look like secrets: not read (rows 12, 88, 301): rotate them.');
  });

  await test.step('the focus waits at the one question', async () => {
    await expect(dialog.getByRole('radio', { name: /Take it over once/ })).toBeFocused();
  });

  await test.step('the secrets are named by row and column, and shown nowhere', async () => {
    await dialog.getByText('Duplicates, rows without a name, cells that look like secrets').click();
    for (const row of SPREADSHEET_400.secretRows) await expect(dialog).toContainText(`Row ${row}, column Comment: looks like`);
    const content = await page.content();
    expect(SECRETS.filter((secret) => content.includes(secret))).toEqual([]);
  });

  await test.step('four spellings are one team', async () => {
    const owners = dialog.getByRole('region', { name: 'Which spellings mean whom' });
    await expect(owners.getByRole('checkbox')).toHaveCount(SPREADSHEET_400.owners);
    for (const spelling of SPREADSHEET_400.payments) await expect(owners.getByText(spelling, { exact: true })).toBeAttached();
  });

  await test.step('taken over with Enter, it lands in No owner', async () => {
    await dialog.getByRole('radio', { name: /Take it over once/ }).focus();
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden({ timeout: 60_000 });
    await expect(page).toHaveURL(/q=owner%3Anone/);
    const rows = JSON.parse((await server.muster('list', '--format', 'json')).stdout) as { owner?: { text: string } }[];
    expect(rows).toHaveLength(SPREADSHEET_400.identities);
    const blank = rows.filter(({ owner }) => owner === undefined || owner.text === '').length;
    expect(blank).toBeGreaterThan(150);
    await expect(one.main).toContainText(`${blank} shown · 371 identities`);
  });

  await test.step('the people and teams are confirmed, with their spellings', async () => {
    await one.go('People');
    await expect(one.main.getByRole('row')).toHaveCount(SPREADSHEET_400.owners + 1);
    await expect(one.main.getByRole('button', { name: 'Confirm' })).toHaveCount(0);
    const payments = one.main.getByRole('row').filter({ hasText: 'PAYMENTS' });
    for (const spelling of SPREADSHEET_400.payments) await expect(payments).toContainText(spelling);
  });

  await test.step('the entries are the steward’s, with the fingerprint of the file as their reason', async () => {
    await one.go('Activity');
    await expect(one.main).toContainText(/Taken over from nhi\.xlsx, SHA-256 [0-9a-f]{64}/);
  });

  await test.step('no secret on this device or in the data directory', async () => {
    const stored = await storedText(page);
    expect(stored).toContain('svc-001');
    expect(SECRETS.filter((secret) => stored.includes(secret))).toEqual([]);
    const leaks = filesBelow(server.data).flatMap(({ path: file, text }) =>
      SECRETS.filter((secret) => text.includes(secret)).map(() => file),
    );
    expect(leaks).toEqual([]);
  });
});

test('[UIX3] a file that is chosen goes the same way as one that is dropped, and one that is no table is refused in one line', async ({
  serve,
  folder,
  newSteward,
}) => {
  const path = join(folder, 'nhi.xlsx');
  await writeSpreadsheet400(path);
  const server = await serve();
  const one = await newSteward();
  await one.launch(server.launchLink());
  const choose = async (files: Parameters<Page['setInputFiles']>[1]): Promise<void> => {
    const chooser = one.page.waitForEvent('filechooser');
    await one.main.getByRole('button', { name: 'Drop a spreadsheet' }).click();
    await (await chooser).setFiles(files);
  };
  const dialog = one.page.getByRole('dialog', { name: 'Identities from a file' });
  await choose(path);
  await expect(dialog).toContainText('371 identities');
  await one.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await choose({ name: 'broken.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('PK not a workbook') });
  await expect(dialog.getByRole('alert')).toBeVisible();
  expect(((await dialog.getByRole('alert').textContent()) ?? '').length).toBeLessThan(400);
});
