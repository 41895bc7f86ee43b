import { join } from 'node:path';
import { writeCertificates } from '../../sync-server/cli/sample/certificates.ts';
import type { AppServer, AppServerOptions } from '../support/appServer.ts';
import { type Account, accounts, followed, sourcesArguments, writeCsv } from './support/estate.ts';
import { Keyboard } from './support/keyboard.ts';
import { expect, test } from './support/musterTest.ts';
import type { Steward } from './support/steward.ts';

const LIST: readonly Account[] = [
  ...accounts(40),
  { id: 'zeta-deploy', name: 'zeta-deploy', owner: 'Payments', application: 'pricing', kind: 'service account' },
];

type Serve = (options: AppServerOptions) => Promise<AppServer>;

/** A list that somebody keeps, and certificates, which can be read again one by one. */
async function serveEstate(folder: string, serve: Serve): Promise<AppServer> {
  const [path, certificates] = [join(folder, 'list.csv'), join(folder, 'certificates')];
  writeCsv(path, LIST);
  await writeCertificates(certificates, Date.now());
  const sources = [followed('list', path), { id: 'certificates', kind: 'x509', paths: [certificates] }];
  const server = await serve({ args: sourcesArguments(folder, sources) });
  await server.muster('discover');
  return server;
}

async function launch(server: AppServer, one: Steward): Promise<Keyboard> {
  await one.launch(server.launchLink());
  await expect(one.row('svc-001')).toBeVisible();
  return new Keyboard(one.page);
}

const why = (one: Steward) => one.page.getByRole('dialog', { name: 'Why this value' });
const ownerPicker = (one: Steward) => one.page.getByRole('combobox', { name: 'Accountable owner' });

test('[UI10] every task takes exactly the keystrokes of its table', async ({ serve, folder, newSteward }) => {
  const server = await serveEstate(folder, serve);
  const one = await newSteward();
  const keys = await launch(server, one);

  await test.step('find one and see its owner and why: 7', async () => {
    await keys.press('Control+k');
    await expect(one.page.getByRole('combobox', { name: 'Find anything' })).toBeFocused();
    await keys.type('zeta');
    await keys.press('Enter');
    await expect(one.main.getByRole('heading', { name: 'zeta-deploy', level: 1 })).toBeVisible();
    await expect(one.main.getByRole('button', { name: /^Accountable owner: Payments/ })).toBeVisible();
    await keys.press('i');
    await expect(why(one)).toContainText('Payments');
    expect(keys.taken()).toBe(7);
    await keys.press('Escape', 'Escape');
    await expect(one.row('svc-001')).toBeVisible();
    keys.taken();
  });

  await test.step('set its owner: 5', async () => {
    await one.cell('svc-001', 'kind').click();
    await keys.press('o');
    await expect(ownerPicker(one)).toBeFocused();
    await keys.type('pay');
    await keys.press('Enter');
    await expect(one.cell('svc-001', 'owner')).toHaveText('Payments');
    expect(keys.taken()).toBe(5);
  });

  await test.step('undo: 1', async () => {
    await keys.press('Control+z');
    await expect(one.cell('svc-001', 'owner')).toHaveText('no owner');
    expect(keys.taken()).toBe(1);
  });

  await test.step('owner for all that match a filter: nine and the text', async () => {
    await keys.press('Escape', '/');
    await expect(one.page.getByLabel('Filter the register')).toBeFocused();
    keys.taken();
    await keys.type('warehouse');
    await expect(one.main).toContainText('20 shown');
    await keys.press('Enter', 'Control+a');
    await expect(one.page.getByRole('toolbar', { name: 'Selected' })).toContainText('20 selected');
    await keys.press('o');
    await expect(ownerPicker(one)).toBeFocused();
    await keys.type('pay');
    await keys.press('Enter');
    await expect(one.page.getByRole('dialog', { name: 'Set owner to Payments on 20 identities' })).toBeVisible();
    await keys.press('Enter');
    await expect(one.cell('svc-040', 'owner')).toHaveText('Payments');
    // The slash itself was pressed before the count.
    expect(keys.taken() + 1).toBe('/'.length + 'warehouse'.length + 8);
  });

  await test.step('one undo takes the whole bulk edit back', async () => {
    await keys.press('Control+z');
    await expect(one.cell('svc-002', 'owner')).toHaveText('no owner');
    await expect(one.cell('svc-040', 'owner')).toHaveText('no owner');
    keys.taken();
  });

  await test.step('accept a group of new ones: 4', async () => {
    await keys.press('g', 'i');
    await expect(one.page.getByRole('region', { name: 'Records' })).toBeVisible();
    const group = one.page.getByRole('navigation', { name: 'Inbox items' });
    const before = await group.getByRole('button').count();
    await keys.press('a', 'Enter');
    await expect(group.getByRole('button')).toHaveCount(before - 1);
    expect(keys.taken()).toBe(4);
  });

  await test.step('prove it is current: 1', async () => {
    await one.go('Register');
    await one.filter('sample.invalid');
    await expect(one.main).toContainText('6 shown');
    await one.page.getByRole('row').nth(1).getByRole('gridcell').nth(3).click();
    keys.taken();
    await keys.press('r');
    await expect(one.page.getByText('Reading it again now')).toBeVisible();
    expect(keys.taken()).toBe(1);
  });
});

