import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { strFromU8, unzipSync } from 'fflate';
import type { Row } from '../../shared/register/view.ts';
import { fingerprintOf } from '../../shared/snapshot/fingerprint.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import type { AppServer, AppServerOptions } from '../support/appServer.ts';
import { accounts, followed, sourcesArguments, writeCsv, writeNdjson } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';
import { band, createSnapshot } from './support/snapshotFiles.ts';
import type { Steward } from './support/steward.ts';

const PASSWORD = 'a-test-password';
const WHY = 'answered in review 2026-11, minute 4';

interface Estate {
  readonly server: AppServer;
  readonly file: string;
  readonly fingerprint: string;
  readonly rows: readonly Row[];
}

const key = (rotated: string): object => ({
  id: 'key-1',
  name: 'deploy-key',
  kind: 'automation',
  environment: 'production',
  created: '2025-02-01',
  rotated,
});

/** A database with a superuser, a list of accounts, and keys of which one was rotated between two runs. */
async function auditedEstate(
  folder: string,
  postgres: PostgresServer,
  serve: (options: AppServerOptions) => Promise<AppServer>,
): Promise<Estate> {
  await postgres.run(
    "drop role if exists payments_deploy; create role payments_deploy login superuser; comment on role payments_deploy is 'Deploys payments'",
  );
  const [list, keys] = [join(folder, 'list.csv'), join(folder, 'keys.ndjson')];
  writeCsv(list, accounts(40));
  writeNdjson(keys, [key('2026-02-01')]);
  const database = { id: 'db', kind: 'postgres', url: postgres.url('admin'), password: { env: 'DB_PASSWORD' }, schedule: 'every 1h' };
  const sources = [database, followed('list', list), followed('keys', keys)];
  const server = await serve({ args: sourcesArguments(folder, sources), environment: { DB_PASSWORD: PASSWORD } });
  await server.muster('discover');
  writeNdjson(keys, [key('2026-11-20')]);
  await server.muster('discover', '--source', 'keys');
  const listed = async (): Promise<Row[]> => JSON.parse((await server.muster('list', '--format', 'json')).stdout) as Row[];
  const id = (await listed()).find(({ name, alias }) => name === 'payments_deploy' || alias === 'payments_deploy')?.id ?? '';
  const set = await server.muster('set', id, 'owner=Payments', 'purpose=Deploys the payment service', '--why', WHY);
  expect(set, set.stderr).toMatchObject({ code: 0 });
  const rows = await listed();
  const file = await createSnapshot(server, folder);
  const { serverKey } = (await (await fetch(`${server.address}/api/space`)).json()) as { serverKey: string };
  return { server, file, fingerprint: fingerprintOf(serverKey), rows };
}

async function choose(page: Page, click: () => Promise<void>, path: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await click();
  await (await chooser).setFiles(path);
}

async function openPage(one: Steward, name: string) {
  await one.go('Register');
  await one.cell(name, 'name').dblclick();
  const identity = one.page.getByRole('region', { name: 'Identity' });
  await expect(identity.getByRole('heading', { level: 1 })).toHaveText(name);
  return identity;
}

let postgres: PostgresServer | { readonly unavailable: string };
test.beforeAll(async () => {
  postgres = await startPostgres(PASSWORD);
});
test.afterAll(async () => {
  if (postgres && !('unavailable' in postgres)) await postgres.dispose();
});

