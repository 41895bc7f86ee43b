import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashHex, hashText } from '../../shared/base/hash.ts';
import { type Anchor, anchor, type SourceId } from '../../shared/model/ids.ts';
import { dataPaths } from '../../sync-server/core/dataDirectory.ts';
import { StoredSources } from '../../sync-server/documents/sourceStore.ts';
import { startServer } from '../../sync-server/server.ts';
import { SqliteStorage } from '../../sync-server/storage/sqliteStorage.ts';
import { statusOf } from '../support/register/statuses.ts';
import { encodedEstate } from './estate.ts';

/**
 * What a server needs for each 10,000 identities and each 10,000 entries: memory of a process that has just loaded them, and disk.
 * `npm run bench:sizing` prints the table of docs/operations/sizing.md.
 */
const SOURCE = 'estate' as SourceId;
/** So many identities share the edits. */
const EDITED = 2_000;
const anchorOf = (index: number): Anchor => anchor.parse(hashText(`edited ${index % EDITED}`).slice(0, 32));
const MEGABYTE = 1024 * 1024;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function fillIdentities(data: string, count: number): Promise<void> {
  const storage = new SqliteStorage(dataPaths(data).store);
  const unheard = { catalog: () => undefined, records: () => undefined, status: () => undefined };
  const sources = new StoredSources({ storage, statusClient: 1, epoch: 0, events: unheard, clock: Date.now, place: () => 0 });
  await sources.open(SOURCE, 'space');
  const changes = encodedEstate(count).map(({ externalId, bytes }) => ({ externalId, bytes, hash: hashHex(bytes) }));
  await sources.commit(SOURCE, changes, statusOf(SOURCE, Date.now(), { coverages: ['aws/123456789012'], kind: 'aws' }), { run: 1 });
  sources.destroy();
  await storage.close();
}

/** Entries of one act each, as a person makes them. */
async function fillEntries(data: string, count: number): Promise<void> {
  const server = await startServer({ data, port: 0, background: false });
  for (let from = 0; from < count; from += 500) {
    const batch = Array.from({ length: Math.min(500, count - from) }, (_, index) =>
      server.core.commit([
        {
          kind: 'set',
          anchors: [anchorOf(from + index)],
          field: 'purpose',
          value: `Purpose ${from + index} of this account`,
          why: 'measured',
        },
      ]),
    );
    for (const one of await Promise.all(batch)) if (!one.ok) throw new Error(one.error.message);
  }
  await server.close();
}

const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

/** In a process of its own: what is left of filling would be counted otherwise. */
async function measured(data: string): Promise<{ memory: number; seconds: number; disk: number }> {
  const child = fork(fileURLToPath(import.meta.url), [data], { execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'] });
  const [{ memory, seconds }] = (await once(child, 'message')) as [{ memory: number; seconds: number }];
  await once(child, 'exit');
  return { memory, seconds, disk: sizeOf(data) };
}

async function measureHere(data: string): Promise<void> {
  const started = performance.now();
  const server = await startServer({ data, port: 0, background: false });
  server.core.register.counts({ text: '', sort: [] });
  const seconds = (performance.now() - started) / 1_000;
  for (let turn = 0; turn < 4; turn++) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  process.send?.({ memory: process.memoryUsage().rss, seconds });
  await server.close();
}

const CASES: readonly [string, (data: string) => Promise<void>][] = [
  ['nothing yet', async () => undefined],
  ['10,000 identities', (data) => fillIdentities(data, 10_000)],
  ['100,000 identities', (data) => fillIdentities(data, 100_000)],
  ['10,000 entries', (data) => fillEntries(data, 10_000)],
];

async function table(only: string): Promise<void> {
  say('| Register | Memory (RSS) | Disk | Start |\n|---|---|---|---|');
  for (const [name, fill] of CASES.filter(([one]) => one.includes(only))) {
    const data = mkdtempSync(join(tmpdir(), 'muster-sizing-'));
    try {
      await fill(data);
      const { memory, disk, seconds } = await measured(data);
      say(`| ${name} | ${(memory / MEGABYTE).toFixed(0)} MB | ${(disk / MEGABYTE).toFixed(1)} MB | ${seconds.toFixed(1)} s |`);
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  }
}

// `npm run bench:sizing -- entries` measures some of them.
const [argument = ''] = process.argv.slice(2);
await (process.send ? measureHere(argument) : table(argument));
