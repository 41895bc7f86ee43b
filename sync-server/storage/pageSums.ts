import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';

/**
 * A sum of every page of the file, written when the store is closed and taken away when it is opened: between the two nothing may change,
 * also where the file holds nothing at the moment. Rows have sums of their own; these see the rest.
 */
const pageSums = z
  .object({
    pageSize: z.number().int().min(512).max(65_536),
    bytes: z.number().int().min(0),
    /** Whose the pages are: runs of pages that one table or index has. */
    owners: z.array(z.tuple([z.string(), z.number().int(), z.number().int()])),
    /** The first 64 bits of SHA-256 over each page, in hex, one after the other. */
    sums: z.string(),
  })
  .strict();
type PageSums = z.infer<typeof pageSums>;

const DIGITS = 16;
export const pageSumsPath = (store: string): string => `${store}.sums`;

/** What may not outlive the first change of the store: gone, on disk, before it. */
export function forgetPageSums(store: string): void {
  if (!existsSync(pageSumsPath(store))) return;
  rmSync(pageSumsPath(store));
  syncDirectory(dirname(store));
}

/** Asks the open store, whose file is whole, which pages belong to what (the `dbstat` table of SQLite). */
export function pageOwners(database: DatabaseSync): PageSums['owners'] {
  const owners: [string, number, number][] = [];
  const rows = database.prepare('SELECT name, pageno FROM dbstat ORDER BY pageno').all() as { name: string; pageno: number }[];
  for (const { name, pageno } of rows) {
    const last = owners.at(-1);
    if (last?.[0] === name && last[2] === pageno - 1) last[2] = pageno;
    else owners.push([name, pageno, pageno]);
  }
  return owners;
}

/** After the store was closed, when its file is all there is of it. A disk that has no room for the sums has none: nothing else is lost. */
export function keepPageSums(store: string, pageSize: number, owners: PageSums['owners']): void {
  try {
    writePageSums(store, pageSize, owners);
  } catch {
    rmSync(`${pageSumsPath(store)}.next`, { force: true });
  }
}

function writePageSums(store: string, pageSize: number, owners: PageSums['owners']): void {
  const kept: PageSums = { pageSize, bytes: statSync(store).size, owners, sums: [...sumsOf(store, pageSize)].join('') };
  const text = JSON.stringify(kept);
  const next = `${pageSumsPath(store)}.next`;
  const file = openSync(next, 'w', 0o600);
  try {
    writeSync(file, `${sum(Buffer.from(text))} ${text}`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(next, pageSumsPath(store));
  syncDirectory(dirname(store));
}

/**
 * Compares the file with what it was when it was closed. @returns a line for each page that differs; undefined when the store was not
 * closed since it was written to, so that nothing can be said.
 */
export function pageDamage(store: string): string[] | undefined {
  if (!existsSync(pageSumsPath(store))) return undefined;
  const kept = readPageSums(store);
  if (!kept) return ['the sums of the pages of the store (store.sqlite.sums) are damaged themselves'];
  const damage =
    statSync(store).size === kept.bytes ? [] : [`the store has ${statSync(store).size} bytes and had ${kept.bytes} when it was closed`];
  let page = 0;
  for (const found of sumsOf(store, kept.pageSize)) {
    page++;
    if (found !== kept.sums.slice((page - 1) * DIGITS, page * DIGITS)) damage.push(pageWords(page, kept.owners));
  }
  return damage;
}

function pageWords(page: number, owners: PageSums['owners']): string {
  const owner = owners.find(([, first, last]) => first <= page && page <= last);
  const held = owner
    ? `which holds ${owner[0].replace(/^sqlite_autoindex_(.*)_\d+$/, 'an index of $1')}`
    : 'which holds nothing at present';
  return `page ${page} of the store, ${held}, is not as it was when the store was closed`;
}

function readPageSums(store: string): PageSums | undefined {
  const text = readFileSync(pageSumsPath(store), 'utf8');
  const body = text.slice(DIGITS + 1);
  if (text.slice(0, DIGITS) !== sum(Buffer.from(body))) return undefined;
  const parsed = pageSums.safeParse(JSON.parse(body));
  return parsed.success ? parsed.data : undefined;
}

function* sumsOf(store: string, pageSize: number): Generator<string> {
  const file = openSync(store, 'r');
  const page = Buffer.alloc(pageSize);
  try {
    for (let length = readSync(file, page); length > 0; length = readSync(file, page)) yield sum(page.subarray(0, length));
  } finally {
    closeSync(file);
  }
}

const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, DIGITS);

/** A name is on disk once its directory is. Some systems have no such call for directories. */
function syncDirectory(path: string): void {
  try {
    const directory = openSync(path, 'r');
    fsyncSync(directory);
    closeSync(directory);
  } catch {
    // The file system orders renames itself where it cannot be asked to.
  }
}
