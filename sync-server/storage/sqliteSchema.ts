import type { DatabaseSync } from 'node:sqlite';

/**
 * WAL with `synchronous=FULL`: a commit returns when it is on the disk. The file is locked for this process as long as it is open: two
 * servers on one store would each give the same places to different entries.
 */
const SETTINGS =
  'PRAGMA busy_timeout=2000; PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;';

/** Version 1. A later version adds its statements below and moves `user_version`; nothing here is ever edited. */
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
PRAGMA user_version=1;
`;

/** Version 2: where in the ledger's order a version or a status belongs, so that the register of any place can be recomputed. */
const VERSION_2 = `
ALTER TABLE record_versions ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
CREATE INDEX record_versions_by_place ON record_versions (place, source, external_id, run);
CREATE TABLE statuses (
  n INTEGER PRIMARY KEY, source TEXT NOT NULL, place INTEGER NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL, bytes BLOB NOT NULL,
  UNIQUE (source, place, kind)
);
CREATE INDEX statuses_by_place ON statuses (place, n);
PRAGMA user_version=2;
`;

export const KNOWN_VERSION = 2;

/** @throws when a newer program wrote the file: guessing at its layout could lose data. */
export function prepareDatabase(database: DatabaseSync): void {
  database.exec(SETTINGS);
  const version = Number(Object.values(database.prepare('PRAGMA user_version').get() ?? {})[0] ?? 0);
  if (version > KNOWN_VERSION) throw new Error(`the store has format ${version}; this program knows ${KNOWN_VERSION}. Update Muster.`);
  if (version < 1) database.exec(`BEGIN IMMEDIATE; ${VERSION_1} COMMIT;`);
  if (version < 2) database.exec(`BEGIN IMMEDIATE; ${VERSION_2} COMMIT;`);
}
