import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AppUpdater } from 'electron-updater';
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider.js';
import type { Release } from './release.ts';

/**
 * Downloads a verified release and has it installed when the program ends. The updater is given the verified metadata itself and asks no server
 * for any: what was signed is what it compares the download with (SHA-512).
 */
export async function installAtQuit(release: Release, address: string): Promise<void> {
  // Loaded here alone: without an address nothing of it runs.
  const { default: updaters } = await import('electron-updater');
  const updater: AppUpdater = updaters.autoUpdater;
  class VerifiedProvider extends updaters.Provider<Release> {
    constructor(_options: unknown, _updater: AppUpdater, runtime: ProviderRuntimeOptions) {
      super(runtime);
    }

    override async getLatestVersion(): Promise<Release> {
      return release;
    }

    override resolveFiles({ files }: Release): { url: URL; info: Release['files'][number] }[] {
      return files.map((info) => ({ url: new URL(info.url, address), info }));
    }
  }
  updater.updateConfigPath = join(dirname(fileURLToPath(import.meta.url)), 'app-update.yml');
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = true;
  updater.allowDowngrade = false;
  updater.disableWebInstaller = true;
  updater.disableDifferentialDownload = true;
  updater.logger = null;
  updater.setFeedURL({ provider: 'custom', updateProvider: VerifiedProvider as never });
  await updater.checkForUpdates();
  await updater.downloadUpdate();
}