test('[UI10] a conflict is settled in five keys', async ({ serve, folder, newSteward, noise }) => {
  const server = await serveEstate(folder, serve);
  const [one, other] = [await newSteward(), await newSteward()];
  const keys = await launch(server, one);
  const { link } = JSON.parse((await server.muster('invite', '--role', 'steward', '--format', 'json')).stdout) as { link: string };
  await other.join(link, 'Ben Marsh');
  await expect(other.row('svc-001')).toBeVisible();
  // What a screen needs that was not opened yet is on the device from here on.
  await one.isKept();
  await other.isKept();
  noise.expectServerDown();
  await server.kill();
  await one.isOffline();
  await other.isOffline();
  await one.setField('svc-001', 'Purpose', 'Pays suppliers');
  await other.setField('svc-001', 'Purpose', 'Pays the staff');
  await server.start();
  await expect(one.cell('svc-001', 'states').getByRole('img', { name: 'Conflict' })).toBeVisible({ timeout: 30_000 });

  await keys.press('g', 'i');
  const conflicts = one.page.getByRole('region', { name: 'Conflicts' });
  await expect(conflicts.getByRole('button')).toHaveAttribute('aria-current', 'true');
  await keys.press('Enter', '1', 'Enter');
  await expect(conflicts).toHaveCount(0);
  expect(keys.taken()).toBe(5);
});

