import { randomBytes } from 'node:crypto';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { sourcesArguments } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';

const PASSWORD = randomBytes(18).toString('base64url');

async function expectAccessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .options({ resultTypes: ['violations'] })
    .setLegacyMode()
    .analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 3)}`)).toEqual([]);
}

const commentOf = async (postgres: PostgresServer, role: string): Promise<string | null> =>
  (await postgres.run(`select shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = '${role}'`)).rows[0].comment;

for (const scheme of ['light', 'dark'] as const) {
  test.describe(scheme, () => {
    test.use({ contextOptions: { colorScheme: scheme, reducedMotion: 'reduce' } });

    test(`[WB12] from an edit to the source and back, by two people, in ${scheme}`, async ({ serve, folder, newSteward }, info) => {
      test.slow();
      const postgres = await startPostgres(PASSWORD);
      test.skip('unavailable' in postgres, 'unavailable' in postgres ? postgres.unavailable : '');
      if ('unavailable' in postgres) return;
      try {
        await postgres.run(`create role payments login; comment on role payments is 'Pays invoices at night'; create role billing login`);
        const source = {
          id: 'db',
          kind: 'postgres',
          label: 'Payments database',
          url: postgres.url('admin'),
          password: { env: 'DB' },
          schedule: 'every 6h',
        };
        const server = await serve({ args: sourcesArguments(folder, [source]), environment: { DB: PASSWORD } });
        await server.muster('discover');
        await server.muster('set', 'payments', 'owner=Finance team');
        const invited = JSON.parse((await server.muster('invite', '--role', 'approver', '--format', 'json')).stdout) as { link: string };
        const [steward, approver] = [await newSteward(), await newSteward()];
        await steward.launch(server.launchLink());
        await approver.join(invited.link, 'Ola');
        const look = async (page: Page, name: string): Promise<void> => {
          await page.screenshot({ path: info.outputPath(`${name}-${scheme}.png`) });
          await expectAccessible(page, name);
        };

        await steward.peekAt('payments');
        await steward.peek.getByRole('button', { name: /^Accountable owner: / }).focus();
        await steward.page.keyboard.press('i');
        await expect(steward.page.getByRole('button', { name: /Send to Payments database…/ })).toBeVisible();
        await look(steward.page, 'field');
        await steward.page.keyboard.press('s');
        const dialog = steward.page.getByRole('dialog', { name: /^Send accountable owner of payments/ });
        await expect(dialog).toContainText('COMMENT ON ROLE "payments" IS');
        await expect(dialog).toContainText('Pays invoices at night');
        await expect(dialog.getByLabel('Why')).toBeFocused();
        await look(steward.page, 'send');
        await steward.page.keyboard.type('agreed in the review');
        await steward.page.keyboard.press('Enter');
        await expect(dialog).toBeHidden();
        expect(await commentOf(postgres, 'payments')).toBe('Pays invoices at night');

        await steward.go('Write-back');
        await expect(steward.main).toContainText('waits for approval');
        await expect(steward.main).toContainText('You proposed it: another person has to approve it.');
        await look(steward.page, 'waits');

        await approver.go('Inbox');
        await expect(approver.main.getByRole('heading', { name: 'Send accountable owner to Payments database' })).toBeVisible();
        await expect(approver.main).toContainText('agreed in the review');
        await look(approver.page, 'inbox');
        await approver.main.getByLabel('Reason').fill('as the finance team said');
        await approver.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
        await approver.page.keyboard.press('2');
        await approver.page.keyboard.press('Enter');
        await expect(approver.main.getByRole('region', { name: 'Write-back' })).toHaveCount(0);

        await expect(steward.main.getByRole('region', { name: 'Marked write' })).toContainText('confirmed');
        await expect(steward.main).toContainText('as the finance team said');
        expect(await commentOf(postgres, 'payments')).toBe('Pays invoices at night\nmuster:{"owner":"Finance team"}');
        await look(steward.page, 'confirmed');
        await steward.go('Register');
        await expect(steward.row('payments')).toBeVisible();
        await expect(steward.cell('payments', 'states')).not.toContainText('drift');

        // The source changes between the plan and the approval: nothing is written over, and both see what it holds now.
        await server.muster('set', 'billing', 'owner=Finance team');
        await server.muster('write', 'billing', 'owner');
        await postgres.run(`comment on role billing is 'somebody wrote this meanwhile'`);
        await approver.go('Write-back');
        await expect(approver.main.getByRole('region', { name: 'Waits for approval' })).toContainText('billing');
        await approver.main.getByRole('button', { name: 'Approve', exact: true }).click();
        await expect(approver.main.getByRole('region', { name: 'Needs a person' })).toContainText('source changed');
        await expect(approver.main.getByRole('region', { name: 'Marked write' })).toContainText('somebody wrote this meanwhile');
        await look(approver.page, 'changed');
        expect(await commentOf(postgres, 'billing')).toBe('somebody wrote this meanwhile');
      } finally {
        await postgres.dispose();
      }
    });
  });
}
