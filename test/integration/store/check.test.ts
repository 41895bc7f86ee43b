import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDataDirectory } from '../../../sync-server/check/checkDataDirectory.ts';
import type { CheckReport } from '../../../sync-server/check/checkStore.ts';
import { pageDamage } from '../../../sync-server/storage/pageSums.ts';
import { SqliteStorage } from '../../../sync-server/storage/sqliteStorage.ts';
import { Random } from '../../fuzz/ledger/random.ts';
import { startTestServer } from '../../support/startTestServer.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';
import { type Filled, filledDirectory } from './filledDirectory.ts';

/** The same bytes again: `MUSTER_SEED=… vitest run test/integration/store/check.test.ts`. */
const SEED = Number(process.env.MUSTER_SEED ?? Date.now() % 1_000_000);
const FLIPS = 1_000;
const WHOLE_CHECKS = 20;

let filled: Filled;
const copies: string[] = [];
/** A copy of the directory that may be damaged. */
function copied(): string {
  const data = throwAwayDirectory();
  copies.push(data);
  cpSync(filled.data, data, { recursive: true });
  return data;
}
const storeOf = (data: string): string => join(data, 'store.sqlite');

async function reportOf(data: string): Promise<CheckReport> {
  const checked = await checkDataDirectory(data);
  if (!checked.ok) throw new Error(checked.error);
  return checked.value;
}

/** Changes a row behind the back of the program, as a disk would. */
function damage(data: string, sql: string): void {
  const database = new DatabaseSync(storeOf(data));
  database.exec(sql);
  database.close();
  rmSync(`${storeOf(data)}.sums`, { force: true });
}

beforeAll(async () => {
  filled = await filledDirectory();
});
afterAll(() => {
  for (const data of [filled.data, ...copies]) rmSync(data, { recursive: true, force: true });
});

describe('muster check', () => {
  it('[DUR1] a store that was closed well is whole, and stays so when it is looked at', async () => {
    const data = copied();
    for (let time = 0; time < 2; time++) {
      const report = await reportOf(data);
      expect(report).toMatchObject({ damage: [], notes: [] });
      expect(report.rows).toBeGreaterThan(250);
    }
  });

  it(`[DUR2] ${FLIPS} flipped bytes anywhere in the file are each found, and it is said whose they are (seed ${SEED})`, async () => {
    const data = copied();
    const bytes = readFileSync(storeOf(data));
    const random = new Random(SEED);
    const offsets = [
      ...Array.from({ length: 100 }, (_, index) => index),
      ...Array.from({ length: FLIPS - 100 }, () => random.below(bytes.length)),
    ];
    const silent: number[] = [];
    for (const offset of offsets) {
      writeFileSync(storeOf(data), flipped(bytes, offset, random));
      const lines = pageDamage(storeOf(data)) ?? [];
      if (!(lines.length === 1 && lines[0]?.startsWith(`page ${Math.floor(offset / 4_096) + 1} of the store, which holds `)))
        silent.push(offset);
    }
    expect(silent).toEqual([]);
  });

  it('[DUR2] the whole check finds them too, again and again, and says which document or place', async () => {
    const random = new Random(SEED + 1);
    const bytes = readFileSync(storeOf(filled.data));
    const unnamed: number[] = [];
    for (let time = 0; time < WHOLE_CHECKS; time++) {
      const data = copied();
      const offset = random.below(bytes.length);
      writeFileSync(storeOf(data), flipped(bytes, offset, random));
      const [once, twice] = [await reportOf(data), await reportOf(data)];
      if (once.damage.length === 0 || twice.damage.length === 0) unnamed.push(offset);
    }
    expect(unnamed).toEqual([]);
  });

  const ROWS: readonly [what: string, sql: string, line: RegExp][] = [
    ['an entry', "UPDATE entries SET value = x'00' || value WHERE place = 7", /the ledger entry at place 7 of epoch 0/],
    ['an entry that is gone', 'DELETE FROM entries WHERE place = 9', /the ledger has no entry at place 9/],
    ['the newest entries', 'DELETE FROM entries WHERE place > 20', /ends at place 20, and the server signed its head at place \d+/],
    [
      'evidence',
      'UPDATE evidence SET bytes = zeroblob(length(bytes)) WHERE hash IN (SELECT hash FROM evidence LIMIT 1)',
      /the evidence [0-9a-f]{64}/,
    ],
    [
      'a document',
      "UPDATE documents SET bytes = zeroblob(length(bytes)) WHERE document = 'source/sheet/0/0'",
      /document source\/sheet\/0\/0, update \d+/,
    ],
    ['a setting', "UPDATE meta SET value = '9' WHERE key = 'starts'", /the setting "starts"/],
    ['a source', "UPDATE sources SET value = '{}' WHERE id = 'sheet'", /what is known of source sheet/],
    ['a status', "UPDATE statuses SET bytes = x'7b7d'", /the status of source sheet at place \d+/],
  ];
  it.each(ROWS)('[DUR1] %s that was changed is named', async (_what, sql, line) => {
    const data = copied();
    damage(data, sql);
    const report = await reportOf(data);
    expect(report.damage.join('\n')).toMatch(line);
    expect(report.notes.join(' ')).toContain('was not closed');
  });

  it('[DUR1] a version whose record is another one is named with its record and run', async () => {
    const data = copied();
    damage(data, 'UPDATE record_versions SET run = 77 WHERE external_id IN (SELECT external_id FROM record_versions LIMIT 1) AND run = 1');
    expect((await reportOf(data)).damage.join('\n')).toMatch(/the version of run 77 of record ".+" of source sheet/);
  });

  it('[DUR3] a server does not start on a damaged ledger, document or setting: one line says where', async () => {
    for (const [, sql, line] of ROWS.filter(([what]) => ['an entry', 'a document', 'a setting', 'a source'].includes(what))) {
      const data = copied();
      damage(data, sql);
      const refusal = await startTestServer({ data, background: false }).then(
        async (server) => server.close().then(() => 'it started'),
        (error: Error) => error.message,
      );
      expect(refusal).toMatch(line);
      expect(refusal).toMatch(/^The store is damaged: [^\n]*restore a backup[^\n]*$/);
    }
  });

  it('[DUR3] evidence that is damaged is an error to who asks for it, not an empty answer', async () => {
    const data = copied();
    damage(data, "UPDATE evidence SET bytes = x'00'");
    const storage = new SqliteStorage(storeOf(data));
    const [page] = await new DatabaseSync(storeOf(filled.data), { readOnly: true }).prepare('SELECT hash FROM evidence LIMIT 1').all();
    await expect(storage.evidence(page?.hash as never)).rejects.toThrow(/the evidence [0-9a-f]{64} is not as it was written/);
    await storage.close();
  });

  it('[DUR6] goes through the server that runs, while it commits', async () => {
    const data = copied();
    const server = await startTestServer({ data, background: false });
    const [report] = await Promise.all([
      server.core.check(),
      ...Array.from({ length: 20 }, (_, index) =>
        server.core.commit([{ kind: 'comment', anchors: ['b'.repeat(32) as never], text: `while it looks ${index}` }]),
      ),
    ]);
    expect(report).toMatchObject({ damage: [] });
    expect(report.rows).toBeGreaterThan(250);
    await server.close();
    expect(await reportOf(data)).toMatchObject({ damage: [], notes: [] });
  });
});

function flipped(bytes: Buffer, offset: number, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(offset) ^ (1 + random.below(255)), offset);
  return changed;
}
