import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { eachRecord } from '../../../shared/documents/sourceDocument.ts';
import { decodeRecord } from '../../../shared/model/record.ts';
import { checkStore } from '../../../sync-server/check/checkStore.ts';
import { createVerify } from '../../../sync-server/core/keys.ts';
import { SqliteStorage } from '../../../sync-server/storage/sqliteStorage.ts';
import { Random } from '../../fuzz/ledger/random.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

/** `MUSTER_KILLS=2000 MUSTER_SEED=… vitest run test/integration/store/kills.test.ts` for more, or for the same moments again. */
const ROUNDS = Number(process.env.MUSTER_KILLS ?? 200);
const SEED = Number(process.env.MUSTER_SEED ?? Date.now() % 1_000_000);
/** Directories that are written to and killed side by side. */
const SIDE_BY_SIDE = 4;
const PROGRAM = fileURLToPath(new URL('../../support/coreProcess.ts', import.meta.url));

/** What each process would compile anew. */
const compiled = throwAwayDirectory();
const folders: string[] = [compiled];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What one directory has acknowledged over all of its processes. */
interface Held {
  readonly entries: Map<string, number>;
  readonly versions: Map<string, number>;
}

interface Round {
  /** What was under way when the process was killed. */
  readonly under: ReadonlySet<string>;
  readonly acknowledged: number;
}

async function round(data: string, held: Held, wait: number): Promise<Round> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, data], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  const under = new Set<string>();
  let acknowledged = 0;
  let isDoomed = false;
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged += heard(line, held, under) ? 1 : 0;
    if (acknowledged === 1 && !isDoomed) setTimeout(() => child.kill('SIGKILL'), wait);
    isDoomed ||= acknowledged > 0;
  }
  await exited;
  expect(signalOf(child)).toBe('SIGKILL');
  return { under, acknowledged };
}

const signalOf = ({ signalCode }: ChildProcess): string | null => signalCode;

function heard(line: string, { entries, versions }: Held, under: Set<string>): boolean {
  const [what = '', key = '', value = ''] = line.split(' ');
  if (what === 'e') entries.set(key, Number(value));
  if (what === 'v') versions.set(key, Number(value));
  if (what.startsWith('+')) under.add(what.slice(1));
  if (what.startsWith('-')) under.delete(what.slice(1));
  return what === 'e' || what === 'v';
}

/** What is on disk now, read by a process that wrote none of it. */
async function lostIn(data: string, { entries, versions }: Held): Promise<string[]> {
  const storage = new SqliteStorage(join(data, 'store.sqlite'));
  const report = await checkStore(storage, createVerify());
  const placed = new Map<string, number>();
  for (
    let rows = await storage.entries(0, 1, 5_000);
    rows.length > 0;
    rows = await storage.entries(0, (rows.at(-1)?.place ?? 0) + 1, 5_000)
  )
    for (const { id, place } of rows) placed.set(id, place);
  const doc = new Y.Doc();
  for (const update of await storage.document('source/written/0/0')) Y.applyUpdate(doc, update);
  const held = new Map(
    [...eachRecord(doc)].map(({ externalId, bytes }) => [String(externalId), Number(decodeRecord(bytes)?.fields.version)]),
  );
  await storage.close();
  return [
    ...report.damage,
    ...[...entries].filter(([id, place]) => placed.get(id) !== place).map(([id]) => `entry ${id}`),
    ...[...versions].filter(([id, version]) => (held.get(`record ${id}`) ?? 0) < version).map(([id]) => `record ${id}`),
  ];
}

describe('[DUR9] kill -9 of who writes the store', () => {
  it(`${ROUNDS} times, in commits, compaction and backups: every acknowledged entry and run is there (seed ${SEED})`, {
    timeout: 900_000,
  }, async () => {
    const count = { acknowledged: 0, compaction: 0, backup: 0 };
    const lane = async (index: number): Promise<void> => {
      const random = new Random(SEED + index);
      const data = throwAwayDirectory();
      folders.push(data);
      const held: Held = { entries: new Map(), versions: new Map() };
      for (let done = index; done < ROUNDS; done += SIDE_BY_SIDE) {
        const { under, acknowledged } = await round(data, held, random.below(300));
        count.acknowledged += acknowledged;
        for (const what of ['compaction', 'backup'] as const) count[what] += under.has(what) ? 1 : 0;
        if (done % 20 < SIDE_BY_SIDE || done + SIDE_BY_SIDE >= ROUNDS)
          expect({ seed: SEED, done, lost: await lostIn(data, held) }).toEqual({ seed: SEED, done, lost: [] });
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, (_, index) => lane(index)));
    process.stdout.write(
      `   ${count.acknowledged} acknowledged over ${ROUNDS} kills, of which ${count.backup} in a backup, ${count.compaction} in a compaction\n`,
    );
    expect(count.acknowledged).toBeGreaterThan(ROUNDS * 2);
    expect(Math.min(count.backup, count.compaction)).toBeGreaterThan(ROUNDS / 20);
  });
});
