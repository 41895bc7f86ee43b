import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ledgerPlaces, ledgerValueAt } from '../../../shared/documents/ledgerDocument.ts';
import type { EntryId } from '../../../shared/model/ids.ts';
import { decodeRecord } from '../../../shared/model/record.ts';
import type { Core } from '../../../sync-server/core/core.ts';
import { MemoryStorage } from '../../../sync-server/storage/memoryStorage.ts';
import { SqliteStorage } from '../../../sync-server/storage/sqliteStorage.ts';
import type { Storage, StorageWrite } from '../../../sync-server/storage/storage.ts';
import { Random } from '../../fuzz/ledger/random.ts';
import { type CoreKeys, comment, coreKeysIn, coreOn, recordVersion, WRITTEN_SOURCE } from '../../support/coreOn.ts';
import { statusOf } from '../../support/register/statuses.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

/** `MUSTER_FAULT_SEEDS=5000 MUSTER_SEED=… vitest run test/integration/store/faults.test.ts` for more, or for one again. */
const SEEDS = Number(process.env.MUSTER_FAULT_SEEDS ?? 300);
const FIRST = Number(process.env.MUSTER_SEED ?? 1);
/** Every so many seeds the disk is a real file. */
const REAL = 10;

/** They wait for their disks more than they work. */
const AT_ONCE = 6;

type Fault = 'full' | 'failed after it was written' | 'failed';
const FAULTS: readonly Fault[] = ['full', 'failed after it was written', 'failed'];
const MESSAGES: Readonly<Record<Fault, string>> = {
  full: 'database or disk is full',
  'failed after it was written': 'disk I/O error',
  failed: 'disk I/O error',
};

/** Hands everything to a disk until one write fails, and every write after it. */
function faulty(disk: Storage, failAt: number, fault: Fault): Storage {
  let writes = 0;
  const write = async (one: StorageWrite): Promise<void> => {
    const now = writes++;
    if (now < failAt) return disk.write(one);
    if (now === failAt && fault === 'failed after it was written') await disk.write(one);
    throw new Error(MESSAGES[fault]);
  };
  return new Proxy(disk, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as unknown;
      return name === 'write' ? write : typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

interface Acknowledged {
  readonly entries: EntryId[];
  /** The newest version of each record whose run was acknowledged. */
  readonly versions: Map<number, number>;
  /** What anybody may have seen in the ledger document. */
  readonly shown: Map<number, string>;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function diskOf(seed: number): () => Storage {
  if (seed % REAL !== 0) {
    const memory = new MemoryStorage();
    return () => memory;
  }
  const folder = throwAwayDirectory();
  folders.push(folder);
  return () => new SqliteStorage(join(folder, 'store.sqlite'));
}

const shown = async (core: Core): Promise<Map<number, string>> => {
  const document = await core.ledgerDocument(0, 0);
  return new Map(
    document
      ? ledgerPlaces(document.doc).map((place) => [place, Buffer.from(ledgerValueAt(document.doc, place) ?? []).toString('base64')])
      : [],
  );
};

/** People and a source write until the disk fails, or everything is said. */
async function work(core: Core, random: Random, failed: () => boolean): Promise<Acknowledged> {
  const entries: EntryId[] = [];
  const versions = new Map<number, number>();
  const person = async (name: number): Promise<void> => {
    for (let index = 0; index < 4 + random.below(8) && !failed(); index++) {
      const said = await core.commit([comment(`${name}/${index}`)]).catch(() => undefined);
      if (said?.ok) entries.push(...said.value.entries);
    }
  };
  const source = async (): Promise<void> => {
    await core.sources.open(WRITTEN_SOURCE, 'space');
    for (let run = 1; run < 4 + random.below(6) && !failed(); run++) {
      const ids = Array.from({ length: 1 + random.below(5) }, () => random.below(6));
      const changes = [...new Set(ids)].map((id) => recordVersion(id, run));
      await core.sources.commit(WRITTEN_SOURCE, changes, statusOf(WRITTEN_SOURCE, Date.now()), { run });
      for (const id of ids) versions.set(id, run);
    }
  };
  await Promise.all([person(1), person(2), source().catch(() => undefined)]);
  return { entries, versions, shown: await shown(core) };
}

describe(`a disk that fails (${SEEDS} seeds from ${FIRST} on)`, () => {
  it('[DUR7] loses nothing that was acknowledged or shown', { timeout: 600_000 }, async () => {
    const folder = throwAwayDirectory();
    folders.push(folder);
    const keys = coreKeysIn(folder);
    const count = { failed: 0, entries: 0, versions: 0 };
    const one = async (seed: number): Promise<void> => {
      const random = new Random(seed);
      const open = diskOf(seed);
      const disk = open();
      let failures = 0;
      const fault = FAULTS[random.below(FAULTS.length)] ?? 'full';
      const core = await coreOn(faulty(disk, 3 + random.below(24), fault), keys, () => void failures++);
      const acknowledged = await work(core, random, () => failures > 0);
      await core.close();
      await disk.close();
      await expectAll(open(), keys, acknowledged, `seed ${seed}, ${fault}`);
      count.failed += failures > 0 ? 1 : 0;
      count.entries += acknowledged.entries.length;
      count.versions += acknowledged.versions.size;
    };
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += AT_ONCE)
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, FIRST + SEEDS - seed) }, (_, index) => one(seed + index)));
    process.stdout.write(
      `   ${count.failed} of ${SEEDS} disks failed; ${count.entries} entries and ${count.versions} records were acknowledged\n`,
    );
    expect(count.failed).toBeGreaterThan(SEEDS / 2);
    expect(count.entries).toBeGreaterThan(SEEDS);
  });
});

async function expectAll(disk: Storage, keys: CoreKeys, { entries, versions, shown: seen }: Acknowledged, what: string) {
  const core = await coreOn(disk, keys, () => undefined);
  const lost = entries.filter((id) => core.ledger.placeOf(id) === undefined);
  const now = await shown(core);
  const changed = [...seen].filter(([place, value]) => now.get(place) !== value).map(([place]) => place);
  const held = new Map(
    [...core.sources.records(WRITTEN_SOURCE)].map(({ externalId, bytes }) => [String(externalId), decodeRecord(bytes)?.fields.version]),
  );
  const older = [...versions].filter(([id, version]) => !(Number(held.get(`record ${id}`) ?? -1) >= version));
  await core.close();
  await disk.close();
  expect({ what, lost, changed, older }).toEqual({ what, lost: [], changed: [], older: [] });
}
