import { existsSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dataPaths } from '../core/dataDirectory.ts';
import { type Diagnosis, failed, fine, warning } from './diagnosis.ts';

/** What only the server's user may read: keys, the store, the command line's secret, and settings that name secrets. */
const PRIVATE = ['serverKey', 'localKey', 'store', 'server', 'settings'] as const;

/** The data directory and each file in it that others must not read. */
export function checkPermissions(data: string): Diagnosis[] {
  if (!existsSync(data)) return [fine('permissions', `${data} does not exist yet; the first start makes it for this user alone.`)];
  const paths = dataPaths(data);
  if (process.platform === 'win32') return [fine('permissions', 'On Windows the rights of the folder decide; they are not looked at.')];
  const files = PRIVATE.map((name) => paths[name]).filter((path) => existsSync(path));
  return [owner(data), mode('permissions', data), ...files.map((path) => mode('permissions', path))].filter(isNew);
}

/** One line for all that are well; each that is not has its own. */
const isNew = (one: Diagnosis, index: number, all: readonly Diagnosis[]): boolean =>
  one.verdict !== 'ok' || all.findIndex(({ check, verdict }) => check === one.check && verdict === 'ok') === index;

function owner(data: string): Diagnosis {
  const { uid } = statSync(data);
  const own = process.getuid?.() ?? uid;
  if (uid === own) return fine('owner', `${data} belongs to ${userInfo().username}, who runs this.`);
  return warning(
    'owner',
    `${data} belongs to user ${uid}, and this runs as user ${own}.`,
    `Run commands as that user: sudo -u '#${uid}' muster …`,
  );
}

function mode(check: string, path: string): Diagnosis {
  const found = statSync(path);
  const text = (found.mode & 0o777).toString(8).padStart(4, '0');
  if ((found.mode & 0o077) === 0) return fine(check, 'The data directory, its keys and its store are for their user alone.');
  const wanted = found.isDirectory() ? '700' : '600';
  return failed(
    check,
    `Others may reach ${path} (mode ${text}).`,
    `Run chmod ${wanted} on it. A key that others could read must be replaced.`,
  );
}
