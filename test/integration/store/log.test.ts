import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { utf8 } from '../../../shared/base/bytes.ts';
import { hashText } from '../../../shared/base/hash.ts';
import type { EntryId, Place } from '../../../shared/model/ids.ts';
import { SqliteDatabase } from '../../../sync-server/storage/sqliteDatabase.ts';
import { walDamage } from '../../../sync-server/storage/walDamage.ts';
import { Random } from '../../fuzz/ledger/random.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const SEED = Number(process.env.MUSTER_SEED ?? Date.now() % 1_000_000);
const TORN = 300;

const folders: string[] = [];
const folder = (): string => {
  const made = throwAwayDirectory();
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});

const entry = (place: number) => ({
  epoch: 0,
  place: place as Place,
  id: hashText(`${place}`) as EntryId,
  value: utf8(`entry ${place} `.repeat(40)),
});
const places = (path: string): number[] => {
  const database = new SqliteDatabase(path);
  const found = database.entries(0, 1, 1_000).map(({ place }) => place);
  database.close();
  return found;
};

/** The files of a store as a crash would leave them: its process did not close it. */
function crashed(from: string, to: string): void {
  for (const end of ['', '-wal']) {
    if (existsSync(`${from}${end}`)) copyFileSync(`${from}${end}`, `${to}${end}`);
    else rmSync(`${to}${end}`, { force: true });
  }
  rmSync(`${to}-shm`, { force: true });
  rmSync(`${to}.sums`, { force: true });
}

