import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
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
const SEED = 'chosen by the auditor';
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
  options: readonly string[] = [],
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
  const file = await createSnapshot(server, folder, 'november.muster', ...options);
  const { serverKey } = (await (await fetch(`${server.address}/api/space`)).json()) as { serverKey: string };
  return { server, file, fingerprint: fingerprintOf(serverKey), rows };
}

const sheetTexts = (path: string): string[] =>
  Object.entries(unzipSync(new Uint8Array(readFileSync(path)))).flatMap(([name, bytes]) =>
    name.startsWith('xl/worksheets/') ? [strFromU8(bytes)] : [],
  );
/** Of each sheet, with its header. */
const rowCounts = (path: string): number[] => sheetTexts(path).map((xml) => xml.match(/<row /g)?.length ?? 0);

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
    await dialog.getByLabel('Seed').fill(SEED);
    await dialog.getByRole('button', { name: 'Draw' }).click();
    await expect(dialog.getByRole('heading', { name: /^25 of \d+ rows$/ })).toBeVisible();
    const names = (await dialog.getByRole('region', { name: 'Sample' }).getByRole('row').allInnerTexts()).slice(1);
    expect(names.length).toBe(25);
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Excel (XLSX)' }).click();
    const path = join(folder, 'sample.xlsx');
    await (await download).saveAs(path);
    expect(rowCounts(path)).toContain(26);
    expect(sheetTexts(path).join('')).toContain(SEED);
    expect(sheetTexts(path).join('')).not.toContain('<f>');
  });
});

test('[SNP59] an auditor’s half hour, on the report alone', async ({ serve, folder, newSteward }, info) => {
  if ('unavailable' in postgres) return test.skip(true, postgres.unavailable);
  const { server, file, rows } = await auditedEstate(folder, postgres, serve, ['--sample', '25', '--seed', SEED]);
  const report = unzipSync(new Uint8Array(readFileSync(file)), { filter: ({ name }) => name === 'report.html' })['report.html'];
  if (!report) throw new Error('a snapshot holds its report');
  const path = join(folder, 'report.html');
  writeFileSync(path, report);
  await server.stop();
  const auditor = await newSteward();
  const { page } = auditor;
  await page.context().setOffline(true);
  await page.goto(pathToFileURL(path).href);
  const view = (name: string) => page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name }).click();
  const detail = page.getByRole('complementary', { name: 'Identity' });
  const filter = async (text: string): Promise<void> => {
    await view('Inventory');
    await page.getByRole('textbox', { name: 'Filter the inventory' }).fill(text);
  };
  const line = (name: string) => page.locator('[role=grid] [role=row][aria-selected]').filter({ hasText: name });
  const look = (name: string) => page.screenshot({ path: info.outputPath(`report-${name}.png`) });

  await test.step('the complete inventory, with counts', async () => {
    const identities = rows.filter(({ type }) => type === 'identity').length;
    await expect(page.getByRole('main')).toContainText(String(identities));
    await filter('');
    await expect(page.getByRole('status')).toContainText(`${identities} rows`);
    await look('inventory');
  });

  await test.step('owner and purpose of a privileged identity: who set them, when, on what evidence, how fresh', async () => {
    await filter('is:privileged');
    await line('payments_deploy').click();
    await expect(detail).toContainText('Deploys the payment service');
    await detail.getByText('Accountable owner', { exact: true }).click();
    await expect(detail).toContainText('Payments');
    await expect(detail).toContainText(WHY);
    await expect(detail).toContainText(/as of \d+ \w+ 2\d{3}/);
    await look('owner');
  });

  await test.step('the rotation history of a key', async () => {
    await filter('deploy-key');
    await line('deploy-key').click();
    await expect(detail).toContainText('20 Nov 2026');
    await expect(detail).toContainText('1 Feb 2026');
  });

  await test.step('one that nobody registered', async () => {
    await filter('is:unregistered');
    await expect(line('svc-001')).toBeVisible();
  });

  await test.step('what could not be evaluated', async () => {
    await view('Summary');
    const gaps = page.getByRole('region', { name: 'What cannot be said' });
    await expect(gaps).toContainText('Could not be evaluated');
    await expect(gaps).toContainText('for want of a directory that says whether the owner is still active');
  });

  await test.step('a random sample of 25, saved as a workbook', async () => {
    await view('Sample');
    await expect(page.getByRole('heading', { name: 'Random sample of 25 rows' })).toBeVisible();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: /XLSX|Excel/ }).click();
    const saved = join(folder, 'report-sample.xlsx');
    await (await download).saveAs(saved);
    expect(rowCounts(saved)).toContain(26);
  });
});
