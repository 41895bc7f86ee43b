import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { accounts, followed, sourcesArguments, writeCsv } from './support/estate.ts';
import { expectHarmless } from './support/expectHarmless.ts';
import { HOSTILE_NAMES } from './support/hostileText.ts';
import { expect, test } from './support/musterTest.ts';
import type { Steward } from './support/steward.ts';

async function look(page: Page, path: (scheme: string) => string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: path(colorScheme), animations: 'disabled' });
    if ((await page.getByRole('dialog').count()) > 0)
      expect((await new AxeBuilder({ page }).include('[role=dialog]').setLegacyMode().analyze()).violations).toEqual([]);
  }
}

/** Picks a file in the dialog of the browser. */
async function importCopy(one: Steward, path: string): Promise<void> {
  const chosen = one.page.waitForEvent('filechooser');
  await one.page.getByRole('button', { name: 'Export' }).click();
  await one.page.getByRole('menuitem', { name: 'Import a copy of another register…' }).click();
  await (await chosen).setFiles(path);
}

test('[TRF1] [TRF2] [TRF4] records of one register are copied to another: preview, file, preview, signed, and the originals offered for exclusion', async ({
  serve,
  folder,
  newSteward,
}, info) => {
  const [mine, theirs] = [join(folder, 'mine.csv'), join(folder, 'theirs.csv')];
  const hostile = { id: 'h', name: `${HOSTILE_NAMES.image}\u202Egnp`, environment: 'production' };
  writeCsv(mine, [...accounts(4), hostile]);
  writeCsv(theirs, [{ id: 'x', name: 'svc-004', environment: 'production' }, ...accounts(2, 'team')]);
  const local = await serve({ args: sourcesArguments(folder, [followed('mine', mine)]) });
  await local.muster('discover');
  const other = join(folder, 'other');
  const team = await serve({ args: sourcesArguments(folder, [followed('theirs', theirs)]) });
  await team.muster('discover');
  const [ana, ben] = [await newSteward(), await newSteward()];
  await ana.launch(local.launchLink());
  await ben.launch(team.launchLink());
  await ana.setOwner('svc-001', 'Payments');
  await ana.setField('svc-001', 'Purpose', 'Moves money');
  await ana.savedHere(0);

  await test.step('what would go and what stays is shown before the file is saved', async () => {
    for (const name of ['svc-001', 'svc-002', 'svc-004'])
      await ana.page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check();
    await ana.page.getByRole('checkbox', { name: /^Select <img/ }).check();
    await ana.page.getByRole('toolbar', { name: 'Selected' }).getByRole('button', { name: 'Copy to another register…' }).click();
    const dialog = ana.page.getByRole('dialog', { name: 'Copy to another register' });
    await expect(dialog).toContainText('identities go');
    await expect(dialog).toContainText('What stays: what sources observe');
    await look(ana.page, (scheme) => info.outputPath(`copy-${scheme}.png`));
    const saved = ana.page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Save the copy of 4 identities' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toMatch(/^muster-\d{4}-\d\d-\d\d\.muster-copy\.json$/);
    copyFileSync(await download.path(), other);
  });

  const dialog = ben.page.getByRole('dialog', { name: 'Import a copy of another register' });
  await test.step('the other register shows what it would do: what is new, and a name that is there', async () => {
    await importCopy(ben, other);
    await expect(dialog).toContainText('one of that name is here: stays');
    await expect(dialog.getByRole('button', { name: /^Sign for 3 identities/ })).toBeVisible();
    await expectHarmless(ben.page);
    await look(ben.page, (scheme) => info.outputPath(`import-${scheme}.png`));
    await dialog.getByLabel('Take in those too').check();
    await expect(dialog.getByRole('button', { name: /^Sign for 4 identities/ })).toBeVisible();
    await dialog.getByLabel('Take in those too').uncheck();
    await dialog.getByRole('button', { name: /^Sign for 3 identities/ }).click();
    await expect(dialog).toBeHidden();
    await ben.savedHere(0);
  });

  await test.step('they are there, said by who took them over, with the reason', async () => {
    await expect(ben.cell('svc-001', 'owner')).toHaveText('Payments');
    await ben.peekAt('svc-001');
    await expect(ben.field('Purpose')).toContainText('Moves money');
    const { stdout } = await team.muster('show', 'svc-001', '--format', 'json');
    expect(stdout).toMatch(/moved from Muster \([0-9a-f]{8}\); there said by /);
    await expectHarmless(ben.page);
  });

  await test.step('a second time nothing is new, and a file that is none is refused', async () => {
    await importCopy(ben, other);
    await expect(dialog.getByRole('button', { name: /^Sign for 0/ })).toHaveAttribute('title', 'Nothing of it is new here');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await importCopy(ben, mine);
    await expect(dialog).toContainText('This is not a copy of another register');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await importCopy(ana, other);
    await expect(ana.page.getByRole('dialog')).toContainText('made of this very register');
    await ana.page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  });

  await test.step('the originals are offered for exclusion as duplicates, also after the page was opened anew', async () => {
    const bar = ana.page.getByRole('region', { name: 'Copied to another register' });
    await expect(bar).toContainText('4 identities copied');
    await ana.page.reload();
    await ana.isOnline();
    await expect(bar).toContainText('4 identities copied');
    await look(ana.page, (scheme) => info.outputPath(`copied-${scheme}.png`));
    await bar.getByRole('button', { name: 'Exclude here as duplicates…' }).click();
    await ana.page
      .getByRole('dialog')
      .getByRole('button', { name: /^Sign for 4/ })
      .click();
    await expect(bar).toBeHidden();
    await ana.savedHere(0);
    await expect(ana.row('svc-001')).toHaveCount(0);
    await expect(ana.row('svc-003')).toBeVisible();
    const { stdout } = await local.muster('show', 'svc-001', '--format', 'json');
    expect(stdout).toContain('duplicate');
  });
});
