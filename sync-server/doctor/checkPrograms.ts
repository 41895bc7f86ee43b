import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { KNOWN_VERSION } from '../storage/sqliteSchema.ts';
import { type Diagnosis, failed, fine, warning } from './diagnosis.ts';

/** The first that runs TypeScript without a flag. */
const NEEDED_NODE = 24;

export function checkVersions(muster: string): Diagnosis {
  const { node, sqlite } = process.versions;
  const text = `Muster ${muster}, Node ${node}, SQLite ${sqlite ?? 'unknown'}, ${process.platform} ${process.arch}.`;
  if (Number(node.split('.')[0]) >= NEEDED_NODE) return fine('versions', text);
  return failed('versions', text, `Run it on Node ${NEEDED_NODE} or later: npm scripts do so by themselves.`);
}

/**
 * The format of the store, read from the file's own header (sqlite.org/fileformat2.html, 1.3: the user version is at byte 60).
 * A server that runs has taken it over already.
 */
export function checkStoreFormat(store: string): Diagnosis {
  const format = storeFormat(store);
  if (format === undefined) return fine('store', 'There is no store yet; the first start makes one.');
  if (format === 'damaged') return failed('store', `${store} is no store.`, 'Restore it from a backup, or choose another --data.');
  if (format > KNOWN_VERSION)
    return failed(
      'store',
      `The store has format ${format}; this program knows ${KNOWN_VERSION}.`,
      'Update Muster: an older one must not write it.',
    );
  if (format < KNOWN_VERSION)
    return warning(
      'store',
      `The store has format ${format}; the next start takes it to ${KNOWN_VERSION}.`,
      'Back it up first: there is no way back.',
    );
  return fine('store', `The store has format ${format}, which is this program’s.`);
}

export function storeFormat(store: string): number | 'damaged' | undefined {
  if (!existsSync(store)) return undefined;
  const header = Buffer.alloc(64);
  const file = openSync(store, 'r');
  try {
    const length = readSync(file, header, 0, 64, 0);
    if (length === 0) return undefined;
    return header.toString('latin1', 0, 15) === 'SQLite format 3' ? header.readUInt32BE(60) : 'damaged';
  } finally {
    closeSync(file);
  }
}

/** Neither is needed by a server. */
export function checkDesktop(electron: string | undefined, environment: NodeJS.ProcessEnv): Diagnosis {
  const browser = BROWSERS.find((name) => isOnPath(name, environment));
  const app = electron === undefined ? 'Electron’s program is not here, so the app opens in the browser' : 'Electron’s program is here';
  return fine('desktop', `${app}; ${browser === undefined ? 'no browser is on the path' : `${browser} is on the path`}.`);
}

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'firefox', 'microsoft-edge'];
const isOnPath = (name: string, { PATH = '' }: NodeJS.ProcessEnv): boolean =>
  PATH.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)));
