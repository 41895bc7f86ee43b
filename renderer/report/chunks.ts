import { type ChunkEntry, chunkElement, REPORT_VERSION, type ReportHead } from '../../shared/snapshot/report/reportData.ts';

/** Why a report is not shown: never with words of the file itself. */
export class Damaged extends Error {}

/** A chunk that unpacks to more is a bomb: two thousand rows at their longest stay well under it. */
const LARGEST = 256 * 1_024 * 1_024;

function packedBytes(element: Element): Uint8Array<ArrayBuffer> {
  try {
    const text = atob((element.textContent ?? '').trim());
    const bytes = new Uint8Array(text.length);
    for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
    return bytes;
  } catch {
    throw new Damaged('A part of this report is not in base64.');
  }
}

function elementOf(name: string): Element {
  const element = document.getElementById(chunkElement(name));
  if (!element) throw new Damaged('A part of this report is missing: the file was cut off or changed.');
  return element;
}

/** @returns undefined where the browser has no WebCrypto: then nothing can be said. */
async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  if (globalThis.crypto?.subtle === undefined) return undefined;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Unpacks at most `size` bytes: what comes after is not even looked at. */
async function unpacked(bytes: Uint8Array<ArrayBuffer>, size: number): Promise<string> {
  if (!Number.isSafeInteger(size) || size < 0 || size > LARGEST) throw new Damaged('A part of this report claims to be too large.');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const texts: string[] = [];
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length;
      if (length > size) throw new Damaged('A part of this report unpacks to more than it says.');
      texts.push(decoder.decode(next.value, { stream: true }));
    }
    texts.push(decoder.decode());
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error instanceof Damaged ? error : new Damaged('A part of this report does not unpack.');
  }
  if (length !== size) throw new Damaged('A part of this report unpacks to less than it says.');
  return texts.join('');
}

async function parsed(element: Element, size: number, sha256: string): Promise<unknown> {
  const bytes = packedBytes(element);
  const digest = await digestOf(bytes);
  if (digest !== undefined && digest !== sha256)
    throw new Damaged('A part of this report is not what its list says: the file was changed.');
  try {
    return JSON.parse(await unpacked(bytes, size));
  } catch (error) {
    throw error instanceof Damaged ? error : new Damaged('A part of this report is not JSON.');
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object';
const isChunk = (value: unknown): value is ChunkEntry =>
  isRecord(value) && typeof value.name === 'string' && typeof value.size === 'number' && typeof value.sha256 === 'string';

function isHead(value: unknown): value is ReportHead {
  if (!isRecord(value) || value.v !== REPORT_VERSION) return false;
  const lists = [value.chunks, value.sources, value.leftOut, value.restores];
  const objects = [
    value.counts,
    value.everything,
    value.rows,
    value.details,
    value.changes,
    value.head,
    value.by,
    value.query,
    value.fields,
  ];
  return (
    lists.every(Array.isArray) &&
    objects.every(isRecord) &&
    (value.chunks as unknown[]).every(isChunk) &&
    [value.name, value.asOf, value.created, value.fingerprint, value.space].every((text) => typeof text === 'string') &&
    typeof value.now === 'number' &&
    typeof value.place === 'number'
  );
}

/** The chunk that lists all others. It can vouch for itself as little as any file can. */
export async function readHead(): Promise<ReportHead> {
  const element = elementOf('head');
  const value = await parsed(element, Number(element.getAttribute('data-size')), element.getAttribute('data-sha256') ?? '');
  if (!isHead(value)) throw new Damaged('The head of this report is not in a form that this page knows.');
  return value;
}

/** Chunks by name, each read when it is asked for. */
export class Chunks {
  private readonly byName: ReadonlyMap<string, ChunkEntry>;

  constructor(entries: readonly ChunkEntry[]) {
    this.byName = new Map(entries.map((entry) => [entry.name, entry]));
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }
  names(series: string): readonly string[] {
    return [...this.byName.keys()].filter((name) => name.startsWith(`${series}/`));
  }

  /** @throws Damaged */
  async read(name: string): Promise<unknown> {
    const entry = this.byName.get(name);
    if (!entry) throw new Damaged('A part of this report is missing: the file was cut off or changed.');
    return parsed(elementOf(name), entry.size, entry.sha256);
  }

  /** @throws Damaged unless it is a list. */
  async readList(name: string): Promise<readonly unknown[]> {
    const value = await this.read(name);
    if (!Array.isArray(value)) throw new Damaged('A part of this report is not a list.');
    return value;
  }

  /** Digests only: nothing is unpacked. @returns false for a chunk that is missing or was changed; undefined where digests cannot be computed. */
  async isWhole(name: string): Promise<boolean | undefined> {
    const entry = this.byName.get(name);
    const element = document.getElementById(chunkElement(name));
    if (!entry || !element) return false;
    try {
      const digest = await digestOf(packedBytes(element));
      return digest === undefined ? undefined : digest === entry.sha256;
    } catch {
      return false;
    }
  }
}

/** Hands the thread back, so that the page paints and answers while much is read. */
export const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(undefined);
  });
