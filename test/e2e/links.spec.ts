import AxeBuilder from '@axe-core/playwright';
import type { DeepLink } from '../../shared/bridge/deepLink.ts';
import { desktopHost, offerLink } from './support/desktopHost.ts';
import { accounts, followed, sourcesArguments, writeNdjson } from './support/estate.ts';
import { expect, test } from './support/musterTest.ts';

const KEY = '0123456789abcdef'.repeat(4);
const join = (server: string): DeepLink => ({ kind: 'join', server, token: 'token-of-an-invitation', key: KEY });

test('[DSK9] the window asks before it follows a link, and does not swap the question for another', async ({
  serve,
  folder,
  newSteward,
}, info) => {
  const path = `${folder}/iam.ndjson`;
  writeNdjson(path, accounts(3));
  const server = await serve({ args: sourcesArguments(folder, [followed('iam', path)]) });
  await server.muster('discover');
  const one = await newSteward();
  const { page } = one;
  const calls = await desktopHost(page);
  await one.launch(server.launchLink());
  await expect(one.row('svc-001')).toBeVisible();
  const dialog = page.getByRole('dialog');

  await test.step('an invitation shows where it leads; another one waits until this is answered', async () => {
    await offerLink(page, join('https://muster.example.org'));
    await expect(dialog).toContainText('https://muster.example.org');
    await expect(dialog).toContainText('0123 4567 89ab cdef');
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: info.outputPath(`join-${scheme}.png`) });
      expect((await new AxeBuilder({ page }).include('[role=dialog]').setLegacyMode().analyze()).violations).toEqual([]);
    }
    await offerLink(page, join('https://evil.example'));
    await expect(dialog).toContainText('https://muster.example.org');
    expect(calls.opened).toEqual([]);
    await page.getByRole('button', { name: 'Not now' }).click();
    await expect(dialog).toContainText('https://evil.example');
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    expect([calls.opened, calls.spaces.length], 'nothing is opened or joined unasked').toEqual([[], 1]);
  });

  await test.step('an identity of this register is shown when the person says so, of another register never', async () => {
    const listed = await server.muster('list', '--format', 'json');
    const [{ id }] = JSON.parse(listed.stdout) as [{ id: string }];
    const { space } = (await (await fetch(`${server.address}/api/space`)).json()) as { space: string };
    await offerLink(page, { kind: 'open', space: 'f'.repeat(32), id } as DeepLink);
    await expect(dialog).toContainText('another register');
    await expect(page.getByRole('button', { name: 'Show it' })).toHaveCount(0);
    await page.getByRole('button', { name: 'Close' }).last().click();
    await expect(dialog).toBeHidden();
    await offerLink(page, { kind: 'open', space, id } as DeepLink);
    await page.getByRole('button', { name: 'Not now' }).click();
    await expect(page).not.toHaveURL(new RegExp(id));
    await expect(dialog).toBeHidden();
    await offerLink(page, { kind: 'open', space, id } as DeepLink);
    await page.getByRole('button', { name: 'Show it' }).click();
    await expect(page).toHaveURL(new RegExp(`#/register/${id}`));
  });
});
