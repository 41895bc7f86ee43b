import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../../shared/base/bytes.ts';
import type { ExternalId, SourceId } from '../../../shared/model/ids.ts';
import { SqliteStorage } from '../../../sync-server/storage/sqliteStorage.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const source = 'laptop' as SourceId;
const record = 'key:1' as ExternalId;

/** As version 1 made it. */
const VERSION_1 = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (epoch INTEGER NOT NULL, place INTEGER NOT NULL, id TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (epoch, place));
CREATE UNIQUE INDEX entries_by_id ON entries (epoch, id);
CREATE TABLE refused (n INTEGER PRIMARY KEY, device TEXT NOT NULL, entry TEXT NOT NULL, problem TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE record_versions (
  source TEXT NOT NULL, external_id TEXT NOT NULL, run INTEGER NOT NULL, hash TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (source, external_id, run)
) WITHOUT ROWID;
CREATE TABLE evidence (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE documents (n INTEGER PRIMARY KEY, document TEXT NOT NULL, bytes BLOB NOT NULL);
CREATE INDEX documents_by_name ON documents (document, n);
CREATE TABLE sources (id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO record_versions VALUES ('laptop', 'key:1', 1, 'h', 'then');
INSERT INTO evidence VALUES ('h', x'6f6c64');
PRAGMA user_version=1;
`;

describe('a store of the version before', () => {
  let directory: string;
  beforeEach(() => {
    directory = throwAwayDirectory();
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('[SNP30] keeps what it holds, at place 0, and takes places and statuses from then on', async () => {
    const path = join(directory, 'store.sqlite');
    const old = new DatabaseSync(path);
    old.exec(VERSION_1);
    old.close();
    const storage = new SqliteStorage(path);
    await storage.write({
      versions: [{ source, externalId: record, hash: 'n' as never, run: 2, at: 'now', place: 4 }],
      evidence: [{ hash: 'n' as never, bytes: utf8('new') }],
      statuses: [{ source, place: 4, at: 'now', kind: 'status', bytes: utf8('{}') }],
    });
    await storage.close();
    const again = new SqliteStorage(path);
    const page = await again.versionsPage(undefined, 9, 9);
    expect(page.map(({ place, run, bytes }) => [place, run, Buffer.from(bytes).toString()])).toEqual([
      [0, 1, 'old'],
      [4, 2, 'new'],
    ]);
    expect(await again.statusesPage(undefined, 9, 9)).toHaveLength(1);
    await again.close();
  });
});
