import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { sourcesArguments, writeNdjson } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';

const names = ['billing', 'checkout', 'warehouse'];
const rows = (prefix: string): object[] => names.map((name) => ({ id: `${prefix}-${name}`, name, system: 'erp' }));

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .options({ resultTypes: ['violations'] })
    .setLegacyMode()
    .analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 3)}`)).toEqual([]);
}

/** Where `MUSTER_SCREENSHOTS` names a folder, for somebody to look at. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.MUSTER_SCREENSHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

test('[INB7] [INB8] what may be the same is one item: with keys alone, one pair is left out, the others are merged, and that one is refused', async ({
  serve,
  folder,
  newSteward,
}) => {
  const files = ['cmdb', 'sheet'].map((id) => ({
    id,
    kind: 'file',
    label: id.toUpperCase(),
    path: join(folder, `${id}.ndjson`),
    mode: 'follow',
  }));
  for (const { path, id } of files) writeNdjson(path, rows(id));
  const server = await serve({ args: sourcesArguments(folder, files) });
  await server.muster('discover');
  const one = await newSteward();
  const { page } = one;
  await one.launch(server.launchLink());
  const identities = async (): Promise<number> => (JSON.parse((await server.muster('list', '--format', 'json')).stdout) as object[]).length;
  await expect.poll(identities).toBe(6);

  await one.go('Inbox');
  const item = page.getByRole('region', { name: 'Marked item' });
  const group = page.getByRole('navigation', { name: 'Inbox items' }).getByRole('region', { name: 'Same identity?' });
  await expect(group.getByRole('button')).toHaveCount(1);
  const pairs = item.getByRole('region', { name: 'Pairs' });
  await expect(pairs.getByRole('checkbox')).toHaveCount(3);
  await expect(pairs).toContainText('CMDB calls it "billing" in "erp"');
  await expect(pairs).toContainText('SHEET calls it "billing" in "erp"');

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
    await picture(page, `pairs-${colorScheme}`);
  }

  await test.step('n and x leave one out; 2 and Enter merge the others', async () => {
    await page.keyboard.press('n');
    await page.keyboard.press('x');
    await expect(pairs).toContainText('2 of 3 chosen');
    await page.keyboard.press('2');
    await expect(item.getByRole('button', { name: /^Merge 2 of 3/ }).first()).toBeVisible();
    await page.keyboard.press('Enter');
    await expect.poll(identities).toBe(4);
    await expect(pairs.getByRole('checkbox')).toHaveCount(1);
  });

  await test.step('nothing chosen signs nothing, and says what is missing', async () => {
    await page.keyboard.press('2');
    await page.keyboard.press('Enter');
    expect(await identities()).toBe(4);
    await page.keyboard.press('x');
    await expect(pairs).toContainText('1 of 1 chosen');
  });

  await test.step('a no is kept, in Activity with its reason, and undo asks again', async () => {
    await page.keyboard.press('3');
    await page.keyboard.press('Enter');
    await expect(group).toHaveCount(0);
    await server.muster('discover');
    await expect(group).toHaveCount(0);
    await one.go('Register');
    await one.cell('checkout', 'name').first().click();
    const apart = one.peek.getByRole('region', { name: 'Kept apart' });
    await expect(apart).toContainText('not so, although CMDB calls it "checkout"');
    await apart.scrollIntoViewIfNeeded();
    await picture(page, 'kept-apart');
    await one.go('Activity');
    await expect(one.main).toContainText('said no to a proposal that it belongs to another record');
    await page.keyboard.press('Control+z');
    await one.go('Inbox');
    await expect(group.getByRole('button')).toHaveCount(1);
  });
});