test('[SNP59] an auditor’s half hour, in the app', async ({ serve, folder, newSteward }, info) => {
  if ('unavailable' in postgres) return test.skip(true, postgres.unavailable);
  const { server, file, fingerprint, rows } = await auditedEstate(folder, postgres, serve);
  const auditor = await newSteward();
  const { page } = auditor;
  const dialog = page.getByRole('dialog', { name: 'About this snapshot' });
  const look = (name: string) => page.screenshot({ path: info.outputPath(`auditor-${name}.png`) });

  await test.step('opens the file with no enrolment, and sees that it is sound and from whom', async () => {
    await page.goto(server.address);
    await choose(page, () => page.getByRole('button', { name: 'Open a snapshot…' }).click(), file);
    await band(auditor)
      .getByRole('button', { name: /Verified/ })
      .click({ timeout: 60_000 });
    await dialog.getByLabel('Expected fingerprint').fill(fingerprint);
    await expect(dialog.getByText(/Matches: the file was signed with the key that you expect/)).toBeVisible();
    await look('verified');
    await page.keyboard.press('Escape');
  });

  await test.step('the complete inventory, with counts', async () => {
    const identities = rows.filter(({ type }) => type === 'identity').length;
    expect(identities).toBeGreaterThan(40);
    await expect(auditor.main.getByText(new RegExp(`^${identities} identities · `))).toBeVisible();
    await expect(auditor.main.getByRole('button', { name: /^No owner \d+/ })).toBeVisible();
    await look('inventory');
  });

  await test.step('owner and purpose of a privileged identity: who set them, when, on what evidence', async () => {
    await page
      .getByRole('navigation', { name: 'Sections and views' })
      .getByRole('button', { name: /^Privileged/ })
      .click();
    await expect(auditor.row('payments_deploy')).toBeVisible();
    await expect(auditor.cell('payments_deploy', 'owner')).toContainText('Payments');
    await auditor.cell('payments_deploy', 'name').dblclick();
    const identity = page.getByRole('region', { name: 'Identity' });
    await expect(identity).toContainText('Deploys the payment service');
    await page.keyboard.press('i');
    const why = page.getByRole('dialog', { name: 'Why this value' });
    await expect(why).toContainText('Payments');
    await expect(why).toContainText(WHY);
    await expect(why.locator('time').first()).toHaveAttribute('datetime', /^2\d{3}-/);
    await look('why');
    await page.keyboard.press('Escape');
    await expect(identity.getByRole('region', { name: /^Access/ })).toContainText(/superuser/i);
  });

  await test.step('how fresh it was', async () => {
    await auditor.go('Sources');
    const row = auditor.main.getByRole('row').filter({ hasText: 'postgres' });
    await expect(row).toContainText('complete');
    await row.getByRole('button').click();
    await expect(auditor.main.getByText('For certifying', { exact: true })).toBeVisible();
    await expect(auditor.main.getByRole('button', { name: /Run now|Pause|Edit|Remove/ })).toHaveCount(0);
    await look('freshness');
  });

  await test.step('the rotation history of a key', async () => {
    const identity = await openPage(auditor, 'deploy-key');
    await identity.getByRole('button', { name: /said before/ }).click();
    await expect(identity.getByText(/1 Feb 2026/).first()).toBeVisible();
    await expect(identity.getByText(/20 Nov 2026/).first()).toBeVisible();
    await look('rotation');
  });

  await test.step('one that nobody registered', async () => {
    await page
      .getByRole('navigation', { name: 'Sections and views' })
      .getByRole('button', { name: /^Unregistered/ })
      .click();
    await expect(auditor.row('svc-001')).toBeVisible();
    await auditor.peekAt('svc-001');
    await expect(auditor.peek).toContainText('no steward has accepted it');
  });

  await test.step('what could not be evaluated', async () => {
    await band(auditor)
      .getByRole('button', { name: /Verified/ })
      .click();
    await dialog.getByRole('tab', { name: 'What it cannot say' }).click();
    await expect(dialog.getByRole('region', { name: 'Could not be evaluated' }).getByRole('listitem').first()).toBeVisible();
    await look('gaps');
  });

  await test.step('a random sample of 25, exported to a workbook', async () => {
    await dialog.getByRole('tab', { name: 'Random sample' }).click();
    await dialog.getByLabel('Seed').fill('chosen by the auditor');
    await dialog.getByRole('button', { name: 'Draw' }).click();
    await expect(dialog.getByRole('heading', { name: /^25 of \d+ rows$/ })).toBeVisible();
    const names = (await dialog.getByRole('region', { name: 'Sample' }).getByRole('row').allInnerTexts()).slice(1);
    expect(names.length).toBe(25);
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Excel (XLSX)' }).click();
    const path = join(folder, 'sample.xlsx');
    await (await download).saveAs(path);
    const sheets = unzipSync(new Uint8Array(readFileSync(path)));
    const texts = Object.entries(sheets).flatMap(([name, bytes]) => (name.startsWith('xl/worksheets/') ? [strFromU8(bytes)] : []));
    expect(texts.map((xml) => xml.match(/<row /g)?.length)).toContain(26);
    expect(texts.join('')).toContain('chosen by the auditor');
    expect(texts.join('')).not.toContain('<f>');
  });
});

test('[SNP59] an auditor’s half hour, on the report alone', async ({ serve, folder, newSteward }) => {
  if ('unavailable' in postgres) return test.skip(true, postgres.unavailable);
  const { file } = await auditedEstate(folder, postgres, serve);
  const parts = unzipSync(new Uint8Array(readFileSync(file)), { filter: ({ name }) => name === 'report.html' });
  const report = parts['report.html'];
  expect(existsSync(file) && report !== undefined && report.length > 0).toBe(true);
  expect((await newSteward()).page.url()).toBe('about:blank');
});
