import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import type { AppServer } from '../support/appServer.ts';
import { accounts, followed, sourcesArguments, writeCsv } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';
import type { Steward } from './support/steward.ts';

const NAMES = { ana: 'Ana Ruiz', ben: 'Ben Marsh', cleo: 'Cleo Park' } as const;

const list = (one: Steward): Locator => one.page.getByRole('navigation', { name: 'People, invitations and keys' });
const pane = (one: Steward): Locator => one.page.getByRole('region', { name: 'Marked line' });

/** Makes an invitation on the Team screen and gives its link. */
async function invite(admin: Steward, label: string, role: string, remit?: string): Promise<string> {
  await admin.go('Team');
  await admin.page.keyboard.press('n');
  await admin.page.getByLabel('Who is it for').fill(label);
  await admin.page.getByLabel('Role', { exact: true }).selectOption({ label: role });
  if (remit !== undefined) await admin.page.getByLabel('May edit').fill(remit);
  await admin.page.getByRole('button', { name: 'Make a link' }).click();
  const link = await admin.page.getByLabel('Invitation link').inputValue();
  await admin.savedHere(0);
  return link;
}

async function mark(one: Steward, name: string | RegExp): Promise<void> {
  await one.go('Team');
  await list(one).getByRole('button', { name }).first().click();
}

const startWithCode = async (page: Page): Promise<string> => {
  await page.getByRole('button', { name: 'I use Muster already on another device' }).click();
  const code = page.getByRole('region', { name: 'Code of this device' });
  await expect(code.getByRole('heading', { name: 'Type this code on your other device' })).toBeVisible();
  return (await code.locator('p').first().textContent())?.replace(/\s/g, '') ?? '';
};

interface ListedDevice {
  readonly person: string;
  readonly device: string;
}

/** The key of the device that somebody added last, as the command line lists it. */
async function lastDeviceOf(server: AppServer, name: string): Promise<string> {
  const { stdout } = await server.muster('devices', '--format', 'json');
  const device = (JSON.parse(stdout) as ListedDevice[]).filter(({ person }) => person === name).at(-1)?.device;
  if (device === undefined) throw new Error(`${name} has no device`);
  return device;
}

