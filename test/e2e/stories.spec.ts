import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { Authority, hasOpenssl } from '../servers/tls.ts';
import { sourcesArguments } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';

/** What happens in a real system, from there to what a steward sees. */

const PASSWORD = 'a-test-password';
let postgres: PostgresServer | { readonly unavailable: string };

test.beforeAll(async () => {
  postgres = await startPostgres(PASSWORD);
});
test.afterAll(async () => {
  if (postgres && !('unavailable' in postgres)) await postgres.dispose();
});

/** A database of its own in the sources of a server. */
const database = (server: PostgresServer): object => ({
  id: 'db',
  kind: 'postgres',
  label: 'Billing database',
  url: server.url('admin'),
  password: { env: 'DB_PASSWORD' },
  schedule: 'every 1h',
});

test('[OBS] a role of PostgreSQL gains a right: it is on top of the inbox until somebody has looked', async ({
  serve,
  folder,
  newSteward,
}) => {
  if ('unavailable' in postgres) return test.skip(true, postgres.unavailable);
  await postgres.run('create role billing login; create role reports login');
  const server = await serve({ args: sourcesArguments(folder, [database(postgres)]), environment: { DB_PASSWORD: PASSWORD } });
  await server.muster('discover');
  const one = await newSteward();
  await one.launch(server.launchLink());
  await expect(one.row('billing')).toBeVisible();
  await one.filter('is:gained');
  await expect(one.row('billing')).toBeHidden();

  await postgres.run('alter role billing superuser');
  await server.muster('discover', '--source', 'db');
  await expect(one.row('billing')).toBeVisible();
  await expect(one.cell('billing', 'access')).toContainText('full');
  await expect(one.row('reports')).toBeHidden();

  await one.go('Inbox');
  const gained = one.page.getByRole('button', { name: /1 identity of Billing database gained a privileged right/ });
  await expect(gained).toBeVisible();
  await gained.click();
  await one.page.getByRole('button', { name: /Accept 1 as they are now.*you have looked/ }).click();
  await one.page.keyboard.press('Enter');
  await expect(gained).toBeHidden();
  await one.savedHere(0);
});

test('[OBS] roles are dropped in bulk: the removals wait for a person, who types their number', async ({ serve, folder, newSteward }) => {
  if ('unavailable' in postgres) return test.skip(true, postgres.unavailable);
  await postgres.run("do $$ begin for n in 1..30 loop execute format('create role batch_%s login', n); end loop; end $$");
  const server = await serve({ args: sourcesArguments(folder, [database(postgres)]), environment: { DB_PASSWORD: PASSWORD } });
  await server.muster('discover');
  const one = await newSteward();
  await one.launch(server.launchLink());
  await one.filter('batch_');
  await expect(one.row('batch_1')).toBeVisible();

  await postgres.run("do $$ begin for n in 1..12 loop execute format('drop role batch_%s', n); end loop; end $$");
  await server.muster('discover', '--source', 'db');
  await one.go('Inbox');
  const held = one.page.getByRole('region', { name: 'Held part' });
  await expect(held).toContainText('12');
  await expect(held).toContainText('removals');
  await one.page.getByRole('button', { name: /^2? ?Release applies exactly/ }).click();
  await one.page.getByLabel('Type 12 to confirm').fill('12');
  await one.page.keyboard.press('Enter');
  await expect(one.page.getByRole('region', { name: 'Held runs' })).toHaveCount(0);
  await one.go('Register');
  await one.filter('batch_ is:missing');
  await expect(one.row('batch_12')).toBeVisible();
  await expect(one.row('batch_13')).toBeHidden();
});

test('[OBS] a certificate comes to its end and is replaced: expiring until the new one is there, without anybody asking', async ({
  serve,
  folder,
  newSteward,
}) => {
  test.skip(!hasOpenssl(), 'skipped: no openssl on this machine');
  const authority = new Authority();
  try {
    const path = join(folder, 'payments.crt');
    writeFileSync(path, authority.issue({ name: 'payments.example.org', days: 3 }).certificate);
    const server = await serve({ args: sourcesArguments(folder, [{ id: 'certs', kind: 'x509', label: 'Certificates', paths: [path] }]) });
    const one = await newSteward();
    await one.launch(server.launchLink());
    await one.filter('is:expiring');
    await expect(one.row('payments.example.org')).toHaveCount(1);
    await expect(one.cell('payments.example.org', 'credential')).toContainText(/2 d|3 d/);

    writeFileSync(path, authority.issue({ name: 'payments.example.org', days: 80 }).certificate);
    await expect(one.row('payments.example.org')).toHaveCount(0, { timeout: 30_000 });
    await one.page
      .getByRole('button', { name: /^Clear/ })
      .first()
      .click();
    await expect(one.cell('payments.example.org', 'states').getByRole('img', { name: 'Missing' })).toHaveCount(1);
    await one.filter('payments.example.org -is:missing');
    await expect(one.row('payments.example.org')).toHaveCount(1);
    await expect(one.cell('payments.example.org', 'credential')).not.toContainText(/2 d|3 d/);
  } finally {
    authority.dispose();
  }
});
