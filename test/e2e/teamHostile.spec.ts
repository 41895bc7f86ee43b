import { createHash, randomBytes } from 'node:crypto';
import type { Locator } from '@playwright/test';
import { HOUR, toInstant } from '../../shared/base/time.ts';
import type { HashHex } from '../../shared/model/entry.ts';
import { waitingDevice } from '../../shared/wire/team.ts';
import type { AppServer } from '../support/appServer.ts';
import { askForConfirmation, confirmation } from '../support/confirmation.ts';
import { newSigner, TestDevice } from '../support/testClient.ts';
import { expectHarmless } from './support/expectHarmless.ts';
import { HOSTILE_NAMES, LONG } from './support/hostileText.ts';
import { expect, test } from './support/musterTest.ts';
import type { Steward } from './support/steward.ts';

/** A name that an entry may hold is any text without halves of characters: those are no canonical JSON. */
const NAMES = Object.entries(HOSTILE_NAMES).filter(([, name]) => name.isWellFormed());
const list = (one: Steward): Locator => one.page.getByRole('navigation', { name: 'People, invitations and keys' });
const pane = (one: Steward): Locator => one.page.getByRole('region', { name: 'Marked line' });

/** An invitation as an administrator's own program may make it: with any label. @returns the link's fragment. */
async function invited(admin: TestDevice, label: string): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  const tokenHash = createHash('sha256').update(token).digest('hex') as HashHex;
  const expires = toInstant(Date.now() + HOUR);
  const [placed] = await admin.commit([{ kind: 'invite', tokenHash, role: 'steward', remit: 'true', expires, label }]);
  expect(placed?.receipt.void).toBeUndefined();
  return `#join=${token}`;
}

/** The register's administrator, as a program of their own. */
async function ownProgram(server: AppServer, admin: Steward): Promise<TestDevice> {
  await admin.go('Team');
  await admin.page.keyboard.press('n');
  await admin.page.getByLabel('Who is it for').fill('program');
  await admin.page.getByLabel('Role', { exact: true }).selectOption({ label: 'Administrator' });
  await admin.page.getByRole('button', { name: 'Make a link' }).click();
  const link = await admin.page.getByLabel('Invitation link').inputValue();
  await admin.savedHere(0);
  const fragment = new URL(link).hash;
  return (await TestDevice.enrol(`${server.address}/${fragment}`, { personName: 'Program', label: 'program' })).connect();
}

test('[UI12] [TRU62] hostile names of people, devices and invitations are shown harmlessly, and nobody poses as somebody else', async ({
  serve,
  newSteward,
}, info) => {
  const server = await serve();
  const [admin, member] = [await newSteward(), await newSteward()];
  await admin.launch(server.launchLink());
  const program = await ownProgram(server, admin);
  try {
    for (const [kind, name] of NAMES) {
      const joined = await TestDevice.enrol(`${server.address}/${await invited(program, name)}`, { personName: name, label: name });
      expect(joined.person, kind).toBeTruthy();
      await invited(program, name);
    }
    await invited(program, LONG);
    await confirmLong(program);

    await test.step('every line of Team, and what it shows at the right', async () => {
      await admin.go('Team');
      const lines = list(admin).getByRole('button');
      await expect(lines).toHaveCount(2 + NAMES.length + NAMES.length + 1 + 2);
      await expectHarmless(admin.page);
      for (const line of await lines.all()) {
        await line.click();
        await expectHarmless(admin.page);
      }
      await look(admin, (scheme) => info.outputPath(`team-hostile-${scheme}.png`));
    });

    await test.step('a long label stays inside its line', async () => {
      for (const [name, shot] of [
        [/^LLLL/, 'long-invitation.png'],
        [/^Program/, 'long-device.png'],
      ] as const) {
        await list(admin).getByRole('button', { name }).first().click();
        await admin.page.screenshot({ path: info.outputPath(shot) });
        for (const region of [admin.page.locator('html'), list(admin), pane(admin)])
          expect(await region.evaluate((element) => element.scrollWidth <= element.clientWidth), `nothing sticks out: ${shot}`).toBe(true);
      }
    });

    await test.step('a change of role, the question before a device goes, and the choice of a person', async () => {
      for (const kind of ['script', 'proto', 'rightToLeft', 'controls'] as const) {
        await list(admin)
          .getByRole('button')
          .nth(2 + NAMES.findIndex(([each]) => each === kind))
          .click();
        await admin.page.keyboard.press('e');
        await expectHarmless(admin.page);
        await admin.page.keyboard.press('Escape');
        await pane(admin)
          .getByRole('button', { name: /Take out of use/ })
          .first()
          .click();
        await expect(admin.page.getByRole('dialog')).toBeVisible();
        await expectHarmless(admin.page);
        if (kind === 'rightToLeft') await admin.page.screenshot({ path: info.outputPath('revoke-hostile.png') });
        await admin.page.getByRole('dialog').getByRole('button', { name: 'Take out of use' }).click();
        await expect(admin.page.getByRole('dialog')).toBeHidden();
        await expectHarmless(admin.page);
        await admin.savedHere(0);
      }
    });

    await test.step('Activity, and the others’ screens', async () => {
      await admin.go('Activity');
      await expectHarmless(admin.page);
      const link = await invited(program, 'somebody');
      await member.page.goto(`${server.address}/${link}`);
      await member.page.getByLabel('Your name').fill(HOSTILE_NAMES.rightToLeft ?? '');
      await member.page.keyboard.press('Enter');
      await member.isOnline();
      await expectHarmless(member.page);
      await member.go('Team');
      await expectHarmless(member.page);
    });
  } finally {
    program.close();
  }
});

