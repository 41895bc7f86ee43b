import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { followed, sourcesArguments, writeCsv, writeNdjson } from './support/estate.ts';
import { expectHarmless } from './support/expectHarmless.ts';
import { HOSTILE_NAMES, LONG, MEGABYTE } from './support/hostileText.ts';
import { expect, test } from './support/musterTest.ts';
import type { Steward } from './support/steward.ts';

const NAMES = Object.values(HOSTILE_NAMES);
const hostileRecord = (name: string, index: number): object => ({
  id: `h-${index}`,
  name,
  owner: name,
  team: name,
  purpose: name,
  application: name,
  ticket: name,
  tags: [name],
  description: name,
  environment: name,
  kind: name,
  'constructor.prototype': name,
});

async function lookAtEveryScreen(one: Steward): Promise<void> {
  for (const screen of ['Inbox', 'Sources', 'Activity', 'People', 'Settings', 'Register'] as const) {
    await one.go(screen);
    await expectHarmless(one.page);
  }
}

test('[UI12] hostile names from sources are shown harmlessly on every view', async ({ serve, folder, newSteward }) => {
  const [path, csv, long] = [join(folder, 'hostile.ndjson'), join(folder, '<b>list<b>.csv'), join(folder, 'long.ndjson')];
  writeNdjson(path, [...NAMES, LONG].map(hostileRecord));
  writeCsv(
    csv,
    NAMES.map((name, index) => ({ id: `c-${index}`, name, owner: name, application: name })),
  );
  writeNdjson(long, [
    { id: 'fine', name: 'fine-beside-a-megabyte' },
    { id: 'big', name: MEGABYTE, owner: MEGABYTE },
  ]);
  const sources = [
    followed('hostile', path),
    { ...followed('csv', csv), label: '<img src=x onerror=window.__ran=1>\u202E' },
    followed('long', long),
  ];
  const server = await serve({ args: sourcesArguments(folder, sources) });
  await server.muster('discover');
  const one = await newSteward();
  const { page } = one;
  await one.launch(server.launchLink());
  await expect(page.getByRole('row').nth(5)).toBeVisible();
  await expectHarmless(page);

  await test.step('register, panel, "why this value" and page of each', async () => {
    for (const id of ['script', 'image', 'rightToLeft', 'controls', 'proto', 'style'] as const) {
      await one.filter(
        id === 'controls'
          ? '31md'
          : id === 'rightToLeft'
            ? 'gnp'
            : ((HOSTILE_NAMES[id] ?? '')
                .replace(/["<>=/]/g, ' ')
                .trim()
                .split(/\s+/)[0] ?? ''),
      );
      const row = page.getByRole('row').nth(1);
      await expect(row).toBeVisible();
      await row.getByRole('gridcell').nth(2).click();
      await expect(one.peek.getByRole('heading', { level: 1 })).toBeVisible();
      await expectHarmless(page);
      await page.keyboard.press('i');
      await expect(page.getByRole('dialog', { name: 'Why this value' })).toBeVisible();
      await expectHarmless(page);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }
    await page.keyboard.press('Enter');
    await expect(page.getByRole('region', { name: 'Identity' })).toBeVisible();
    await expectHarmless(page);
  });

  await test.step('every other screen', async () => lookAtEveryScreen(one));

  await test.step('a megabyte in one cell is refused in a sentence, and what is beside it is there', async () => {
    await one.filter('fine-beside');
    await expect(one.row('fine-beside-a-megabyte')).toBeVisible();
    await page.goto(`${server.address}/#/sources/long`);
    await page.reload();
    await expect(one.main).toContainText('row 2: a cell is longer than 4,096 characters');
    await expect(one.main).not.toContainText('MMMMM');
    await expectHarmless(page);
  });

  await test.step('the palette', async () => {
    await page.keyboard.press('Control+k');
    for (const text of ['<script>', '__proto__', 'constructor', '\u202E']) {
      await page.getByRole('combobox', { name: 'Find anything' }).fill(text);
      await expectHarmless(page);
    }
    await page.keyboard.press('Escape');
  });

  await test.step('the preview of a bulk edit', async () => {
    await one.go('Register');
    await page.getByRole('checkbox', { name: 'Select all that match' }).click();
    await page
      .getByRole('toolbar', { name: 'Selected' })
      .getByRole('button', { name: /Accept/ })
      .click();
    const dialog = page.getByRole('dialog').filter({ hasText: 'Accept' });
    await expect(dialog).toBeVisible();
    await expectHarmless(page);
    await dialog.getByRole('button', { name: /^Sign/ }).click();
    await expect(dialog).toBeHidden();
    await one.savedHere(0);
  });

  await test.step('an export is data: no formula runs in a spreadsheet', async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'CSV' }).click();
    const text = readFileSync(await (await download).path(), 'utf8');
    expect(text).toContain('HYPERLINK');
    expect(text).not.toMatch(/(^|,)"?=HYPERLINK/m);
    expect(text).toContain('__proto__');
  });
});

test('[UI12] hostile text that is typed is kept as text or refused with a reason', async ({ serve, folder, newSteward }) => {
  const path = join(folder, 'list.csv');
  writeCsv(path, [{ id: 'svc-1', name: 'svc-1' }]);
  const server = await serve({ args: sourcesArguments(folder, [followed('list', path)]) });
  await server.muster('discover');
  const one = await newSteward();
  const { page } = one;
  await one.launch(server.launchLink());
  await expect(one.row('svc-1')).toBeVisible();

  await test.step('in the query line', async () => {
    for (const text of [...NAMES, LONG, '((((', 'owner:"', 'name:', 'is:nonsense', 'where:(']) {
      await page.getByLabel('Filter the register').fill(text.slice(0, 5_000));
      await expectHarmless(page);
    }
    await page.getByLabel('Filter the register').fill(MEGABYTE);
    await expectHarmless(page);
    await page.getByLabel('Filter the register').fill('');
    await expect(one.row('svc-1')).toBeVisible();
  });

  await test.step('as an owner, a purpose, a comment', async () => {
    await one.setField('svc-1', 'Purpose', HOSTILE_NAMES.image ?? '');
    await one.setOwner('svc-1', '__proto__');
    await expect(one.cell('svc-1', 'owner')).toHaveText('__proto__');
    await expectHarmless(page);
    await one.peek.getByLabel('Add a comment').fill(NAMES.join(' '));
    await one.peek.getByRole('button', { name: /^Add/ }).click();
    await expect(one.peek.getByRole('region', { name: 'Comments' })).toContainText('<script>');
    // A text that is being typed is its author's own, hidden characters and all.
    await expect(one.peek.getByLabel('Add a comment')).toHaveValue('');
    await expectHarmless(page);
  });

  await test.step('a megabyte is cut off at what a field may hold', async () => {
    await one.peek.getByRole('button', { name: /^Purpose: / }).click();
    const editor = page.getByRole('dialog', { name: 'Purpose' }).getByRole('textbox', { name: 'Purpose' });
    await editor.evaluate((element, text) => {
      (element as HTMLTextAreaElement).focus();
      document.execCommand('insertText', false, text);
    }, MEGABYTE);
    await editor.press('Enter');
    await expect(editor).toBeHidden();
    await expect(one.field('Purpose')).toContainText('MMMM');
    await one.savedHere(0);
    await expectHarmless(page);
  });

  await test.step('and every screen after it', async () => lookAtEveryScreen(one));
});
