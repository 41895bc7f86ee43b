import { checkForUpdate } from './checkForUpdate.ts';
import type { Desktop } from './facade.ts';
import { RELEASE_KEY } from './releaseKey.ts';

/** The person asked for it: whatever comes of it is said. Nothing is downloaded or installed before they say yes. */
export async function offerUpdate(desktop: Desktop, key: string | undefined = RELEASE_KEY, policyPath?: string): Promise<void> {
  const found = await checkForUpdate(desktop, key, policyPath);
  if (!found.ok) return void (await desktop.tell('No update', `${found.error.message}. ${found.error.wayOut}`));
  const { release, address } = found.value;
  const question = `Muster ${release.version} is signed by its release key. Download it now and install it when you quit?`;
  if (!(await desktop.ask('A new version', question, 'Download'))) return;
  try {
    await desktop.installAtQuit(release, address);
    await desktop.tell('The update is ready', `Muster ${release.version} is installed when you quit.`);
  } catch {
    await desktop.tell('No update', 'The update could not be downloaded whole, so nothing is installed. Try again later.');
  }
}
