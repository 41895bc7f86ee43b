import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * One process a data directory, also when two start at the same moment and when the last one was killed. The store itself is locked too
 * (`locking_mode=EXCLUSIVE`); this lock can say who holds it.
 * @returns the process that holds the lock, or undefined when it is ours now.
 */
export function takeLock(path: string): number | undefined {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (createWhole(path)) return undefined;
    const text = textOf(path);
    const holder = holderIn(text);
    if (holder !== undefined && isAlive(holder.pid, holder.started)) return holder.pid;
    if (text !== undefined) takeOver(path, text);
  }
  return holderIn(textOf(path))?.pid ?? 0;
}

/** Who is written into the lock, and whether that process still runs. */
export function lockHolder(path: string): { readonly pid: number; readonly alive: boolean } | undefined {
  const holder = holderIn(textOf(path));
  return holder && { pid: holder.pid, alive: isAlive(holder.pid, holder.started) };
}

const asideOf = (path: string): string => `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** Appears with its content or not at all: a lock that is seen empty would look like a dead process's. */
function createWhole(path: string): boolean {
  const text = `${process.pid} ${processStart(process.pid) ?? ''}\n`;
  const aside = asideOf(path);
  writeFileSync(aside, text, { mode: 0o600 });
  try {
    linkSync(aside, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    return createWithoutLinks(path, text);
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Some network and removable file systems have no hard links. */
function createWithoutLinks(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A dead process's lock is renamed away. What was renamed may be a newer lock, of one that was quicker: then it goes back. */
function takeOver(path: string, judged: string): void {
  const aside = asideOf(path);
  try {
    renameSync(path, aside);
    if (textOf(aside) !== judged) linkSync(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function holderIn(text: string | undefined): { pid: number; started: string } | undefined {
  const [pid, started = ''] = (text ?? '').trim().split(' ');
  return Number.isInteger(Number(pid)) && Number(pid) > 0 ? { pid: Number(pid), started } : undefined;
}

/** A pid alone may have been given to another process since: where the system tells start times they must agree. */
function isAlive(pid: number, started: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const now = processStart(pid);
  return started === '' || now === undefined || now === started;
}

/** Field 22 of /proc/<pid>/stat (clock ticks since boot); undefined where there is no /proc. */
function processStart(pid: number): string | undefined {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return undefined;
  try {
    const text = readFileSync(path, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