/** A device whose label is as long as an entry may hold. */
async function confirmLong(program: TestDevice): Promise<void> {
  const code = await askForConfirmation(program.address, program.space, await newSigner());
  const { body } = await program.request('GET', `/api/devices/requests/${code}`);
  const act = { ...confirmation(program, waitingDevice.parse(body)), label: LONG };
  const [placed] = await program.commit([act]);
  expect(placed?.receipt.void).toBeUndefined();
}

test('[TRU61] the last administrator is neither demoted nor taken out of use, and the screen says why', async ({
  serve,
  newSteward,
}, info) => {
  const server = await serve();
  const admin = await newSteward();
  await admin.launch(server.launchLink());
  await admin.go('Team');
  const lines = list(admin).getByRole('button');
  await lines.first().click();

  await test.step('no other role', async () => {
    await admin.page.keyboard.press('e');
    await pane(admin).getByLabel('Role', { exact: true }).selectOption({ label: 'Steward' });
    const change = pane(admin).getByRole('button', { name: /Sign the change/ });
    await expect(change).toHaveAttribute('aria-disabled', 'true');
    await expect(pane(admin).locator('form')).toContainText('The last administrator stays one: make somebody else an administrator first.');
    await look(admin, (scheme) => info.outputPath(`last-role-${scheme}.png`));
    await pane(admin).getByLabel('Role', { exact: true }).press('Enter');
    await expect(change).toBeVisible();
    await admin.page.keyboard.press('Escape');
    await admin.savedHere(0);
  });

  await test.step('the last device stays, once the others are out of use', async () => {
    const takers = pane(admin).getByRole('button', { name: /Take out of use/ });
    const others = pane(admin)
      .getByRole('listitem')
      .filter({ hasNotText: 'this device' })
      .getByRole('button', { name: /Take out of use/ });
    while ((await others.count()) > 0) {
      const before = await takers.count();
      await others.first().click();
      await admin.page.getByRole('dialog').getByRole('button', { name: 'Take out of use' }).click();
      await expect(takers).toHaveCount(before - 1);
    }
    await admin.savedHere(0);
    await expect(takers).toHaveCount(1);
    await expect(takers).toHaveAttribute('aria-disabled', 'true');
    const why = 'The last administrator’s device stays: make somebody else an administrator first.';
    await expect(pane(admin).getByRole('listitem').getByText(why).last()).toBeVisible();
    await look(admin, (scheme) => info.outputPath(`last-device-${scheme}.png`));
    await takers.click({ force: true });
    await expect(admin.page.getByRole('dialog')).toBeHidden();
  });

  await test.step('with another administrator both are possible', async () => {
    await admin.page.keyboard.press('n');
    await admin.page.getByLabel('Who is it for').fill('Ben');
    await admin.page.getByLabel('Role', { exact: true }).selectOption({ label: 'Administrator' });
    await admin.page.getByRole('button', { name: 'Make a link' }).click();
    const link = await admin.page.getByLabel('Invitation link').inputValue();
    await admin.savedHere(0);
    await TestDevice.enrol(`${server.address}/${new URL(link).hash}`, { personName: 'Ben' });
    await lines.first().click();
    await expect(pane(admin).getByRole('button', { name: /Take out of use/ })).toHaveAttribute('aria-disabled', 'false');
    await admin.page.keyboard.press('e');
    await pane(admin).getByLabel('Role', { exact: true }).selectOption({ label: 'Steward' });
    await pane(admin)
      .getByRole('button', { name: /Sign the change/ })
      .click();
    await expect(list(admin)).toContainText('Steward');
    await expect(admin.page.getByRole('button', { name: /^Invite/ })).toHaveAttribute('aria-disabled', 'true');
  });
});

async function look(one: Steward, path: (scheme: string) => string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await one.page.emulateMedia({ colorScheme });
    await one.page.screenshot({ path: path(colorScheme) });
  }
  await one.page.emulateMedia({ colorScheme: null });
}