describe('the log of a store that was not closed', () => {
  it('[DUR5] damage in its middle is refused, whichever byte it is; an end that was cut off is not damage', () => {
    const [path, copy] = [join(folder(), 'store.sqlite'), join(folder(), 'store.sqlite')];
    const database = new SqliteDatabase(path);
    for (let place = 1; place <= 12; place++) database.commit([{ entries: [entry(place)] }]);
    crashed(path, copy);
    database.close();
    const log = readFileSync(`${copy}-wal`);
    const random = new Random(SEED);
    // Before the last two commits: of the very last one nobody can tell damage from a write that was cut off.
    const end = log.length - 8 * (24 + 4_096);
    for (let time = 0; time < 200; time++) {
      const changed = Buffer.from(log);
      const offset = random.below(end);
      changed.writeUInt8(changed.readUInt8(offset) ^ (1 + random.below(255)), offset);
      writeFileSync(`${copy}-wal`, changed);
      expect([walDamage(copy), offset, SEED]).toEqual([expect.stringMatching(/write-ahead log/), offset, SEED]);
      expect(() => new SqliteDatabase(copy)).toThrow(/The store is damaged: .*write-ahead log/);
    }
    writeFileSync(`${copy}-wal`, log.subarray(0, log.length - 1_000));
    expect(walDamage(copy)).toBeUndefined();
    expect(places(copy)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it(`[DUR8] ${TORN} writes torn at sectors: what was acknowledged is there, the torn one is whole or not there (seed ${SEED})`, () => {
    const [path, before, torn] = [join(folder(), 'store.sqlite'), join(folder(), 'store.sqlite'), join(folder(), 'store.sqlite')];
    const database = new SqliteDatabase(path);
    const random = new Random(SEED);
    let whole = 0;
    for (let place = 1; place <= TORN; place++) {
      crashed(path, before);
      database.commit([{ entries: [entry(place)], meta: { last: `${place} ${'x'.repeat(random.below(6_000))}` } }]);
      crashed(path, torn);
      tear(`${before}-wal`, `${torn}-wal`, random);
      const found = places(torn);
      expect([found.length === place || found.length === place - 1, place, SEED]).toEqual([true, place, SEED]);
      expect(found).toEqual(Array.from({ length: found.length }, (_, index) => index + 1));
      if (found.length === place) whole++;
    }
    database.close();
    expect(whole).toBeLessThan(TORN);
    process.stdout.write(`   ${TORN} torn writes, of which ${whole} were whole all the same\n`);
  });
});

describe('a log that is written over its own former frames', () => {
  it('[DUR8] whichever one sector of the last write is still the old one, that is no damage', () => {
    const path = join(folder(), 'store.sqlite');
    const [before, torn] = [`${path}-before`, join(folder(), 'torn.sqlite')];
    const database = new DatabaseSync(path);
    database.exec(
      'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=40; CREATE TABLE t (n INTEGER PRIMARY KEY, v BLOB)',
    );
    const random = new Random(SEED);
    let borders = 0;
    for (let n = 1; n <= 120; n++) {
      copyFileSync(`${path}-wal`, before);
      database.prepare('INSERT INTO t (v) VALUES (zeroblob(?))').run(random.below(20_000));
      const [old, written] = [readFileSync(before), readFileSync(`${path}-wal`)];
      for (let at = SECTOR; at < written.length; at += SECTOR) {
        const [was, is] = [old.subarray(at, at + SECTOR), written.subarray(at, at + SECTOR)];
        if (was.length < SECTOR || was.equals(is)) continue;
        const half = Buffer.from(written);
        was.copy(half, at);
        writeFileSync(`${torn}-wal`, half);
        expect([walDamage(torn), n, at, SEED]).toEqual([undefined, n, at, SEED]);
        borders += (at - LOG_HEADER) % FRAME > FRAME - 24 || (at + SECTOR - LOG_HEADER) % FRAME < 24 ? 1 : 0;
      }
    }
    database.close();
    expect(borders, 'a header that lies in two sectors was torn').toBeGreaterThan(0);
  });
});

const SECTOR = 512;
const LOG_HEADER = 32;
const FRAME = 24 + 4_096;

/** Of what the last write changed in the log, each sector is there or not, as after a loss of power before the sync. */
function tear(before: string, after: string, random: Random): void {
  const old = existsSync(before) ? readFileSync(before) : Buffer.alloc(0);
  const written = readFileSync(after);
  const torn = Buffer.from(written);
  for (let at = 0; at < written.length; at += SECTOR) {
    const [was, is] = [old.subarray(at, at + SECTOR), written.subarray(at, at + SECTOR)];
    if (was.equals(is) || random.below(4) > 0) continue;
    torn.fill(0, at, Math.min(at + SECTOR, torn.length));
    was.copy(torn, at);
  }
  // A log that begins anew has its header synced before its first frame is written.
  written.copy(torn, 0, 0, LOG_HEADER);
  writeFileSync(after, torn.subarray(0, random.below(3) === 0 ? Math.max(old.length, torn.length - random.below(9_000)) : torn.length));
}

describe('a store of a version before', () => {
  it('[DUR4] gets a sum for every row, once; a newer one is refused and left as it is', () => {
    const path = join(folder(), 'store.sqlite');
    const first = new SqliteDatabase(path);
    for (let place = 1; place <= 5; place++) first.commit([{ entries: [entry(place)] }]);
    first.close();
    const older = new DatabaseSync(path);
    for (const table of ['meta', 'entries', 'refused', 'record_versions', 'evidence', 'documents', 'sources', 'statuses'])
      older.exec(`ALTER TABLE ${table} DROP COLUMN sum`);
    older.exec('PRAGMA user_version=2');
    older.close();
    expect(places(path)).toEqual([1, 2, 3, 4, 5]);
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version=99');
    newer.close();
    const bytes = readFileSync(path);
    expect(() => new SqliteDatabase(path)).toThrow('the store has format 99; this program knows 3. Update Muster.');
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

describe('compaction', () => {
  it('[DUR11] what a snapshot replaces is deleted in the step that writes the snapshot: a crash leaves the one or the other', () => {
    const [path, copy] = [join(folder(), 'store.sqlite'), join(folder(), 'store.sqlite')];
    const database = new SqliteDatabase(path);
    const updates = Array.from({ length: 64 }, (_, index) => utf8(`update ${index}`));
    for (const bytes of updates) database.commit([{ documents: [{ document: 'source/a/0/0', bytes }] }]);
    crashed(path, copy);
    const log = readFileSync(`${copy}-wal`).length;
    database.commit([{ documents: [{ document: 'source/a/0/0', bytes: utf8('all of it'), replaces: true }] }]);
    for (let cut = 0; cut <= 8; cut++) {
      crashed(path, copy);
      const written = readFileSync(`${copy}-wal`);
      writeFileSync(`${copy}-wal`, written.subarray(0, log + Math.floor(((written.length - log) * cut) / 8)));
      const reopened = new SqliteDatabase(copy);
      const found = reopened.document('source/a/0/0').map((bytes) => Buffer.from(bytes).toString());
      reopened.close();
      expect([['all of it'], updates.map((bytes) => Buffer.from(bytes).toString())]).toContainEqual(found);
    }
    database.close();
  });
});