test('[UI10] moving, selecting, opening and asking, by single keys', async ({ serve, folder, newSteward }) => {
  const server = await serveEstate(folder, serve);
  const one = await newSteward();
  const keys = await launch(server, one);
  const selected = one.page.getByRole('toolbar', { name: 'Selected' });
  const heading = one.page.getByRole('heading', { level: 1 });
  await one.cell('svc-001', 'owner').click();
  await keys.press('Escape');

  await test.step('a query that was typed letter by letter is one step back', async () => {
    const filter = one.page.getByLabel('Filter the register');
    await filter.pressSequentially('svc-003');
    await expect(one.row('svc-002')).toBeHidden();
    expect(one.page.url()).toContain('q=svc-003');
    await one.page.goBack();
    await expect(filter).toHaveValue('');
    await expect(one.row('svc-002')).toBeVisible();
    await one.cell('svc-001', 'owner').click();
    await keys.press('Escape');
  });

  await test.step('j, k and the arrows move; Space peeks; the panel follows', async () => {
    await keys.press('j', 'j', 'k', ' ');
    await expect(one.peek.getByRole('heading', { level: 1 })).toHaveText('svc-002');
    await keys.press('ArrowDown');
    await expect(one.peek.getByRole('heading', { level: 1 })).toHaveText('svc-003');
    await keys.press('ArrowUp', ' ');
    await expect(one.peek).toBeHidden();
  });

  await test.step('x selects, Shift makes it a range, Escape unselects', async () => {
    await keys.press('x', 'j', 'j', 'Shift+X');
    await expect(selected).toContainText('3 selected');
    await keys.press('Escape');
    await expect(selected).toBeHidden();
  });

  await test.step('Enter opens, [ and ] go to the neighbours, h shows history', async () => {
    await keys.press('Enter');
    await expect(heading.filter({ hasText: 'svc-004' })).toBeVisible();
    await keys.press(']');
    await expect(heading.filter({ hasText: 'svc-005' })).toBeVisible();
    await keys.press('[', '[');
    await expect(heading.filter({ hasText: 'svc-003' })).toBeVisible();
    await keys.press('h');
    await expect(one.main.getByRole('heading', { name: /History/ })).toBeInViewport();
    await keys.press('Escape');
    await expect(one.row('svc-001')).toBeVisible();
  });

  await test.step('e edits the cell, i explains it, c comments', async () => {
    await one.cell('svc-001', 'environment').click();
    await keys.press('e');
    await expect(one.page.getByRole('dialog', { name: 'Intended environment' })).toBeVisible();
    await keys.press('Escape');
    await expect(one.page.getByRole('dialog')).toHaveCount(0);
    await keys.press('i');
    await expect(why(one)).toContainText('production');
    await keys.press('Escape');
    await expect(why(one)).toBeHidden();
    await keys.press('c');
    await expect(one.page.getByRole('dialog', { name: 'Comment' })).toBeVisible();
    await keys.type('seen x j o');
    await keys.press('Enter');
    await expect(one.page.getByText('Comment added to 1 identity')).toBeVisible();
    await one.peekAt('svc-001');
    await expect(one.peek.getByRole('region', { name: 'Comments' })).toContainText('seen x j o');
  });

  await test.step('? lists the keys; g goes to every screen', async () => {
    await keys.press('?');
    await expect(one.page.getByRole('dialog', { name: 'Keys' })).toContainText('Select all that match');
    await keys.press('Escape');
    await expect(one.page.getByRole('dialog')).toHaveCount(0);
    for (const [letter, name] of Object.entries({ i: 'Inbox', s: 'Sources', a: 'Activity', p: 'People', r: 'Register' })) {
      await keys.press('g', letter);
      await expect(one.page.getByRole('main', { name })).toBeVisible();
    }
  });
});

test('[UI11] single keys are text while typing, and nothing at all once they are turned off', async ({ serve, folder, newSteward }) => {
  const server = await serveEstate(folder, serve);
  const one = await newSteward();
  const keys = await launch(server, one);
  const filter = one.page.getByLabel('Filter the register');

  await test.step('while typing', async () => {
    await keys.press('/');
    await keys.type('gixo?');
    await expect(filter).toHaveValue('gixo?');
    await expect(one.page.getByRole('main', { name: 'Register' })).toBeVisible();
    await keys.press('Escape');
    await expect(filter).toHaveValue('');
  });

  await test.step('turned off', async () => {
    await one.go('Settings');
    await one.page.getByRole('switch', { name: 'Single keys' }).press('Space');
    await expect(one.page.getByRole('switch', { name: 'Single keys' })).not.toBeChecked();
    await one.page.getByRole('button', { name: /^Register/ }).click();
    await one.cell('svc-002', 'kind').click();
    await keys.press('x', 'o', '?', 'g', 'i', '/');
    await expect(one.page.getByRole('toolbar', { name: 'Selected' })).toBeHidden();
    await expect(one.page.getByRole('dialog')).toHaveCount(0);
    await expect(one.page.getByRole('main', { name: 'Register' })).toBeVisible();
    await expect(filter).not.toBeFocused();
    await keys.press('Control+k');
    await expect(one.page.getByRole('combobox', { name: 'Find anything' })).toBeFocused();
  });
});
