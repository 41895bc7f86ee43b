import { join } from 'node:path';
import { writeCertificates } from '../../../sync-server/cli/sample/certificates.ts';
import type { AppServer, AppServerOptions } from '../../support/appServer.ts';
import { accounts, followed, sourcesArguments, writeCsv } from './estate.ts';
import { expect } from './musterTest.ts';
import type { Steward } from './steward.ts';

/** A team's register with two sources; what people said of it comes from the test. */
export async function serveTeam(folder: string, serve: (options: AppServerOptions) => Promise<AppServer>, count = 12): Promise<AppServer> {
  const [path, certificates] = [join(folder, 'list.csv'), join(folder, 'certificates')];
  writeCsv(path, accounts(count));
  await writeCertificates(certificates, Date.now());
  const sources = [followed('list', path), { id: 'certificates', kind: 'x509', paths: [certificates] }];
  const server = await serve({ args: sourcesArguments(folder, sources) });
  await server.muster('discover');
  return server;
}

/** Made by the command line, as an auditor's counterpart does. @returns the path of the file. */
export async function createSnapshot(server: AppServer, folder: string, name = 'november.muster', ...more: string[]): Promise<string> {
  const path = join(folder, name);
  const made = await server.muster('snapshot', 'create', '-o', path, ...more);
  expect(made, made.stderr).toMatchObject({ code: 0 });
  return path;
}

/** Opens it by the palette, and waits until everything in it is there. */
export async function openSnapshot({ page }: Steward, path: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find anything' }).fill('open snapshot');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('option', { name: /Open snapshot/ }).click();
  await (await chooser).setFiles(path);
}

export const band = ({ page }: Steward) => page.getByRole('region', { name: 'Snapshot', exact: true });
export const slider = ({ page }: Steward) => page.getByRole('slider', { name: 'Place in the ledger' });

/** Moves by keys from where it is, and waits until that place is shown. */
export async function goToPlace(one: Steward, place: number): Promise<void> {
  const range = slider(one);
  await range.focus();
  for (let at = Number(await range.inputValue()); at !== place; at = Number(await range.inputValue())) {
    const key = place - at >= 10 ? 'PageUp' : at - place >= 10 ? 'PageDown' : place > at ? 'ArrowRight' : 'ArrowLeft';
    await range.press(key);
  }
  await expect(band(one)).toContainText(`place ${place} of`);
}
