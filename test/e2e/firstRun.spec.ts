import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { leakedIn, plantCanaries } from '../support/canaries.ts';
import { storedText } from './support/browserStorage.ts';
import { filesBelow } from './support/filesBelow.ts';
import { expect, test } from './support/musterTest.ts';

test('[OBS35] [OBS36] the first screen says what this computer holds; what is added is in the register, and no secret is anywhere', async ({
  serve,
  folder,
  newSteward,
}) => {
  const home = join(folder, 'home');
  mkdirSync(home);
  const planted = plantCanaries(home, (length) => new Uint8Array(randomBytes(length)));
  expect(planted.canaries.length).toBeGreaterThanOrEqual(100);
  // With a display this is somebody's own computer; the window itself is the test's.
  const server = await serve({ environment: { HOME: home, XDG_CONFIG_HOME: '', DISPLAY: ':99' } });
  const one = await newSteward();
  const { page } = one;
  const seen: string[] = [];
  const look = async (): Promise<void> => void seen.push(await page.content());
  await one.launch(server.launchLink());

  const title = page.getByRole('heading', { name: /^Found on this computer: \d+ credentials in \d+ places\.$/ });
  await test.step('the dry run is shown, and nothing is written yet', async () => {
    await expect(title).toBeVisible();
    await expect(one.main).toContainText('Read: names, paths, dates, public fingerprints. Never read into Muster: values.');
    await expect(one.main).toContainText('Kept on this device only; never shared with a team unless you choose to.');
    const { stdout } = await server.muster('list', '--format', 'json');
    expect(JSON.parse(stdout)).toEqual([]);
    await look();
  });

  await test.step('what was looked at', async () => {
    await page.getByRole('button', { name: /What was looked at/ }).click();
    const places = page.getByRole('region', { name: 'What was looked at' });
    for (const place of ['.ssh', '.aws', '.npmrc', '.docker', '.kube', '.git-credentials']) await expect(places).toContainText(place);
    await look();
  });

  await test.step('known hosts and files without a credential are not listed', async () => {
    await expect(page.getByRole('region').filter({ hasText: 'known_hosts' })).toHaveCount(0);
  });

  const words = await page.getByRole('button', { name: /^Add \d+/ }).textContent();
  const count = Number(/Add (\d+) to my register/.exec(words ?? '')?.[1]);
  await test.step('Enter adds them', async () => {
    expect(count).toBeGreaterThan(20);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press('Enter');
    await expect(page.getByText(/\d+ identities · \d+ credentials/)).toBeVisible();
    await expect(page.getByRole('row')).not.toHaveCount(1);
    await look();
  });

  await test.step('the real credentials are in the register', async () => {
    const rows = JSON.parse((await server.muster('list', '--format', 'json')).stdout) as { name: string }[];
    expect(rows.length).toBeGreaterThan(10);
    await one.filter('AWS profile');
    await expect(one.row('AWS profile payments')).toBeVisible();
    await look();
    await one.peekAt('AWS profile payments');
    await expect(one.peek).toContainText('AKIACANARY');
    await look();
    for (const screen of ['Sources', 'Activity', 'Inbox', 'People'] as const) {
      await one.go(screen);
      await look();
    }
  });

  await test.step('no secret on a screen, on this device, or in the data directory', async () => {
    expect(leakedIn(seen.join('\n'), planted.canaries)).toEqual([]);
    const stored = await storedText(page);
    expect(stored).toContain('AKIACANARY');
    expect(leakedIn(stored, planted.canaries)).toEqual([]);
    await server.stop();
    const files = filesBelow(server.data);
    expect(files.some(({ text }) => text.includes('AKIACANARY'))).toBe(true);
    expect(files.flatMap(({ path, text }) => leakedIn(text, planted.canaries).map((at) => `${path}: ${at}`))).toEqual([]);
  });
});

test('with no display no home is looked into: four choices and the address', async ({ serve, newSteward }) => {
  const server = await serve();
  const one = await newSteward();
  await one.launch(server.launchLink());
  for (const choice of ['Drop a spreadsheet', 'Look at a computer', 'Add a source', 'Open the sample estate'])
    await expect(one.main.getByRole('button', { name: choice })).toBeVisible();
  await expect(one.main).toContainText(server.address);
});