test('[TRU59] [TRU61] [TRU62] [TRU64] [TRU58] two administrators and a steward: invite, join, remit, role, another device, a lost one', async ({
  serve,
  folder,
  newSteward,
  noise,
}, info) => {
  const path = join(folder, 'list.csv');
  writeCsv(path, accounts(8));
  const server = await serve({ args: sourcesArguments(folder, [followed('list', path)]) });
  await server.muster('discover');
  const [local, ana, ben, cleo] = [await newSteward(), await newSteward(), await newSteward(), await newSteward()];
  await local.launch(server.launchLink());
  await expect(local.row('svc-001')).toBeVisible();

  await test.step('an administrator is invited, and invites in turn', async () => {
    const link = await invite(local, NAMES.ana, 'Administrator');
    expect(link).toMatch(/#join=[\w-]+&key=[0-9a-f]{64}$/);
    await ana.join(link, NAMES.ana);
    await ana.go('Team');
    await expect(list(ana)).toContainText(`${NAMES.ana} (you)`);
  });

  await test.step('a remit says while it is typed how much it covers, and what is wrong with it', async () => {
    await ana.page.keyboard.press('n');
    await ana.page.getByLabel('Who is it for').fill(NAMES.cleo);
    const remit = ana.page.getByLabel('May edit');
    await expect(ana.page.getByText('Everything: 8 identities now.')).toBeVisible();
    await remit.fill('row.name == "svc-001"');
    await expect(ana.page.getByText('Covers 1 identity now.')).toBeVisible();
    await remit.fill('row.name ==');
    await expect(ana.page.getByText(/does not compile/)).toBeVisible();
    await expect(ana.page.getByRole('button', { name: 'Make a link' })).toHaveAttribute('aria-disabled', 'true');
    await ana.page.screenshot({ path: info.outputPath('invite.png') });
    await remit.fill('row.name == "svc-001"');
    await expect(ana.page.getByText('Covers 1 identity now.')).toBeVisible();
    await ana.page.getByRole('button', { name: 'Make a link' }).click();
    const link = await ana.page.getByLabel('Invitation link').inputValue();
    await expect(list(ana)).toContainText(`made by ${NAMES.ana}`);
    await cleo.join(link, NAMES.cleo);
    await expect(list(ana)).toContainText(NAMES.cleo);
    await expect(list(ana)).not.toContainText(`made by ${NAMES.ana}`);
  });

  await test.step('what she may not do is disabled with the reason', async () => {
    await cleo.go('Team');
    const invitation = cleo.page.getByRole('button', { name: /^Invite/ });
    await expect(invitation).toHaveAttribute('aria-disabled', 'true');
    await expect(invitation).toHaveAttribute('title', /needs an approver or an administrator/);
    await cleo.page.keyboard.press('n');
    await expect(cleo.page.getByRole('form', { name: 'Invite a colleague' })).toBeHidden();
    await mark(cleo, NAMES.ana);
    await expect(pane(cleo).getByRole('button', { name: /Take out of use/ })).toHaveAttribute('title', /Only an administrator/);
  });

  await test.step('a role change is seen live, and bounds what can be done', async () => {
    await mark(ana, NAMES.cleo);
    await ana.page.keyboard.press('e');
    await pane(ana).getByLabel('Role', { exact: true }).selectOption({ label: 'Reader' });
    await ana.page.screenshot({ path: info.outputPath('role.png') });
    await pane(ana)
      .getByRole('button', { name: /Sign the change/ })
      .click();
    await expect(cleo.page.getByRole('region', { name: 'What you may do' })).toContainText('You are a reader');
    await mark(ana, NAMES.cleo);
    await ana.page.keyboard.press('e');
    await pane(ana).getByLabel('Role', { exact: true }).selectOption({ label: 'Steward' });
    await pane(ana)
      .getByRole('button', { name: /Sign the change/ })
      .click();
    await expect(cleo.page.getByRole('region', { name: 'What you may do' })).toBeHidden();
  });

  await test.step('a second device by its code: a wrong code is said, the right one shows what to compare', async () => {
    await ben.page.goto(server.address);
    const code = await startWithCode(ben.page);
    await ben.page.screenshot({ path: info.outputPath('code.png') });
    await cleo.go('Team');
    await cleo.page.keyboard.press('d');
    const typed = cleo.page.getByLabel('Code', { exact: true });
    await typed.fill('00000-00000');
    await typed.press('Enter');
    await expect(cleo.page.getByText('No device shows this code.')).toBeVisible();
    await typed.fill(code.toLowerCase());
    await typed.press('Enter');
    const key = (await pane(cleo).locator('dd').nth(1).textContent()) ?? 'no key';
    await expect(ben.page.getByText(key)).toBeVisible();
    await cleo.page.screenshot({ path: info.outputPath('confirm.png') });
    await cleo.page.getByRole('button', { name: /They are the same/ }).click();
    await ben.isOnline();
    await expect(ben.page.getByText(`${NAMES.cleo} · steward`)).toBeVisible();
    await ana.go('Team');
    await expect(list(ana).getByRole('button', { name: NAMES.cleo })).toContainText('2 devices');
  });

  await test.step('the last administrator stays: that is said before', async () => {
    const guard = await server.muster('devices', '--format', 'json');
    expect(guard.code).toBe(0);
    await mark(local, /\(you\)/);
    await expect(pane(local).getByRole('region', { name: 'Devices' })).toContainText('here now');
    await local.page.screenshot({ path: info.outputPath('team.png') });
  });

  await test.step('a lost device is taken out of use while it is away: told, and what it had not sent is still there', async () => {
    await mark(ana, NAMES.cleo);
    await pane(ana)
      .getByRole('button', { name: /Take out of use/ })
      .last()
      .click();
    await expect(ana.page.getByRole('dialog')).toContainText('0 earlier ones stay');
    await ana.page.screenshot({ path: info.outputPath('revoke.png') });
    await ana.page.keyboard.press('Escape');
    const key = await lastDeviceOf(server, NAMES.cleo);
    noise.expectServerDown();
    await server.stop();
    await ben.isOffline();
    await ben.go('Register');
    await ben.setField('svc-001', 'Purpose', 'Said on the lost device');
    await ben.savedHere(1);
    expect(await server.muster('revoke', key, '--why', 'lost')).toMatchObject({ code: 0 });
    await server.start();
    await expect(ben.page.getByRole('alert', { name: 'Taken out of use' })).toContainText('1 change was not on the server yet');
    await expect(ben.field('Purpose')).toContainText('Said on the lost device');
    await ben.page.screenshot({ path: info.outputPath('taken-out.png') });
    await cleo.isOnline();
    await ana.isOnline();
  });

  await test.step('a device that is open loses its connection within 5 seconds', async () => {
    await mark(ana, NAMES.cleo);
    const before = Date.now();
    await pane(ana)
      .getByRole('button', { name: /Take out of use/ })
      .first()
      .click();
    await ana.page.getByRole('dialog').getByRole('button', { name: 'Take out of use' }).click();
    await expect(cleo.page.getByRole('alert', { name: 'Taken out of use' })).toBeVisible({ timeout: 5_000 });
    expect(Date.now() - before).toBeLessThan(5_000);
  });
});

test('[TRU60] two administrators change one role while one is away: the later is told, and offered to do it again', async ({
  serve,
  newSteward,
  noise,
}, info) => {
  const server = await serve();
  const [local, ana, cleo] = [await newSteward(), await newSteward(), await newSteward()];
  await local.launch(server.launchLink());
  await ana.join(await invite(local, NAMES.ana, 'Administrator'), NAMES.ana);
  await cleo.join(await invite(local, NAMES.cleo, 'Steward'), NAMES.cleo);
  await mark(ana, NAMES.cleo);
  noise.expectServerDown();
  await server.stop();
  await ana.isOffline();
  const change = async (one: Steward, role: string): Promise<void> => {
    await mark(one, NAMES.cleo);
    await one.page.keyboard.press('e');
    await pane(one).getByLabel('Role', { exact: true }).selectOption({ label: role });
    await pane(one)
      .getByRole('button', { name: /Sign the change/ })
      .click();
  };
  await change(ana, 'Approver');
  const proposals = ana.page.getByRole('region', { name: 'Proposed by this device' });
  await expect(proposals).toContainText(`${NAMES.cleo} becomes approver`);
  await expect(list(ana).getByRole('button', { name: NAMES.cleo })).toContainText('Steward');
  await ana.page.screenshot({ path: info.outputPath('proposed.png') });
  expect(await server.muster('role', NAMES.cleo, 'reader')).toMatchObject({ code: 0 });
  await server.start();
  await expect(proposals).toContainText('Not made, it was changed meanwhile');
  await expect(proposals).toContainText(`${NAMES.cleo} is reader`);
  await ana.page.screenshot({ path: info.outputPath('overtaken.png') });
  await proposals.getByRole('button', { name: 'Make it again' }).click();
  await local.go('Team');
  await expect(list(local).getByRole('button', { name: NAMES.cleo })).toContainText('Approver');
  await expect(proposals).toBeHidden();
});
