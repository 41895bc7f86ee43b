import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { type Millis, toInstant } from '../../shared/base/time.ts';
import type { SignedRestore } from '../../shared/model/status.ts';
import { checkStore } from '../check/checkStore.ts';
import { dataPaths } from '../core/dataDirectory.ts';
import { createVerify, loadSigner } from '../core/keys.ts';
import { nextEpoch, readServerKeys, readStoredRestores, signRestore, storedRestoresOf } from '../core/restores.ts';
import { SqliteStorage } from '../storage/sqliteStorage.ts';
import type { BackupManifest } from './backupFormat.ts';
import { readBackup } from './readBackup.ts';

type Progress = (what: string) => void;

/**
 * Makes a data directory of a backup, in which the ledger goes on in a new epoch after the last place that the backup has. Everything is
 * looked at before; until all of it is on disk the directory says that it is unfinished, and no server starts on it.
 * @param data a new or an empty directory.
 */
export async function restoreBackup(
  file: string,
  data: string,
  clock: () => Millis,
  progress: Progress,
): Promise<Result<SignedRestore, string>> {
  const isNew = !existsSync(data);
  if (!isNew && (await readdir(data)).length > 0) return err(`The directory ${data.slice(-200)} is not empty`);
  const paths = dataPaths(data);
  try {
    await mkdir(paths.uploads, { recursive: true, mode: 0o700 });
    await writeFile(paths.unfinished, '', { flush: true });
    progress('Unpacking the backup');
    const manifest = await readBackup(file, data, createVerify());
    const restored = manifest.ok ? await goOn(paths, manifest.value, clock, progress) : manifest;
    if (restored.ok) await rm(paths.unfinished);
    else await forget(data, isNew);
    return restored;
  } catch (error) {
    await forget(data, isNew);
    const { code } = error as NodeJS.ErrnoException;
    return err(
      code === 'ENOSPC' || code === 'EDQUOT' ? 'The disk is full' : `The backup cannot be restored there: ${code ?? String(error)}`,
    );
  }
}

/** Nothing of a backup that was refused stays. */
async function forget(data: string, isNew: boolean): Promise<void> {
  if (isNew) return rm(data, { recursive: true, force: true });
  for (const name of await readdir(data)) await rm(join(data, name), { recursive: true, force: true });
}

async function goOn(
  paths: ReturnType<typeof dataPaths>,
  manifest: BackupManifest,
  clock: () => Millis,
  progress: Progress,
): Promise<Result<SignedRestore, string>> {
  const storage = new SqliteStorage(paths.store);
  try {
    const report = await checkStore(storage, createVerify(), progress);
    if (report.damage.length > 0) return err(`The backup is damaged: ${report.damage[0]}`);
    const key = [paths.serverKey, paths.nextServerKey].find((path) => existsSync(path) && loadSigner(path).publicKey === report.serverKey);
    if (key === undefined || report.serverKey !== manifest.serverKey) return err('The keys in the backup are not those of its ledger');
    const { place, root, space } = manifest;
    const known = await readStoredRestores(storage, space, await readServerKeys(storage), createVerify());
    const epoch = nextEpoch(known.at(-1)?.epoch ?? 0, clock);
    const restore = await signRestore(loadSigner(key), space, { epoch, at: place, root, time: toInstant(clock()) });
    // The head that was signed last may be of what the backup lacks.
    await storage.write({ meta: { ...storedRestoresOf([...known, restore]), head: 'null' } });
    return ok(restore);
  } finally {
    await storage.close();
  }
}
