import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { dataPaths, holdDataDirectory } from '../core/dataDirectory.ts';
import { createVerify, loadSigner } from '../core/keys.ts';
import { pageDamage, pageSumsPath } from '../storage/pageSums.ts';
import { SqliteStorage } from '../storage/sqliteStorage.ts';
import { type CheckReport, checkStore } from './checkStore.ts';

/**
 * Looks at a data directory that no server runs on: every byte of its store, and whether its key is the one of the store.
 * @returns in one line why it cannot be looked at at all.
 */
export async function checkDataDirectory(data: string, progress?: (what: string) => void): Promise<Result<CheckReport, string>> {
  const paths = dataPaths(data);
  if (!existsSync(paths.store)) return err(`There is no store in ${data.slice(-200)}.`);
  const held = holdDataDirectory(data);
  if (!held.ok) return err(held.error);
  try {
    return ok(await check(paths, progress));
  } finally {
    held.value.release();
  }
}

async function check(paths: ReturnType<typeof dataPaths>, progress: ((what: string) => void) | undefined): Promise<CheckReport> {
  progress?.('Looking at pages');
  const pages = pageDamage(paths.store);
  const kept = pages && pages.length > 0 ? readFileSync(pageSumsPath(paths.store)) : undefined;
  const inside = await checkInside(paths, progress);
  // Looking at a store closes it, and closing it takes what it holds for whole: what was found must be found again.
  if (kept) writeFileSync(pageSumsPath(paths.store), kept, { mode: 0o600 });
  const notes = pages
    ? []
    : [
        'The store was not closed since it was last written to, so that bytes which hold nothing cannot be judged. Start and stop the server once.',
      ];
  return { rows: inside.rows, damage: [...(pages ?? []), ...inside.damage], notes: [...notes, ...inside.notes] };
}

async function checkInside(paths: ReturnType<typeof dataPaths>, progress: ((what: string) => void) | undefined): Promise<CheckReport> {
  const storage = new SqliteStorage(paths.store);
  try {
    const report = await checkStore(storage, createVerify(), progress);
    return { ...report, damage: [...report.damage, ...keyDamage(paths, report.serverKey)] };
  } catch (error) {
    return { rows: 0, damage: [error instanceof Error ? error.message : 'The store cannot be opened.'], notes: [] };
  } finally {
    await storage.close().catch(() => undefined);
  }
}

/** Just after another key took over, its file may still have the name of the next one. */
function keyDamage(paths: ReturnType<typeof dataPaths>, expected: string | undefined): string[] {
  if (expected === undefined) return [];
  try {
    const files = [paths.serverKey, paths.nextServerKey].filter((path, index) => index === 0 || existsSync(path));
    return files.some((path) => loadSigner(path).publicKey === expected) ? [] : ['server-key.pem is not the key of this store'];
  } catch (error) {
    return [error instanceof Error ? error.message : 'server-key.pem cannot be read'];
  }
}
