import { readFile, stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OPENED_BYTES, type OpenedFile } from '../shared/bridge/bridge.ts';
import type { Desktop } from './facade.ts';

/** The snapshot that the system asked this program to open. It is only carried to the page: a worker there reads what is in it. */
export class OpenedSnapshot {
  readonly #desktop: Desktop;
  #path: string | undefined;

  constructor(desktop: Desktop) {
    this.#desktop = desktop;
  }

  /** @returns whether one of these is a snapshot's path: options of the program and other files are not. */
  offer(launchArguments: readonly string[], folder: string): boolean {
    const path = launchArguments.map((each) => snapshotPath(each, folder)).find((each) => each !== undefined);
    this.#path = path ?? this.#path;
    return path !== undefined;
  }

  /** Hands it over once. What cannot be read is said by the system's own dialog, without the folder. */
  async take(): Promise<OpenedFile | undefined> {
    const path = this.#path;
    this.#path = undefined;
    if (path === undefined) return undefined;
    const name = basename(path);
    try {
      const { size } = await stat(path);
      if (size <= OPENED_BYTES) return { name, bytes: new Uint8Array(await readFile(path)) };
      this.#say(`The file ${name} is too large to be handed over. Drop it on the window instead.`);
    } catch {
      this.#say(`The file ${name} cannot be read.`);
    }
    return undefined;
  }

  #say(message: string): void {
    this.#desktop.showError('The snapshot was not opened', message);
  }
}

/** File managers of Linux hand over `file:` addresses (`%U` of a desktop entry), the others and people paths. */
function snapshotPath(text: string, folder: string): string | undefined {
  if (text.startsWith('-') || text.includes('\0')) return undefined;
  const path = /^file:/i.test(text) ? localPath(text) : resolve(folder, text);
  return path !== undefined && extname(path).toLowerCase() === '.muster' ? path : undefined;
}

/** @returns undefined for the file of another computer: asking for it would tell that one who is here. */
function localPath(address: string): string | undefined {
  try {
    return new URL(address).host === '' ? fileURLToPath(address) : undefined;
  } catch {
    return undefined;
  }
}
