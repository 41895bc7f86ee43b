import { beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { utf8 } from '../../../shared/base/bytes.ts';
import { hashHex } from '../../../shared/base/hash.ts';
import { eachRecord } from '../../../shared/documents/sourceDocument.ts';
import { holdsNeeds, readStatus } from '../../../shared/documents/statusDocument.ts';
import type { ExternalId, SourceId } from '../../../shared/model/ids.ts';
import type { CatalogSource, SourceStatus } from '../../../shared/model/status.ts';
import { StoredSources } from '../../../sync-server/documents/sourceStore.ts';
import type { RecordChange } from '../../../sync-server/runner/sourceStore.ts';
import { MemoryStorage } from '../../../sync-server/storage/memoryStorage.ts';
import type { StorageWrite } from '../../../sync-server/storage/storage.ts';

const source = 'sheet' as SourceId;
const change = (id: string, text: string): RecordChange => {
  const bytes = utf8(JSON.stringify({ externalId: id, text }));
  return { externalId: id as ExternalId, bytes, hash: hashHex(bytes) };
};
const status = (runs = 0): SourceStatus => ({
  source,
  kind: 'file',
  label: 'Sheet',
  visibility: 'space',
  mechanism: 'batch',
  cadence: 1,
  levels: { reporting: 1, control: null },
  lag: 0,
  state: 'idle',
  progress: { done: runs, what: 'rows' },
  coverage: [],
  runs: [],
  held: [],
  rereads: [],
  needs: [],
});

/** Lets a test stand between the call and the disk. */
class StoppedStorage extends MemoryStorage {
  beforeWrite: (() => Promise<void>) | undefined;
  override async write(write: StorageWrite): Promise<void> {
    await this.beforeWrite?.();
    await super.write(write);
  }
}

describe('what sources said', () => {
  let storage: StoppedStorage;
  let catalog: CatalogSource[];
  let starts = 0;
  const open = async (): Promise<StoredSources> => {
    const store = new StoredSources({
      storage,
      statusClient: ++starts + 1,
      epoch: 0,
      clock: () => 0,
      place: () => 0,
      events: { catalog: (row) => void catalog.push(row), records: () => undefined, status: () => undefined },
    });
    await store.load();
    return store;
  };
  const shardOf = (store: StoredSources, name = 'source/sheet/0/0') => {
    const shared = store.document(source, name);
    if (!shared) throw new Error(`no ${name}`);
    return shared;
  };
  const texts = (doc: Y.Doc): string[] => [...eachRecord(doc)].map(({ bytes }) => Buffer.from(bytes).toString());

  beforeEach(() => {
    storage = new StoppedStorage();
    catalog = [];
  });

  it('[SYN21] nothing of a run is sent to anybody before it is on disk', async () => {
    const store = await open();
    await store.open(source, 'space');
    const seen: Uint8Array[] = [];
    const joined: string[] = [];
    shardOf(store).join({ update: (update) => seen.push(update) });
    let early = 0;
    storage.beforeWrite = async () => {
      shardOf(store).whenSettled(() => joined.push('joined'));
      early = seen.length + joined.length;
    };
    await store.commit(source, [change('a', '1')], status(), { run: 1, cursor: 'c1' });
    expect(early).toBe(0);
    expect(seen).toHaveLength(1);
    expect(joined).toEqual(['joined']);
    expect(catalog.at(-1)?.durableRun).toBe(1);
    expect(store.memory(source)).toEqual({ cursor: 'c1', durableRun: 1 });
  });

  it('[SYN21] a run that the disk refused leaves no trace, and the next one works', async () => {
    const store = await open();
    await store.open(source, 'space');
    await store.commit(source, [change('a', '1')], status(), { run: 1, cursor: 'c1' });
    storage.beforeWrite = () => Promise.reject(new Error('disk full'));
    await expect(store.commit(source, [change('a', '2'), change('b', '1')], status(), { run: 2 })).rejects.toThrow('disk full');
    expect(texts(shardOf(store).doc)).toEqual([JSON.stringify({ externalId: 'a', text: '1' })]);
    expect(store.memory(source)).toEqual({ cursor: 'c1', durableRun: 1 });
    storage.beforeWrite = undefined;
    const reader = new Y.Doc();
    Y.applyUpdate(reader, Y.encodeStateAsUpdate(shardOf(store).doc));
    shardOf(store).join({ update: (update) => Y.applyUpdate(reader, update) });
    await store.commit(source, [change('b', '2')], status(), { run: 2 });
    expect(texts(reader)).toEqual(texts(shardOf(store).doc));
    expect(await store.versions(source, 'a' as ExternalId)).toHaveLength(1);
  });

  it('[SNP53] what is kept of a status for later names its latest runs', async () => {
    const store = await open();
    await store.open(source, 'space');
    const run = (id: number) => ({ id }) as SourceStatus['runs'][number];
    const runs = Array.from({ length: 25 }, (_, index) => run(index + 1));
    await store.commit(source, [change('a', '1')], { ...status(), runs }, { run: 25 });
    const kept = (await storage.statusesPage(undefined, 0, 10)).at(-1);
    const { runs: named } = JSON.parse(Buffer.from(kept?.bytes ?? []).toString()) as SourceStatus;
    expect(named.map(({ id }) => id)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
  });

  it('[SYN22] a status names the clocks that its readers need', async () => {
    const store = await open();
    await store.open(source, 'space');
    await store.commit(source, [change('a', '1'), change('b', '1')], status(), { run: 1 });
    const stated = readStatus(shardOf(store, 'status/sheet/0').doc);
    const clockOf = (doc: Y.Doc, client: number): number => Y.getState(doc.store, client);
    expect(stated?.needs).toEqual([[1, 2]]);
    expect(holdsNeeds([new Y.Doc()], stated?.needs ?? [], clockOf)).toBe(false);
    expect(holdsNeeds([shardOf(store).doc], stated?.needs ?? [], clockOf)).toBe(true);
  });

  it('[SYN23] a restart finds records, versions, status and cursor, and a replica of before takes the new status', async () => {
    const store = await open();
    await store.open(source, 'private');
    await store.commit(source, [change('a', '1')], status(), { run: 1, cursor: 'c', place: 'p' });
    await store.commit(source, [change('a', '2')], status(), { run: 2, cursor: 'd', place: 'p' });
    // Progress is not durable: the next process does not know it, but replicas hold it.
    store.publishStatus(source, { ...status(), state: 'running' });
    const replica = new Y.Doc();
    Y.applyUpdate(replica, Y.encodeStateAsUpdate(shardOf(store, 'status/sheet/0').doc));
    expect(readStatus(replica)?.state).toBe('running');
    const again = await open();
    expect([...again.records(source)].map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['{"externalId":"a","text":"2"}']);
    expect((await again.versions(source, 'a' as ExternalId)).map(({ run }) => run)).toEqual([1, 2]);
    expect(again.memory(source)).toEqual({ cursor: 'd', place: 'p', durableRun: 2 });
    expect(again.visibility(source)).toBe('private');
    Y.applyUpdate(replica, Y.encodeStateAsUpdate(shardOf(again, 'status/sheet/0').doc));
    expect(readStatus(replica)?.state).toBe('idle');
    again.publishStatus(source, { ...status(), state: 'failed' });
    Y.applyUpdate(replica, Y.encodeStateAsUpdate(shardOf(again, 'status/sheet/0').doc));
    expect(readStatus(replica)?.state).toBe('failed');
  });

  it('[SYN24] too many structs start a new epoch that holds every record; the old one stays readable', async () => {
    const store = await open();
    await store.open(source, 'space');
    await store.commit(source, [change('kept', '0')], status(), { run: 1 });
    let run = 1;
    while (catalog.at(-1)?.epoch === 0 && run < 80) {
      const changes = Array.from({ length: 100 }, (_, n) => change(`r${n}`, String(run)));
      await store.commit(source, changes, status(), { run: ++run });
    }
    expect(catalog.at(-1)?.epoch).toBe(1);
    expect([...store.records(source)]).toHaveLength(101);
    expect(texts(shardOf(store, 'source/sheet/1/0').doc)).toHaveLength(101);
    expect(texts(shardOf(store, 'source/sheet/0/0').doc)).toHaveLength(101);
    expect(await storage.document('source/sheet/0/0')).toEqual([]);
    expect([...(await open()).records(source)]).toHaveLength(101);
  });

  it('[SYN24] more records than a shard holds are spread over several', async () => {
    const store = await open();
    await store.open(source, 'space');
    await store.commit(
      source,
      Array.from({ length: 25_000 }, (_, n) => change(`r${n}`, '1')),
      status(),
      { run: 1 },
    );
    const { shards, epoch } = catalog.at(-1) ?? { shards: 0, epoch: 0 };
    expect(shards).toBe(3);
    expect(store.document(source, `source/sheet/${epoch}/2`)).toBeDefined();
    expect(store.record(source, 'r24999' as ExternalId)).toBeDefined();
  });

  it('[SYN3] many small runs are kept as one snapshot and a few updates', async () => {
    const store = await open();
    await store.open(source, 'space');
    for (let run = 1; run <= 140; run++) await store.commit(source, [change(`r${run}`, '1')], status(), { run });
    expect((await storage.document('source/sheet/0/0')).length).toBeLessThan(70);
    expect([...(await open()).records(source)]).toHaveLength(140);
  });
});
